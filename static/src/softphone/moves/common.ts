/** What several moves share: how a call is begun, reported and laid aside. */
import type { CallRecord, ReportData, ReportKind } from "../messages";
import {
  type Effect,
  EMPTY_DRAFT,
  type Input,
  type LiveCall,
  type State,
  type Step,
} from "../state";

export type Move<T extends Input["type"]> = (
  state: State,
  input: Extract<Input, { type: T }>,
  now: number,
) => Step | null;

export type Moves = { readonly [T in Input["type"]]: Move<T> };
export type SomeMoves<T extends Input["type"]> = { readonly [K in T]: Move<K> };

/** How soon the server is asked again when it had nothing to dial, in milliseconds. */
export const RETRY_MIN_MS = 2000;
export const RETRY_MAX_MS = 20_000;

export const step = (state: State, ...effects: readonly Effect[]): Step => ({ state, effects });

export const notice = (level: "info" | "warning" | "error", text: string): Effect => ({
  do: "notice",
  level,
  text,
});

export const report = (id: string, kind: ReportKind, data: ReportData = {}): Effect => ({
  do: "report",
  id,
  kind,
  data,
});

export function newCall(
  fields: Pick<LiveCall, "id" | "direction" | "number" | "name">,
  record: CallRecord | null,
): LiveCall {
  return {
    ...fields,
    record,
    invited: false,
    gaveUp: null,
    answeredAt: null,
    ringUntil: null,
    muted: false,
    result: null,
    draft: EMPTY_DRAFT,
    saving: false,
    wrapUpUntil: null,
  };
}

export function callOf(record: CallRecord): LiveCall {
  const { id, direction, number } = record;
  return newCall({ id, direction, number, name: record.lead?.name || record.peer_name }, record);
}

export const withCall = (state: State, call: LiveCall, changes: Partial<LiveCall>): State => ({
  ...state,
  call: { ...call, ...changes },
});

/** Nobody is on the telephone and nothing is to be written down: leave if asked to, else ask for the next lead. */
export function rest(state: State, now: number, ...effects: readonly Effect[]): Step {
  const resting: State = { ...state, phase: "idle", call: null };
  if (resting.leaving) {
    const { to, reason } = resting.leaving;
    return step({ ...resting, auto: { name: "off" }, leaving: null }, ...effects, {
      do: "leave",
      to,
      reason,
    });
  }
  return proceed(resting, now, ...effects);
}

/** Automated dialing that has nothing in hand claims; anything else stays as it is. */
export function proceed(state: State, now: number, ...effects: readonly Effect[]): Step {
  if (state.phase !== "idle" || state.auto.name !== "running") return step(state, ...effects);
  if (state.line !== "registered") {
    return step(wait(state, "The line is not registered.", null, now + RETRY_MIN_MS), ...effects);
  }
  return step({ ...state, phase: "claiming" }, ...effects, { do: "claim" });
}

/** There was nothing to dial: automated dialing asks again at `retryAt`, within bounds; otherwise all is at rest. */
export function claimless(
  state: State,
  now: number,
  why: { readonly reason: string; readonly nextAt: number | null; readonly retryAt: number },
  ...effects: readonly Effect[]
): Step {
  const idle: State = { ...state, phase: "idle", call: null };
  if (idle.leaving || idle.auto.name !== "running") return rest(idle, now, ...effects);
  const at = Math.min(Math.max(why.retryAt, now + RETRY_MIN_MS), now + RETRY_MAX_MS);
  return step(wait(idle, why.reason, why.nextAt, at), ...effects);
}

const wait = (state: State, reason: string, nextAt: number | null, retryAt: number): State => ({
  ...state,
  auto: { name: "waiting", reason, nextAt, retryAt },
});

/** A call by hand or from outside comes between: dialing goes on after it. */
export const interrupted = (state: State): State =>
  state.auto.name === "waiting" ? { ...state, auto: { name: "running" } } : state;
