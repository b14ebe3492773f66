import { describe, expect, it } from "vitest";
import { backOff, closed, type Hint, isLost, receive, START } from "../../static/src/livestate";

const hint = (seq: number): Hint => ({
  type: "hint",
  seq,
  kind: "call.ended",
  topics: ["org:1:calls"],
  subject: {},
});

describe("the page's socket", () => {
  it("looks at everything once it is subscribed, for what happened while the page was made", () => {
    const { state, effects } = receive(START, { type: "subscribed", head: 7, refused: [] });

    expect(state.last).toBe(7);
    expect(effects).toEqual([{ do: "tell-all" }]);
  });

  it("remembers the last event, so that a new connection asks for what came after it", () => {
    const first = receive(START, { type: "subscribed", head: 7, refused: [] });

    expect(receive(first.state, hint(9)).state.last).toBe(9);
  });

  it("remembers how far a ping says it is, so that a quiet page does not ask for old events", () => {
    const known = { last: 9, head: 9, tries: 0, over: false };

    expect(receive(known, { type: "ping", head: 5000 }).state.last).toBe(5000);
    expect(receive(known, { type: "ping", head: 3 }).state.last).toBe(9);
    expect(receive(known, { type: "ping", head: 3 }).effects).toEqual([{ do: "pong" }]);
  });

  it("tells each event once when a replay overlaps", () => {
    const known = { last: 9, head: 9, tries: 0, over: false };

    const { effects } = receive(known, { type: "hints", hints: [hint(8), hint(9), hint(10)] });

    expect(effects).toEqual([{ do: "tell", hints: [hint(10)] }]);
  });

  it("keeps its place when it subscribes to other topics, so that the replay is told", () => {
    const known = { last: 5, head: 5, tries: 3, over: false };

    const { state, effects } = receive(known, { type: "subscribed", head: 50, refused: [] });

    expect(state).toEqual({ last: 5, head: 50, tries: 0, over: false });
    expect(effects).toEqual([]);
    expect(receive(state, hint(20)).effects).toEqual([{ do: "tell", hints: [hint(20)] }]);
  });

  it("looks at everything again after a gap, and does not ask for it twice", () => {
    const known = { last: 5, head: 5000, tries: 0, over: false };

    const { state, effects } = receive(known, { type: "reset" });

    expect(effects).toEqual([{ do: "tell-all" }]);
    expect(state.last).toBe(5000);
    expect(receive(known, { type: "skipped", count: 4 }).effects).toEqual([{ do: "tell-all" }]);
  });

  it("has the login renewed where that was the reason, and else comes again by itself", () => {
    expect(closed(START, 4401, 0).effects).toEqual([{ do: "renew" }]);
    expect(closed(START, 1006, 0).effects).toEqual([{ do: "connect", afterMs: 500 }]);
  });

  it("leaves the page when its person was logged out", () => {
    expect(receive(START, { type: "session.revoked" }).effects).toEqual([
      { do: "leave", because: "", said: "" },
    ]);
    const why = { because: "supervisor", said: "Mia logged you out: “Enough for today”" };
    const forced = receive(START, { type: "session.revoked", ...why });
    expect(forced.effects).toEqual([{ do: "leave", ...why }]);
  });

  it("asks for no renewal of a login of which the server has just said that it is over", () => {
    const { state } = receive(START, { type: "session.revoked", because: "suspended" });

    expect(closed(state, 4401, 0).effects).toEqual([]);
    const again = receive(state, { type: "subscribed", head: 7, refused: [] });
    expect(closed(again.state, 4401, 0).effects).toEqual([{ do: "renew" }]);
  });

  it("calls the connection lost from the second failure on, until it is subscribed again", () => {
    const once = closed(START, 1006, 0).state;
    const twice = closed(once, 1006, 0).state;

    expect(isLost(once)).toBe(false);
    expect(isLost(twice)).toBe(true);
    expect(isLost(receive(twice, { type: "subscribed", head: 1, refused: [] }).state)).toBe(false);
  });

  it("waits longer with each failure, never above thirty seconds, and not in step with others", () => {
    expect(backOff(0, 0)).toBe(250);
    expect(backOff(3, 0)).toBeLessThan(backOff(4, 0));
    expect(backOff(60, 0.999)).toBeLessThanOrEqual(30_000);
    expect(backOff(5, 0)).not.toBe(backOff(5, 0.5));
  });
});
