/** After the call: the result is chosen, saved, or left out. */
import type { DispositionChoice } from "../messages";
import type { LiveCall, State, Step } from "../state";
import { notice, rest, type SomeMoves, step, withCall } from "./common";

/** A wrap-up whose saving failed ends by itself only after this. */
const FAILED_SAVE_MS = 10_000;

export const wrapUp: SomeMoves<"draft" | "save" | "finish" | "saved" | "saveFailed"> = {
  draft(state, { draft }) {
    const { call } = state;
    if (!call?.record || call.saving) return null;
    const merged = { ...call.draft, ...draft };
    if (merged.disposition !== null && !choice(call, merged.disposition)) return null;
    return step(withCall(state, call, { draft: merged, wrapUpUntil: longer(state, call) }));
  },

  save(state) {
    const { call } = state;
    if (state.phase !== "wrap_up" || !call || call.saving) return null;
    const lack = lacking(call);
    return lack ? step(state, notice("warning", lack)) : save(state, call);
  },

  finish(state) {
    const { call } = state;
    if (state.phase !== "wrap_up" || !call || call.saving) return null;
    return endWrapUp(state, call);
  },

  saved(state, { id }, now) {
    return state.phase === "wrap_up" && state.call?.id === id ? rest(state, now) : null;
  },

  saveFailed(state, { id, message }, now) {
    const { call } = state;
    if (state.phase !== "wrap_up" || call?.id !== id || !call.saving) return null;
    const wrapUpUntil = call.wrapUpUntil && Math.max(call.wrapUpUntil, now + FAILED_SAVE_MS);
    return step(withCall(state, call, { saving: false, wrapUpUntil }), notice("error", message));
  },
};

/** Who begins to write after an unanswered call gets the campaign's whole time. */
function longer({ phase }: State, { wrapUpUntil, result, record }: LiveCall): number | null {
  if (phase !== "wrap_up" || !result || result.answered) return wrapUpUntil;
  const limitS = record?.campaign?.wrap_up_limit_s ?? 0;
  return limitS > 0 ? result.endedAt + limitS * 1000 : null;
}

/** Wrap-up's time is over: what was chosen is saved; a call without a result is still a complete call. */
export const finish = (state: State, call: LiveCall): Step =>
  lacking(call) ? endWrapUp(state, call) : save(state, call);

/** What is missing before the result can be saved, as a sentence; empty if nothing is. */
export function lacking(call: LiveCall): string {
  const chosen = choice(call, call.draft.disposition);
  if (!chosen) return "Choose a result first.";
  return chosen.callback && !call.draft.callbackAt ? "Say when to call back." : "";
}

export const choice = (call: LiveCall, code: string | null): DispositionChoice | undefined =>
  call.record?.campaign?.dispositions.find((one) => one.code === code);

function save(state: State, call: LiveCall): Step {
  const { disposition, note, callbackAt } = call.draft;
  return step(withCall(state, call, { saving: true }), {
    do: "save",
    id: call.id,
    disposition: disposition ?? "",
    note,
    callbackAt: choice(call, disposition)?.callback ? callbackAt : null,
  });
}

const endWrapUp = (state: State, call: LiveCall): Step =>
  step(withCall(state, call, { saving: true }), {
    do: "endWrapUp",
    id: call.id,
    note: call.draft.note,
  });
