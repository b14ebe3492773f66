import { describe, expect, it } from "vitest";

import { next } from "../../../static/src/softphone/machine";
import {
  type Effect,
  type Input,
  START,
  type State,
  TALKING,
} from "../../../static/src/softphone/state";
import { record } from "./cast";

/** A small seeded generator: the same walk for the same seed, everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the world outside the machine would have seen, and what it must never see. */
class Witness {
  recording: string | null = null;
  leg: string | null = null;
  readonly known = new Set<string>();
  readonly released = new Set<string>();
  readonly reports = new Map<string, string[]>();
  readonly invited = new Set<string>();

  see(effect: Effect): void {
    switch (effect.do) {
      case "startRecording":
        expect(this.recording).toBeNull();
        this.recording = effect.id;
        break;
      case "stopRecording":
        expect(this.recording).toBe(effect.id);
        this.recording = null;
        break;
      case "invite":
        expect(this.leg).toBeNull();
        expect(this.invited.has(effect.id)).toBe(false);
        this.invited.add(effect.id);
        this.leg = effect.id;
        break;
      case "release":
        expect(this.released.has(effect.id)).toBe(false);
        this.released.add(effect.id);
        break;
      case "report":
        this.report(effect.id, effect.kind);
        break;
      default:
    }
  }

  report(id: string, kind: string): void {
    const before = this.reports.get(id) ?? [];
    expect(before.some((one) => one === "ended" || one === "failed")).toBe(false);
    if (kind === "ended" && before.length) expect(before).toContain("answered");
    if (kind === "answered") expect(before).not.toContain("answered");
    this.reports.set(id, [...before, kind]);
  }

  check(state: State): void {
    expect(state.call === null).toBe(state.phase === "idle" || state.phase === "claiming");
    if (state.auto.name === "countdown") expect(state.phase).toBe("reserved");
    if (state.auto.name === "waiting") expect(state.phase).toBe("idle");
    expect(this.recording).toBe(TALKING.has(state.phase) ? (state.call?.id ?? "") : null);
    if (this.leg) expect(state.call?.id).toBe(this.leg);
    for (const id of this.known) if (id !== state.call?.id) this.accounted(id);
  }

  /** A call that is no longer in hand was given back or has an end on record. */
  accounted(id: string): void {
    const last = this.reports.get(id)?.at(-1);
    expect(this.released.has(id) || last === "ended" || last === "failed", id).toBe(true);
  }
}

const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)] as T;

let serial = 0;

function anyInput(random: () => number, state: State, now: number): Input {
  const id = random() < 0.9 ? (state.call?.id ?? "none") : "somebody-else";
  const fresh = `call-${(serial += 1)}`;
  const on = random() < 0.5;
  return pick<Input>(random, [
    { type: "line", status: pick(random, ["registered", "registered", "connecting", "failed"]) },
    { type: "incoming", ref: fresh, id: fresh, number: "+12025550122", name: "" },
    { type: "progress", earlyMedia: on },
    { type: "accepted" },
    { type: "held", on },
    { type: "over", sipStatus: on ? 486 : null, cause: "x", by: on ? "remote" : "local" },
    { type: "transferFailed", reason: "declined" },
    { type: "ready" },
    { type: "notReady", message: "No." },
    { type: "claimed", call: record(fresh, { mode: pick(random, ["progressive", "preview"]) }) },
    { type: "nothing", reason: "Empty.", nextAt: on ? now + 60_000 : null },
    { type: "claimFailed", message: "No.", final: on },
    { type: "opened", call: record(id, { direction: state.call?.direction ?? "outbound" }) },
    { type: "openRefused", id, message: "No." },
    { type: "allowed", id, number: "+12025550100", grant: "g" },
    { type: "refused", id, message: "No." },
    { type: "saved", id },
    { type: "saveFailed", id, message: "No." },
    {
      type: "restored",
      call: record(fresh),
      as: pick(random, ["ready", "reserved", "lost", "ended"]),
    },
    { type: "start", campaigns: [7] },
    { type: "start", campaigns: [7] },
    { type: "pause" },
    { type: "resume" },
    { type: "resume" },
    { type: "leave", to: pick(random, ["break", "offline"]), reason: "" },
    { type: "skip" },
    { type: "dialNow" },
    { type: "call", id: fresh, number: on ? "+12025550111" : "", campaign: null },
    { type: "answer" },
    { type: "reject" },
    { type: "hangUp" },
    { type: "mute", on },
    { type: "hold", on },
    { type: "tone", tone: pick(random, ["1", "#", "q"]) },
    { type: "transfer", target: on ? "1002" : "" },
    { type: "draft", draft: { disposition: pick(random, ["lead", "follow_up", null]) } },
    { type: "save" },
    { type: "finish" },
    { type: "tick" },
  ]);
}

/** A server answers, and a line speaks, only when asked: inputs that could not come are passed over. */
function possible(state: State, input: Input, witness: Witness): boolean {
  switch (input.type) {
    case "claimed":
      return state.phase === "claiming";
    case "opened":
      return state.call?.id === input.call.id && state.call.record === null;
    case "over":
      return witness.leg !== null || state.phase === "incoming";
    default:
      return true;
  }
}

function follow(witness: Witness, state: State, input: Input): void {
  if (input.type === "claimed") witness.known.add(input.call.id);
  if (input.type === "restored" && input.as !== "ended" && state.call) {
    witness.known.add(state.call.id);
  }
  if (input.type === "opened" && state.call?.id === input.call.id) witness.known.add(input.call.id);
  if (input.type === "accepted" && TALKING.has(state.phase)) witness.leg = state.call?.id ?? null;
}

function walk(seed: number, steps: number): Set<string> {
  const random = generator(seed);
  const witness = new Witness();
  const seen = new Set<string>();
  let state = START;
  let now = 0;
  for (let i = 0; i < steps; i += 1) {
    now += Math.floor(random() * 3000);
    const input = anyInput(random, state, now);
    if (!possible(state, input, witness)) continue;
    const step = next(state, input, now);
    if (!step) continue;
    if (input.type === "over") witness.leg = null;
    for (const effect of step.effects) witness.see(effect);
    state = step.state;
    follow(witness, state, input);
    witness.check(state);
    seen.add(`${state.phase}/${state.auto.name}`);
  }
  return seen;
}

describe("a random walk through the machine", () => {
  it("never has two calls, records only talk, counts down only with a lead, and loses no call", () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) for (const one of walk(seed, 1000)) seen.add(one);

    // The walks must have been everywhere, or they would prove nothing.
    for (const phase of ["idle", "claiming", "opening", "reserved", "dialing", "ringing"]) {
      expect(
        [...seen].some((one) => one.startsWith(`${phase}/`)),
        phase,
      ).toBe(true);
    }
    for (const place of [
      "incoming/",
      "in_call/",
      "on_hold/",
      "wrap_up/",
      "/countdown",
      "/waiting",
    ]) {
      expect(
        [...seen].some((one) => one.includes(place)),
        place,
      ).toBe(true);
    }
  });

  it("leaves the state it was given as it was", () => {
    const random = generator(5);
    let state = START;
    for (let i = 0; i < 2000; i += 1) {
      const frozen = JSON.stringify(state);
      const step = next(state, anyInput(random, state, i), i);
      expect(JSON.stringify(state)).toBe(frozen);
      state = step?.state ?? state;
    }
  });
});
