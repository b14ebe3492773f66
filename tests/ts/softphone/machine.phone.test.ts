import { describe, expect, it } from "vitest";

import { CAMPAIGN, counting, Driver, record, registered, talking } from "./cast";

const OVER = { type: "over", sipStatus: null, cause: "terminated", by: "remote" } as const;

describe("a call from outside", () => {
  const RING = {
    type: "incoming",
    ref: "r1",
    id: "in-1",
    number: "+12025550122",
    name: "Ada",
  } as const;

  it("rings, is answered and recorded", () => {
    const phone = registered();
    phone.give(RING);
    expect(phone.state.phase).toBe("incoming");
    expect(phone.last[0]).toMatchObject({ do: "open", id: "in-1", direction: "inbound" });
    expect(phone.give({ type: "answer" })).toEqual([{ do: "answer" }]);
    phone.give({ type: "accepted" });

    expect(phone.state.phase).toBe("in_call");
    expect(phone.did("startRecording")).toHaveLength(1);
  });

  it("is busy when there is a call already", () => {
    const phone = talking();

    expect(phone.give({ ...RING, ref: "r2" })).toEqual([{ do: "reject", ref: "r2", status: 486 }]);
    expect(phone.state.call?.id).toBe("call-1");
  });

  it("may be rejected or given up, and leaves nothing to wrap up", () => {
    const phone = registered();
    phone.giveAll(RING, { type: "reject" });
    expect(phone.last).toEqual([{ do: "reject", ref: null, status: 480 }]);
    phone.give({ type: "over", sipStatus: 480, cause: "rejected", by: "local" });

    expect(phone.state).toMatchObject({ phase: "idle", call: null });
  });
});

describe("mute, hold, tones and transfer", () => {
  it("mute once and report once", () => {
    const phone = talking();

    expect(phone.give({ type: "mute", on: true })).toHaveLength(2);
    expect(phone.give({ type: "mute", on: true })).toBeNull();
    expect(phone.give({ type: "mute", on: false })).toHaveLength(2);
  });

  it("change to hold only when the far end agreed", () => {
    const phone = talking();
    phone.give({ type: "hold", on: true });
    expect(phone.state.phase).toBe("in_call");
    phone.give({ type: "held", on: true });
    expect(phone.state.phase).toBe("on_hold");
    phone.giveAll({ type: "hold", on: false }, { type: "held", on: false });

    expect(phone.state.phase).toBe("in_call");
    expect(phone.reports().slice(-2)).toEqual(["hold", "unhold"]);
  });

  it("send the twelve keys and nothing else", () => {
    const phone = talking();

    expect(phone.give({ type: "tone", tone: "#" })).toHaveLength(2);
    expect(phone.give({ type: "tone", tone: "x" })).toBeNull();
    expect(phone.give({ type: "tone", tone: "12" })).toBeNull();
  });

  it("keep the call when a transfer is refused", () => {
    const phone = talking();
    phone.giveAll(
      { type: "transfer", target: "1002" },
      { type: "transferFailed", reason: "declined" },
    );

    expect(phone.state.phase).toBe("in_call");
  });
});

describe("wrap-up", () => {
  const after = (): Driver => talking().giveAll(OVER);

  it("wants a result before saving, and a time where one belongs to it", () => {
    const phone = after();
    phone.give({ type: "save" });
    expect(phone.did("save")).toEqual([]);
    phone.giveAll({ type: "draft", draft: { disposition: "follow_up" } }, { type: "save" });
    expect(phone.did("save")).toEqual([]);
    phone.giveAll({ type: "draft", draft: { callbackAt: "2026-01-06T10:00" } }, { type: "save" });

    expect(phone.did("save")).toHaveLength(1);
  });

  it("ignores a result that the campaign does not know", () => {
    expect(after().give({ type: "draft", draft: { disposition: "nonsense" } })).toBeNull();
  });

  it("ends with its time, saving what was chosen during the call", () => {
    const phone = talking();
    phone.giveAll({ type: "draft", draft: { disposition: "lead" } }, OVER);

    expect(phone.pass(59_999)).toBeNull();
    expect(phone.pass(1)).toMatchObject([{ do: "save", disposition: "lead" }]);
  });

  it("ends with its time without a result too", () => {
    const phone = after();

    expect(phone.pass(60_000)).toMatchObject([{ do: "endWrapUp" }]);
  });

  it("stays open when saving failed", () => {
    const phone = after();
    phone.giveAll(
      { type: "draft", draft: { disposition: "lead" } },
      { type: "save" },
      { type: "saveFailed", id: "call-1", message: "The server did not answer." },
    );

    expect(phone.state).toMatchObject({ phase: "wrap_up", call: { saving: false } });
  });
});

