import { describe, expect, it } from "vitest";
import { type FeedState, type Incoming, receive, type Row, troubles } from "../../static/src/feed";

const row = (id: number): Row => ({
  id,
  type: "auth",
  severity: "info",
  message: "Login succeeded",
  details: "",
  actor: "Ada",
  timestamp: "2026-01-01T00:00:00+00:00",
});
const event = (seq: number, id: number): Incoming => ({
  type: "activity_event",
  seq,
  data: row(id),
});
const start: FeedState = { last: 10, seen: new Set([3]) };

describe("the activity feed", () => {
  it("asks for what came after the last number with each connection", () => {
    const { state } = receive(start, event(12, 5));

    expect(receive(state, { type: "connection" }).effects).toEqual([{ do: "subscribe", last: 12 }]);
  });

  it("shows a row once, whether the page had it or a replay repeats it", () => {
    const first = receive(start, event(11, 3));
    const second = receive(first.state, event(12, 5));
    const third = receive(second.state, event(12, 5));

    expect(first.effects).toEqual([]);
    expect(second.effects).toEqual([{ do: "show", row: row(5) }]);
    expect(third.effects).toEqual([]);
  });

  it("asks again for what was skipped", () => {
    expect(receive(start, { type: "skipped", count: 4 }).effects).toEqual([
      { do: "subscribe", last: 10 },
    ]);
  });

  it("moves on with a ping, never back", () => {
    expect(receive(start, { type: "ping", head: 20 }).state.last).toBe(20);
    expect(receive(start, { type: "ping", head: 2 }).state.last).toBe(10);
  });

  it("loads the page again when too much was missed", () => {
    expect(receive(start, { type: "reset" }).effects).toEqual([{ do: "reload" }]);
  });

  it("names what is not in order", () => {
    const checks = {
      db: { ok: true, detail: "sqlite" },
      worker: { ok: false, detail: "Worker and beat have never run." },
    };

    expect(troubles({ status: "degraded", checks })).toEqual([
      "worker: Worker and beat have never run.",
    ]);
  });
});
