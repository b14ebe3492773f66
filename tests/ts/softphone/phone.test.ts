import { describe, expect, it } from "vitest";

import type { CallRecord, Presence } from "../../../static/src/softphone/messages";
import { Phone, remembered } from "../../../static/src/softphone/phone";
import { restoration } from "../../../static/src/softphone/restore";
import type { Effect } from "../../../static/src/softphone/state";
import { record, talking } from "./cast";

describe("the phone of a page", () => {
  it("takes one input after the other, also those that its effects bring", () => {
    const done: string[] = [];
    const phone: Phone = new Phone((effect: Effect) => {
      done.push(effect.do);
      if (effect.do === "ready") phone.input({ type: "ready" });
    });
    const phases: string[] = [];
    phone.subscribe(({ phase, auto }) => phases.push(`${phase}/${auto.name}`));
    phone.input({ type: "line", status: "registered" });
    phone.input({ type: "start", campaigns: [7] });

    expect(done).toEqual(["ready", "claim"]);
    expect(phases).toEqual(["idle/off", "idle/off", "idle/starting", "claiming/running"]);
  });

  it("tells nobody of an input that changes nothing", () => {
    let told = 0;
    const phone = new Phone(() => undefined);
    phone.subscribe(() => (told += 1));
    phone.input({ type: "answer" });

    expect(told).toBe(1);
  });

  it("remembers its call as far as it has gone", () => {
    const phone = talking();
    expect(remembered(phone.state)?.status).toBe("in_call");
    phone.give({ type: "over", sipStatus: null, cause: "terminated", by: "remote" });

    expect(remembered(phone.state)?.status).toBe("ended");
  });
});

describe("a page that is loaded anew", () => {
  const seat = (state: Presence["state"], call: string | null): Presence => ({
    state,
    since: "",
    reason: null,
    ready_for: [7],
    wrap_up_until: null,
    break_until: null,
    leading: true,
    moved: null,
    call,
    now: "",
  });
  const kept = (status: CallRecord["status"]): CallRecord => record("call-1", { status });

  it("has nothing to do for who is off, and stays paused for who was ready", () => {
    expect(restoration(seat("offline", null), null)).toEqual({ kind: "nothing" });
    expect(restoration(seat("ready", null), kept("ended"))).toMatchObject({
      as: "ready",
      call: null,
    });
  });

  it("asks for a reservation again", () => {
    expect(restoration(seat("reserved", "call-1"), null)).toEqual({ kind: "claim" });
  });

  it("ends its own call, and leaves another browser's alone", () => {
    expect(restoration(seat("on_call", "call-1"), kept("in_call"))).toMatchObject({
      as: "lost",
    });
    expect(restoration(seat("on_call", "call-2"), kept("in_call"))).toEqual({ kind: "elsewhere" });
    expect(restoration(seat("on_call", "call-1"), null)).toEqual({ kind: "elsewhere" });
  });

  it("goes on with its own wrap-up, and asks for one it does not know", () => {
    expect(restoration(seat("wrap_up", "call-2"), null)).toEqual({ kind: "ask", call: "call-2" });
    expect(restoration(seat("wrap_up", "call-1"), kept("in_call"))).toMatchObject({
      as: "ended",
    });
  });
});
