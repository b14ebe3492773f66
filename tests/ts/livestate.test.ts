import { describe, expect, it } from "vitest";
import { backOff, type Hint, receive, START } from "../../static/src/livestate";

const hint = (seq: number): Hint => ({
  type: "hint",
  seq,
  kind: "call.ended",
  topics: ["org:1:calls"],
  subject: {},
});

describe("the page's socket", () => {
  it("remembers the last event, so that a new connection asks for what came after it", () => {
    const first = receive(START, { type: "subscribed", head: 7, refused: [] });
    const second = receive(first.state, hint(9));

    expect(first.state.last).toBe(7);
    expect(second.state.last).toBe(9);
  });

  it("tells each event once when a replay overlaps", () => {
    const known = { last: 9, tries: 0 };

    const { effects } = receive(known, { type: "hints", hints: [hint(8), hint(9), hint(10)] });

    expect(effects).toEqual([{ do: "tell", hints: [hint(10)] }]);
  });

  it("keeps its place when it subscribes to other topics", () => {
    const { state } = receive({ last: 5, tries: 3 }, { type: "subscribed", head: 50, refused: [] });

    expect(state).toEqual({ last: 5, tries: 0 });
  });

  it("looks at everything again after a gap", () => {
    expect(receive(START, { type: "reset" }).effects).toEqual([{ do: "tell-all" }]);
    expect(receive(START, { type: "skipped", count: 4 }).effects).toEqual([{ do: "tell-all" }]);
  });

  it("waits longer with each failure, never above thirty seconds, and not in step with others", () => {
    expect(backOff(0, 0)).toBe(250);
    expect(backOff(3, 0)).toBeLessThan(backOff(4, 0));
    expect(backOff(60, 0.999)).toBeLessThanOrEqual(30_000);
    expect(backOff(5, 0)).not.toBe(backOff(5, 0.5));
  });
});
