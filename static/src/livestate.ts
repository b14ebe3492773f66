/** What a page's socket knows, and what it does about each message. Pure: no socket, no DOM. */

export interface Hint {
  readonly type: "hint";
  readonly seq: number;
  readonly kind: string;
  readonly topics: readonly string[];
  readonly subject: Readonly<Record<string, unknown>>;
}

export type Incoming =
  | Hint
  | { readonly type: "hints"; readonly hints: readonly Hint[] }
  | { readonly type: "subscribed"; readonly head: number; readonly refused: readonly string[] }
  | { readonly type: "ping"; readonly head: number }
  | { readonly type: "reset" }
  | { readonly type: "skipped"; readonly count: number }
  | { readonly type: "session.revoked" };

export interface LiveState {
  /** The last event seen; null before the first subscription. */
  readonly last: number | null;
  /** Attempts to connect since the last success. */
  readonly tries: number;
}

export type Effect =
  | { readonly do: "pong" }
  | { readonly do: "tell"; readonly hints: readonly Hint[] }
  | { readonly do: "tell-all" }
  | { readonly do: "log-out" };

export const START: LiveState = { last: null, tries: 0 };

export function receive(
  state: LiveState,
  message: Incoming,
): { readonly state: LiveState; readonly effects: readonly Effect[] } {
  switch (message.type) {
    case "hint":
      return hinted(state, [message]);
    case "hints":
      return hinted(state, message.hints);
    case "subscribed":
      return { state: { last: state.last ?? message.head, tries: 0 }, effects: [] };
    case "ping":
      return { state, effects: [{ do: "pong" }] };
    case "reset":
    case "skipped":
      return { state, effects: [{ do: "tell-all" }] };
    case "session.revoked":
      return { state, effects: [{ do: "log-out" }] };
    default:
      return { state, effects: [] };
  }
}

function hinted(
  state: LiveState,
  hints: readonly Hint[],
): { readonly state: LiveState; readonly effects: readonly Effect[] } {
  // A replay may overlap what was already told.
  const fresh = hints.filter(({ seq }) => state.last === null || seq > state.last);
  if (!fresh.length) return { state, effects: [] };
  const last = Math.max(...fresh.map(({ seq }) => seq));
  return { state: { ...state, last }, effects: [{ do: "tell", hints: fresh }] };
}

/** Milliseconds before the next attempt: doubling up to 30 s; `chance` in [0, 1) spreads pages. */
export function backOff(tries: number, chance: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2);
}
