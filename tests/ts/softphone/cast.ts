/** Calls, campaigns and a driver of the machine, for the softphone's tests. */
import { next } from "../../../static/src/softphone/machine";
import type { CallRecord, CampaignCard } from "../../../static/src/softphone/messages";
import { type Effect, type Input, START, type State } from "../../../static/src/softphone/state";

export const CAMPAIGN: CampaignCard = {
  id: 7,
  name: "Solar installers",
  delay_s: 10,
  wrap_up_limit_s: 60,
  ring_time_s: 25,
  may_skip: true,
  preview_limit_s: 0,
  preview_gives_back: false,
  script: "Good morning.",
  dispositions: [
    { code: "lead", label: "Lead", key: "l", finished: true, success: true, callback: false },
    {
      code: "follow_up",
      label: "Follow-up",
      key: "f",
      finished: false,
      success: false,
      callback: true,
    },
  ],
};

export function record(id: string, changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id,
    status: "reserved",
    outcome: null,
    direction: "outbound",
    mode: "progressive",
    number: "+12025550100",
    caller_id: "+12025550199",
    lead: null,
    campaign: CAMPAIGN,
    upload_token: `token-${id}`,
    reserved_at: "2026-01-05T15:00:00.000000Z",
    lease_until: null,
    peer_name: "",
    ...changes,
  };
}

/** Drives the machine and keeps every effect. */
export class Driver {
  effects: Effect[] = [];
  last: Effect[] = [];
  now = 1_000_000;
  constructor(public state: State = START) {}

  /** The input's effects, or null where the machine ignored it. */
  give(input: Input): readonly Effect[] | null {
    const step = next(this.state, input, this.now);
    this.last = step ? [...step.effects] : [];
    if (!step) return null;
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }

  giveAll(...inputs: readonly Input[]): this {
    for (const input of inputs) this.give(input);
    return this;
  }

  pass(ms: number): readonly Effect[] | null {
    this.now += ms;
    return this.give({ type: "tick" });
  }

  did(what: Effect["do"]): Effect[] {
    return this.effects.filter((effect) => effect.do === what);
  }

  reports(): string[] {
    return this.effects.flatMap((effect) => (effect.do === "report" ? [effect.kind] : []));
  }
}

export function registered(): Driver {
  const driver = new Driver();
  driver.give({ type: "line", status: "registered" });
  return driver;
}

/** Automated dialing that has just been given `call-1`. */
export function counting(): Driver {
  return registered().giveAll(
    { type: "start", campaigns: [7] },
    { type: "ready" },
    { type: "claimed", call: record("call-1") },
  );
}

/** In a call with `call-1`, from automated dialing. */
export function talking(): Driver {
  return counting().giveAll(
    { type: "dialNow" },
    { type: "allowed", id: "call-1", number: "+12025550100", grant: "g" },
    { type: "progress", earlyMedia: false },
    { type: "accepted" },
  );
}
