import { describe, expect, it } from "vitest";

import type { CampaignCard } from "../../../static/src/softphone/messages";
import { CAMPAIGN, counting, Driver, record, registered, talking } from "./cast";

const OVER = { type: "over", sipStatus: null, cause: "terminated", by: "remote" } as const;

describe("a call of automated dialing", () => {
  it("goes from ready through claim, countdown, ringing and talk to wrap-up and the next claim", () => {
    const phone = registered();

    phone.give({ type: "start", campaigns: [7] });
    expect(phone.last).toEqual([{ do: "ready", campaigns: [7] }]);
    phone.give({ type: "ready" });
    expect(phone.last).toEqual([{ do: "claim" }]);
    phone.give({ type: "claimed", call: record("call-1") });
    expect(phone.state.auto).toEqual({
      name: "countdown",
      until: phone.now + 10_000,
      totalMs: 10_000,
    });
    expect(phone.pass(9_999)).toBeNull();
    expect(phone.pass(1)).toEqual([{ do: "authorize", id: "call-1" }]);
    phone.give({ type: "allowed", id: "call-1", number: "+12025550100", grant: "g" });
    phone.give({ type: "progress", earlyMedia: false });
    expect(phone.state.phase).toBe("ringing");
    phone.give({ type: "accepted" });
    expect(phone.state.phase).toBe("in_call");
    phone.give(OVER);
    expect(phone.state.phase).toBe("wrap_up");
    phone.giveAll(
      { type: "draft", draft: { disposition: "lead", note: "Wants a demo." } },
      { type: "save" },
    );
    expect(phone.last).toEqual([
      { do: "save", id: "call-1", disposition: "lead", note: "Wants a demo.", callbackAt: null },
    ]);
    phone.give({ type: "saved", id: "call-1" });

    expect(phone.last).toEqual([{ do: "claim" }]);
    expect(phone.state.call).toBeNull();
    expect(phone.reports()).toEqual(["dialing", "ringing", "answered", "ended"]);
  });

  it("records from the answer to the end and at no other time", () => {
    const phone = talking();
    phone.give(OVER);

    const recording = phone.effects.filter((one) => one.do.endsWith("Recording"));
    expect(recording).toEqual([
      { do: "startRecording", id: "call-1" },
      { do: "stopRecording", id: "call-1" },
    ]);
  });

  it("does not record a call that nobody answered", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "allowed", id: "call-1", number: "1", grant: "g" },
      { type: "over", sipStatus: 486, cause: "busy", by: "remote" },
    );

    expect(phone.did("startRecording")).toEqual([]);
    expect(phone.last).toContainEqual({
      do: "report",
      id: "call-1",
      kind: "failed",
      data: { cause: "busy", by: "remote", sip_status: 486 },
    });
    expect(phone.last).toContainEqual({ do: "signal", signal: "busy" });
  });

  it("goes on by itself a little after a call that nobody answered", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "allowed", id: "call-1", number: "1", grant: "g" },
      { type: "over", sipStatus: 486, cause: "busy", by: "remote" },
    );

    expect(phone.pass(4_999)).toBeNull();
    expect(phone.pass(1)).toEqual([{ do: "endWrapUp", id: "call-1", note: "" }]);
    expect(phone.give({ type: "saved", id: "call-1" })).toEqual([{ do: "claim" }]);
  });

  it("gives the whole time to who begins to write about such a call", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "allowed", id: "call-1", number: "1", grant: "g" },
      { type: "over", sipStatus: 486, cause: "busy", by: "remote" },
      { type: "draft", draft: { note: "Again" } },
    );

    expect(phone.pass(59_999)).toBeNull();
    expect(phone.pass(1)).toMatchObject([{ do: "endWrapUp", note: "Again" }]);
  });

  it("stops ringing when the campaign's ring time is over, and calls it no answer", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "allowed", id: "call-1", number: "1", grant: "g" },
      { type: "progress", earlyMedia: false },
    );

    expect(phone.pass(24_999)).toBeNull();
    expect(phone.pass(1)).toEqual([{ do: "hangUp" }]);
    phone.give({ type: "over", sipStatus: null, cause: "canceled", by: "local" });

    expect(phone.state.call?.result?.cause).toBe("no_answer");
  });

  it("waits for the agent where the campaign is previewed", () => {
    const phone = registered().giveAll(
      { type: "start", campaigns: [7] },
      { type: "ready" },
      { type: "claimed", call: record("call-1", { mode: "preview" }) },
    );

    expect(phone.state.auto).toEqual({ name: "running" });
    expect(phone.pass(3_600_000)).toBeNull();
    expect(phone.give({ type: "dialNow" })).toEqual([{ do: "authorize", id: "call-1" }]);
  });
});

