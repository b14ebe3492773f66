/** Automated dialing: ready, claim, count down, pause, skip; and the agent's leaving. */
import type { State, Step } from "../state";
import {
  callOf,
  claimless,
  notice,
  proceed,
  report,
  rest,
  RETRY_MAX_MS,
  type SomeMoves,
  step,
  withCall,
} from "./common";
import { finish } from "./wrapup";

const FAILED_RETRY_MS = 5000;
/** Modes in which a machine, not the agent, decides when a reserved lead is dialed. */
const TIMED_MODES: ReadonlySet<string> = new Set(["progressive", "power", "predictive"]);

type AutoInput =
  | "start"
  | "ready"
  | "notReady"
  | "claimed"
  | "nothing"
  | "claimFailed"
  | "pause"
  | "resume"
  | "skip"
  | "dialNow"
  | "leave"
  | "restored"
  | "tick";

export const auto: SomeMoves<AutoInput> = {
  start(state, { campaigns }) {
    if (state.phase !== "idle" || state.auto.name !== "off") return null;
    return step({ ...state, auto: { name: "starting", campaigns } }, { do: "ready", campaigns });
  },

  ready(state, _input, now) {
    if (state.auto.name !== "starting") return null;
    return proceed({ ...state, auto: { name: "running" } }, now);
  },

  notReady(state, { message }) {
    if (state.auto.name !== "starting") return null;
    return step({ ...state, auto: { name: "off" } }, notice("error", message));
  },

  claimed(state, { call }, now) {
    if (state.phase !== "claiming" || state.leaving) {
      // Asked for and no longer wanted; given back, so that somebody else may dial it.
      const release = { do: "release", id: call.id, reason: "cancelled" } as const;
      return state.phase === "claiming" ? rest(state, now, release) : step(state, release);
    }
    return step(countDown({ ...state, phase: "reserved", call: callOf(call) }, now));
  },

  nothing(state, { reason, nextAt }, now) {
    if (state.phase !== "claiming") return null;
    return claimless(state, now, { reason, nextAt, retryAt: nextAt ?? now + RETRY_MAX_MS });
  },

  claimFailed(state, { message, final }, now) {
    if (state.phase !== "claiming") return null;
    if (final) return rest({ ...state, auto: { name: "off" } }, now, notice("error", message));
    const retryAt = now + FAILED_RETRY_MS;
    return claimless(state, now, { reason: message, nextAt: null, retryAt });
  },

  pause(state, _input, now) {
    switch (state.auto.name) {
      case "countdown": {
        // The time of a preview is the campaign's, not the agent's: only what follows can wait.
        if (isPreview(state)) return step({ ...state, auto: { ...state.auto, last: true } });
        const leftMs = Math.max(0, state.auto.until - now);
        return step({ ...state, auto: { name: "paused", leftMs } });
      }
      case "running":
      case "waiting":
        return step({ ...state, auto: { name: "paused", leftMs: null } });
      default:
        return null;
    }
  },

  resume(state, _input, now) {
    if (state.auto.name === "countdown" && state.auto.last) {
      const { until, totalMs } = state.auto;
      return step({ ...state, auto: { name: "countdown", until, totalMs } });
    }
    if (state.auto.name !== "paused") return null;
    const { leftMs } = state.auto;
    const running: State = { ...state, auto: { name: "running" } };
    return state.phase === "reserved"
      ? step(countDown(running, now, leftMs))
      : proceed(running, now);
  },

  skip(state, _input, now) {
    if (state.phase !== "reserved" || !state.call) return null;
    if (!maySkip(state)) {
      return step(state, notice("warning", "Leads of this campaign may not be skipped."));
    }
    const release = { do: "release", id: state.call.id, reason: "skipped" } as const;
    return rest(uncounted(state), now, release);
  },

  dialNow(state) {
    if (state.phase !== "reserved" || !state.call) return null;
    if (state.line !== "registered") {
      return step(state, notice("warning", "The line is not registered yet."));
    }
    return dial(state);
  },

  leave(state, { to, reason }, now) {
    const leaving: State = { ...state, leaving: { to, reason } };
    if (state.phase === "idle") return rest(leaving, now);
    if (state.phase === "reserved" && state.call) {
      const release = { do: "release", id: state.call.id, reason: "cancelled" } as const;
      return rest(uncounted(leaving), now, release);
    }
    return step(leaving);
  },

  restored(state, input, now) {
    if (state.phase !== "idle" || state.auto.name !== "off") return null;
    const paused: State = { ...state, auto: { name: "paused", leftMs: null } };
    if (!input.call) return input.as === "ready" ? step(paused) : null;
    const call = callOf(input.call);
    if (input.as === "reserved") {
      return step(previewGoesOn({ ...paused, phase: "reserved", call }, input.heldMs ?? 0, now));
    }
    const answered = ["in_call", "on_hold", "ended"].includes(input.call.status);
    const result = {
      answered,
      sipStatus: null,
      cause: "page_lost",
      by: "local",
      endedAt: now,
    } as const;
    const limitS = input.call.campaign?.wrap_up_limit_s ?? 0;
    const wrapUpUntil = input.wrapUpUntil ?? (limitS > 0 ? now + limitS * 1000 : null);
    const over = { ...call, invited: true, result, wrapUpUntil };
    const ended: State = { ...paused, phase: "wrap_up", call: over };
    if (input.as === "ended") return step(ended);
    return step(
      ended,
      report(call.id, answered ? "ended" : "failed", { cause: "page_lost", by: "local" }),
      notice("warning", "The page was closed during this call. The call has ended."),
    );
  },

  tick(state, _input, now) {
    if (state.phase === "idle") return awake(state, now);
    if (state.phase === "reserved") return countedDown(state, now);
    if (state.phase === "dialing" || state.phase === "ringing") return rungOut(state, now);
    if (state.phase === "wrap_up") return wrapUpOver(state, now);
    return null;
  },
};

