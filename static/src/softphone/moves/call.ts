/** One call on the line: by hand, from outside or for a lead; from the first tone to the last. */
import { type CallResult, type LiveCall, ON_PHONE, type State, type Step, TALKING } from "../state";
import {
  claimless,
  interrupted,
  newCall,
  notice,
  proceed,
  report,
  rest,
  type SomeMoves,
  step,
  withCall,
} from "./common";

const BUSY_HERE = 486;
const UNAVAILABLE = 480;
/** Wrap-up of a call nobody answered, while calls are dialed automatically: time to correct the result. */
export const UNANSWERED_WRAP_MS = 5000;

type CallInput =
  | "line"
  | "incoming"
  | "progress"
  | "accepted"
  | "held"
  | "over"
  | "transferFailed"
  | "opened"
  | "openRefused"
  | "allowed"
  | "refused"
  | "call"
  | "answer"
  | "reject"
  | "hangUp"
  | "mute"
  | "hold"
  | "tone"
  | "transfer";

export const call: SomeMoves<CallInput> = {
  line(state, { status, reason }, now) {
    const changed: State = { ...state, line: status, lineReason: reason ?? "" };
    const waiting = changed.phase === "idle" && changed.auto.name === "waiting";
    return status === "registered" && waiting
      ? proceed({ ...changed, auto: { name: "running" } }, now)
      : step(changed);
  },

  incoming(state, { ref, id, number, name }) {
    if (state.phase !== "idle") return step(state, { do: "reject", ref, status: BUSY_HERE });
    const incoming = {
      ...newCall({ id, direction: "inbound", number, name }, null),
      invited: true,
    };
    return step(
      { ...interrupted(state), phase: "incoming", call: incoming },
      { do: "open", id, number, direction: "inbound", campaign: null, name },
      report(id, "ringing"),
      { do: "signal", signal: "ring" },
    );
  },

  call(state, { id, number, campaign }) {
    if (state.phase !== "idle" || !number) return null;
    if (state.line !== "registered") {
      return step(state, notice("warning", "The line is not registered yet."));
    }
    const outbound = newCall({ id, direction: "outbound", number, name: "" }, null);
    return step(
      { ...interrupted(state), phase: "opening", call: outbound },
      { do: "open", id, number, direction: "outbound", campaign, name: "" },
    );
  },

  opened(state, { call: record }) {
    const { call } = state;
    if (call?.id !== record.id) {
      // The agent hung up while the server was asked.
      return record.direction === "outbound"
        ? step(state, { do: "release", id: record.id, reason: "cancelled" })
        : null;
    }
    const known = withCall(state, call, {
      record,
      name: record.lead?.name || call.name || record.peer_name,
    });
    if (state.phase !== "opening") return step(known);
    return step({ ...known, phase: "dialing" }, { do: "authorize", id: call.id });
  },

  openRefused(state, { id, message }, now) {
    if (state.phase !== "opening" || state.call?.id !== id) return null;
    return rest(state, now, notice("error", message));
  },

  allowed(state, { id, number, grant }, now) {
    const { call } = state;
    if (state.phase !== "dialing" || call?.id !== id || call.invited) return null;
    if (call.gaveUp) return over(state, call, now, noAnswer(call, now));
    const ringTimeS = call.record?.campaign?.ring_time_s ?? 0;
    const ringUntil = ringTimeS > 0 ? now + ringTimeS * 1000 : null;
    return step(
      withCall(state, call, { invited: true, number, ringUntil }),
      report(id, "dialing"),
      { do: "invite", id, number, grant, ringTimeS },
    );
  },

  refused(state, { id, message }, now) {
    const { call } = state;
    if (state.phase !== "dialing" || call?.id !== id || call.invited) return null;
    const release = { do: "release", id, reason: "cancelled" } as const;
    const why = { reason: message, nextAt: null, retryAt: now };
    return claimless(state, now, why, release, notice("warning", message));
  },

  progress(state, { earlyMedia }) {
    const { call } = state;
    if (!call || (state.phase !== "dialing" && state.phase !== "ringing")) return null;
    const signal = { do: "signal", signal: earlyMedia ? "none" : "ringback" } as const;
    // A second 180 or 183 may bring early media; it is not a second ringing.
    if (state.phase === "ringing") return step(state, signal);
    return step({ ...state, phase: "ringing" }, report(call.id, "ringing"), signal);
  },

  accepted(state, _input, now) {
    const { call } = state;
    if (!call?.invited || !["dialing", "ringing", "incoming"].includes(state.phase)) return null;
    const answered = withCall(state, call, { answeredAt: now, ringUntil: null });
    return step(
      { ...answered, phase: "in_call" },
      { do: "signal", signal: "none" },
      { do: "startRecording", id: call.id },
      report(call.id, "answered"),
    );
  },

  answer(state) {
    return state.phase === "incoming" ? step(state, { do: "answer" }) : null;
  },

  reject(state) {
    return state.phase === "incoming"
      ? step(state, { do: "reject", ref: null, status: UNAVAILABLE })
      : null;
  },

  hangUp(state, _input, now) {
    const { call } = state;
    if (!call) return null;
    if (state.phase === "opening") return rest(state, now);
    if (!ON_PHONE.has(state.phase) || state.phase === "incoming") return null;
    const gaveUp = call.answeredAt === null ? ("agent" as const) : null;
    const ending = withCall(state, call, { gaveUp });
    return call.invited ? step(ending, { do: "hangUp" }) : step(ending);
  },

  over(state, { sipStatus, cause, by }, now) {
    const { call } = state;
    if (!call?.invited || !ON_PHONE.has(state.phase)) return null;
    const answered = call.answeredAt !== null;
    const told: CallResult = { answered, sipStatus, cause, by, endedAt: now };
    const byUs = !answered && by === "local" && call.gaveUp !== null;
    return over(state, call, now, byUs ? noAnswer(call, now) : told);
  },

  mute(state, { on }) {
    const { call } = state;
    if (!call || !TALKING.has(state.phase) || call.muted === on) return null;
    return step(
      withCall(state, call, { muted: on }),
      { do: "mute", on },
      report(call.id, on ? "mute" : "unmute"),
    );
  },

  hold(state, { on }) {
    return state.phase === (on ? "in_call" : "on_hold") ? step(state, { do: "hold", on }) : null;
  },

  held(state, { on }) {
    const { call } = state;
    if (!call || state.phase !== (on ? "in_call" : "on_hold")) return null;
    return step(
      { ...state, phase: on ? "on_hold" : "in_call" },
      report(call.id, on ? "hold" : "unhold"),
    );
  },

  tone(state, { tone }) {
    const { call } = state;
    if (!call || state.phase !== "in_call" || !/^[0-9*#A-D]$/.test(tone)) return null;
    return step(state, { do: "tone", tone }, report(call.id, "dtmf", { tone }));
  },

  transfer(state, { target }) {
    if (!TALKING.has(state.phase) || !target) return null;
    return step(state, { do: "transfer", target });
  },

  transferFailed(state, { reason }) {
    if (!TALKING.has(state.phase)) return null;
    return step(state, notice("error", `The transfer did not work: ${reason}.`));
  },
};

const noAnswer = (call: LiveCall, now: number): CallResult => ({
  answered: false,
  sipStatus: null,
  cause: call.gaveUp === "ring_time" ? "no_answer" : "canceled",
  by: "local",
  endedAt: now,
});

function over(state: State, call: LiveCall, now: number, result: CallResult): Step {
  const { answered, sipStatus, cause, by } = result;
  const data = { cause, by, ...(sipStatus === null ? {} : { sip_status: sipStatus }) };
  const effects = [
    ...(answered ? [{ do: "stopRecording", id: call.id } as const] : []),
    { do: "signal", signal: !answered && by === "remote" ? "busy" : "none" } as const,
    report(call.id, answered ? "ended" : "failed", data),
  ];
  const ended = withCall(state, call, { result, ringUntil: null });
  // Where there is no result to choose there is nothing to wrap up.
  if (!call.record?.campaign || (call.direction === "inbound" && !answered)) {
    const { note } = call.draft;
    const noted = note ? [{ do: "endWrapUp", id: call.id, note } as const] : [];
    return rest(ended, now, ...effects, ...noted);
  }
  const wrapUpUntil = wrapUpEnd(state, call, result);
  return step(
    { ...withCall(ended, call, { result, wrapUpUntil, ringUntil: null }), phase: "wrap_up" },
    ...effects,
  );
}

function wrapUpEnd(state: State, call: LiveCall, { answered, endedAt }: CallResult): number | null {
  const limitS = call.record?.campaign?.wrap_up_limit_s ?? 0;
  const limit = limitS > 0 ? limitS * 1000 : null;
  if (!answered && state.auto.name === "running") {
    return endedAt + Math.min(UNANSWERED_WRAP_MS, limit ?? UNANSWERED_WRAP_MS);
  }
  return limit === null ? null : endedAt + limit;
}