describe("a preview with a limit", () => {
  const previewing = (changes: Partial<CampaignCard>) =>
    registered().giveAll(
      { type: "start", campaigns: [7] },
      { type: "ready" },
      {
        type: "claimed",
        call: record("call-1", {
          mode: "preview",
          campaign: { ...CAMPAIGN, preview_limit_s: 30, ...changes },
        }),
      },
    );

  it("dials when the time is over", () => {
    const phone = previewing({});

    expect(phone.state.auto).toMatchObject({ name: "countdown", totalMs: 30_000 });
    expect(phone.pass(29_000)).toBeNull();
    expect(phone.pass(1_000)).toEqual([{ do: "authorize", id: "call-1" }]);
  });

  it("gives the lead back where the campaign says so", () => {
    const phone = previewing({ preview_gives_back: true });

    expect(phone.pass(30_000)).toContainEqual({
      do: "release",
      id: "call-1",
      reason: "preview_over",
    });
    expect(phone.state.phase).toBe("claiming");
  });

  it("is not stopped by a pause, which holds what would follow", () => {
    const phone = previewing({ preview_gives_back: true });

    expect(phone.give({ type: "pause" })).toEqual([]);
    expect(phone.state.auto).toMatchObject({ name: "countdown", last: true });
    phone.pass(30_000);

    expect(phone.state).toMatchObject({ phase: "idle", auto: { name: "paused" } });
    expect(phone.did("claim")).toHaveLength(1);
    expect(phone.give({ type: "resume" })).toEqual([{ do: "claim" }]);
  });

  it("goes on as before where the agent resumes in time", () => {
    const phone = previewing({});
    phone.pass(10_000);
    phone.giveAll({ type: "pause" }, { type: "resume" });

    expect(phone.pass(19_000)).toBeNull();
    expect(phone.pass(1_000)).toEqual([{ do: "authorize", id: "call-1" }]);
    expect(phone.state.auto).toEqual({ name: "running" });
  });

  it("lets nobody pass the lead by where the campaign forbids it", () => {
    const phone = previewing({ may_skip: false });

    expect(phone.give({ type: "skip" })).toEqual([
      { do: "notice", level: "warning", text: "Leads of this campaign may not be skipped." },
    ]);
    expect(phone.state.phase).toBe("reserved");
  });
});

describe("pause, resume and skip", () => {
  it("keep what was left of the countdown", () => {
    const phone = counting();
    phone.pass(4_000);

    phone.give({ type: "pause" });
    expect(phone.pass(60_000)).toBeNull();
    phone.give({ type: "resume" });

    expect(phone.state.auto).toMatchObject({ name: "countdown", until: phone.now + 6_000 });
  });

  it("give a skipped lead back and ask for another", () => {
    const phone = counting();

    expect(phone.give({ type: "skip" })).toEqual([
      { do: "release", id: "call-1", reason: "skipped" },
      { do: "claim" },
    ]);
  });

  it("do not claim after a skip while paused", () => {
    const phone = counting();
    phone.giveAll({ type: "pause" }, { type: "skip" });

    expect(phone.did("claim")).toHaveLength(1);
    expect(phone.give({ type: "resume" })).toEqual([{ do: "claim" }]);
  });

  it("hold the next claim when pressed during a call", () => {
    const phone = talking();
    phone.giveAll({ type: "pause" }, OVER, { type: "finish" }, { type: "saved", id: "call-1" });

    expect(phone.state).toMatchObject({ phase: "idle", auto: { name: "paused" } });
    expect(phone.did("claim")).toHaveLength(1);
  });
});

describe("nothing to dial", () => {
  const waiting = (nextAt: number | null): Driver =>
    registered().giveAll(
      { type: "start", campaigns: [7] },
      { type: "ready" },
      { type: "nothing", reason: "Every lead is asleep.", nextAt },
    );

  it("says why and asks again, at the latest after twenty seconds", () => {
    const phone = waiting(1_000_000 + 3_600_000);

    expect(phone.state.auto).toMatchObject({ name: "waiting", reason: "Every lead is asleep." });
    expect(phone.pass(19_999)).toBeNull();
    expect(phone.pass(1)).toEqual([{ do: "claim" }]);
  });

  it("never asks again at once", () => {
    const phone = waiting(1_000_000);

    expect(phone.pass(1_999)).toBeNull();
    expect(phone.pass(1)).toEqual([{ do: "claim" }]);
  });

  it("asks again as soon as the line is back", () => {
    const phone = waiting(null);
    phone.give({ type: "line", status: "connecting" });

    expect(phone.give({ type: "line", status: "registered" })).toEqual([{ do: "claim" }]);
  });

  it("lets the agent call by hand, and goes on after it", () => {
    const phone = waiting(null);
    phone.giveAll(
      { type: "call", id: "mine", number: "+12025550111", campaign: null },
      { type: "openRefused", id: "mine", message: "The number is on the do-not-call list." },
    );

    expect(phone.last).toEqual([
      { do: "notice", level: "error", text: "The number is on the do-not-call list." },
      { do: "claim" },
    ]);
  });
});

describe("a refused dial", () => {
  it("gives the reservation back and waits before the next claim", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "refused", id: "call-1", message: "Too late there." },
    );

    expect(phone.last[0]).toEqual({ do: "release", id: "call-1", reason: "cancelled" });
    expect(phone.state.auto).toMatchObject({ name: "waiting", reason: "Too late there." });
    expect(phone.pass(2_000)).toEqual([{ do: "claim" }]);
  });
});

describe("the agent's hanging up", () => {
  it("before the server has allowed the dial never reaches the line", () => {
    const phone = counting().giveAll(
      { type: "dialNow" },
      { type: "hangUp" },
      { type: "allowed", id: "call-1", number: "1", grant: "g" },
    );

    expect(phone.did("invite")).toEqual([]);
    expect(phone.state.call?.result).toMatchObject({ answered: false, cause: "canceled" });
  });

  it("while a call by hand is opened gives the call back once it exists", () => {
    const phone = registered().giveAll(
      { type: "call", id: "mine", number: "1", campaign: null },
      { type: "hangUp" },
      { type: "opened", call: record("mine") },
    );

    expect(phone.last).toEqual([{ do: "release", id: "mine", reason: "cancelled" }]);
    expect(phone.state.phase).toBe("idle");
  });

  it("is reported as ended by this side when the line says so", () => {
    const phone = talking();
    expect(phone.give({ type: "hangUp" })).toEqual([{ do: "hangUp" }]);
    phone.give({ type: "over", sipStatus: null, cause: "terminated", by: "local" });

    expect(phone.last).toContainEqual({
      do: "report",
      id: "call-1",
      kind: "ended",
      data: { cause: "terminated", by: "local" },
    });
  });
});
