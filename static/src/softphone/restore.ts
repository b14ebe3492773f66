/** What a page that is loaded anew makes of a call that the server still has on its agent's seat. */
import type { CallRecord, Presence } from "./messages";
import type { RestoredAs } from "./state";

export type Restoration =
  | { readonly kind: "nothing" }
  /** Ask for the reservation again. */
  | { readonly kind: "claim" }
  /** A wrap-up that this tab knows nothing of: ask for the call. */
  | { readonly kind: "ask"; readonly call: string }
  | { readonly kind: "input"; readonly call: CallRecord | null; readonly as: RestoredAs }
  /** The call is held by another browser. */
  | { readonly kind: "elsewhere" };

/** `kept` is what this tab remembers of its last call. */
export function restoration(presence: Presence, kept: CallRecord | null): Restoration {
  const { state, call } = presence;
  if (!call) {
    const ready = state === "ready" || state === "idle" || state === "lost";
    if (!ready) return { kind: "nothing" };
    return { kind: "input", call: null, as: "ready" };
  }
  const ours = kept?.id === call ? kept : null;
  if (state === "reserved") return { kind: "claim" };
  if (!ours) return state === "wrap_up" ? { kind: "ask", call } : { kind: "elsewhere" };
  const over = state === "wrap_up" || ours.status === "ended";
  return { kind: "input", call: ours, as: over ? "ended" : "lost" };
}