describe("leaving", () => {
  it("during a call happens after its wrap-up", () => {
    const phone = talking();
    phone.give({ type: "leave", to: "break", reason: "lunch" });
    expect(phone.last).toEqual([]);
    phone.giveAll(OVER, { type: "finish" }, { type: "saved", id: "call-1" });

    expect(phone.last).toEqual([{ do: "leave", to: "break", reason: "lunch" }]);
    expect(phone.state.auto).toEqual({ name: "off" });
  });

  it("with a lead reserved gives it back first", () => {
    const phone = counting();

    expect(phone.give({ type: "leave", to: "offline", reason: "" })).toEqual([
      { do: "release", id: "call-1", reason: "cancelled" },
      { do: "leave", to: "offline", reason: "" },
    ]);
  });

  it("while a lead is on its way gives that one back", () => {
    const phone = registered().giveAll({ type: "start", campaigns: [7] }, { type: "ready" });
    phone.giveAll(
      { type: "leave", to: "break", reason: "tea" },
      { type: "claimed", call: record("late") },
    );

    expect(phone.last.map((one) => one.do)).toEqual(["release", "leave"]);
  });
});

describe("a page loaded anew", () => {
  it("goes on with a reservation, paused", () => {
    const phone = registered();
    phone.give({ type: "restored", call: record("call-1"), as: "reserved" });

    expect(phone.state).toMatchObject({ phase: "reserved", auto: { name: "paused" } });
    phone.give({ type: "resume" });
    expect(phone.state.auto.name).toBe("countdown");
  });

  it("counts a preview on from when the server reserved it, and asks for no other lead", () => {
    const phone = registered();
    const call = record("call-1", {
      mode: "preview",
      campaign: { ...CAMPAIGN, preview_limit_s: 30, preview_gives_back: true },
    });
    phone.give({ type: "restored", call, as: "reserved", heldMs: 12_000 });

    expect(phone.pass(17_999)).toBeNull();
    expect(phone.pass(1)).toContainEqual({
      do: "release",
      id: "call-1",
      reason: "preview_over",
    });
    expect(phone.state).toMatchObject({ phase: "idle", auto: { name: "paused" } });
  });

  it("ends a call whose sound died with the page, and lets its result be chosen", () => {
    const phone = registered();
    phone.give({ type: "restored", call: record("call-1", { status: "in_call" }), as: "lost" });

    expect(phone.last[0]).toEqual({
      do: "report",
      id: "call-1",
      kind: "ended",
      data: { cause: "page_lost", by: "local" },
    });
    expect(phone.state.phase).toBe("wrap_up");
  });
});

describe("the line", () => {
  it("may drop in mid-call without ending it", () => {
    const phone = talking();
    phone.give({ type: "line", status: "connecting", reason: "The connection was lost." });

    expect(phone.state).toMatchObject({ phase: "in_call", line: "connecting" });
  });

  it("keeps the countdown at its end until it is back", () => {
    const phone = counting();
    phone.give({ type: "line", status: "connecting" });
    expect(phone.pass(30_000)).toBeNull();
    phone.give({ type: "line", status: "registered" });

    expect(phone.pass(1_000)).toEqual([{ do: "authorize", id: "call-1" }]);
  });
});

describe("a note on a call outside campaigns", () => {
  it("is kept although there is no wrap-up", () => {
    const phone = registered().giveAll(
      { type: "call", id: "mine", number: "+12025550111", campaign: null },
      { type: "opened", call: record("mine", { campaign: null }) },
      { type: "allowed", id: "mine", number: "+12025550111", grant: "g" },
      { type: "accepted" },
      { type: "draft", draft: { note: "Call again in May." } },
      OVER,
    );

    expect(phone.last).toContainEqual({ do: "endWrapUp", id: "mine", note: "Call again in May." });
    expect(phone.state.phase).toBe("idle");
  });
});