const isPreview = (state: State): boolean => state.call?.record?.mode === "preview";

/** Only a preview can be one that nobody may pass by. */
export const maySkip = (state: State): boolean =>
  !isPreview(state) || (state.call?.record?.campaign?.may_skip ?? true);

/** Whether no further lead is asked for until the agent goes on. */
export const halted = ({ auto: now }: State): boolean =>
  now.name === "paused" || (now.name === "countdown" && now.last === true);

/** Whether the countdown ends with the lead given back, not dialed. */
export const givesBack = (state: State): boolean =>
  isPreview(state) && (state.call?.record?.campaign?.preview_gives_back ?? false);

/** The countdown of a lead that the campaign dials by itself, or of a preview with a limit; any other waits. */
function countDown(state: State, now: number, leftMs: number | null = null): State {
  const record = state.call?.record;
  if (state.auto.name !== "running" || !record) return state;
  const limitMs = previewMs(state);
  if (!TIMED_MODES.has(record.mode) && limitMs === 0) return state;
  const totalMs = Math.max(0, limitMs || (record.campaign?.delay_s ?? 0) * 1000);
  return { ...state, auto: { name: "countdown", until: now + (leftMs ?? totalMs), totalMs } };
}

const previewMs = (state: State): number =>
  isPreview(state) ? (state.call?.record?.campaign?.preview_limit_s ?? 0) * 1000 : 0;

/** The server counted on while the page was loaded anew; when that is over, the agent is asked before another lead. */
function previewGoesOn(state: State, heldMs: number, now: number): State {
  const totalMs = previewMs(state);
  if (totalMs === 0) return state;
  const until = now + Math.max(0, totalMs - heldMs);
  return { ...state, auto: { name: "countdown", until, totalMs, last: true } };
}

const uncounted = (state: State): State => {
  if (state.auto.name === "countdown") {
    const { last } = state.auto;
    return { ...state, auto: last ? { name: "paused", leftMs: null } : { name: "running" } };
  }
  if (state.auto.name === "paused") return { ...state, auto: { name: "paused", leftMs: null } };
  return state;
};

function dial(state: State): Step | null {
  if (!state.call) return null;
  return step({ ...uncounted(state), phase: "dialing" }, { do: "authorize", id: state.call.id });
}

function awake(state: State, now: number): Step | null {
  if (state.auto.name !== "waiting" || now < state.auto.retryAt) return null;
  return proceed({ ...state, auto: { name: "running" } }, now);
}

function countedDown(state: State, now: number): Step | null {
  if (state.auto.name !== "countdown" || now < state.auto.until) return null;
  if (givesBack(state) && state.call) {
    const release = { do: "release", id: state.call.id, reason: "preview_over" } as const;
    return rest(uncounted(state), now, release, notice("info", "The time for the lead is over."));
  }
  // The bar stays empty until the line is back.
  return state.line === "registered" ? dial(state) : null;
}

function rungOut(state: State, now: number): Step | null {
  const { call } = state;
  if (!call?.invited || call.ringUntil === null || now < call.ringUntil) return null;
  return step(withCall(state, call, { ringUntil: null, gaveUp: "ring_time" }), { do: "hangUp" });
}

function wrapUpOver(state: State, now: number): Step | null {
  const { call } = state;
  if (!call || call.saving || call.wrapUpUntil === null || now < call.wrapUpUntil) return null;
  return finish(state, call);
}
