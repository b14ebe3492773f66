import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EventLog, type EventLogOptions } from "../../static/src/eventlog";
import { all, MemoryShelf } from "../../static/src/shelf";
import { DOWN, FakeServer, refusal, settle } from "./server";

let mono = 5000;
let wall = 1_767_600_000_000;
const shelf = () => new MemoryShelf();

function pass(ms: number): Promise<unknown> {
  mono += ms;
  wall += ms;
  return vi.advanceTimersByTimeAsync(ms);
}

function log(server: FakeServer, changes: Partial<EventLogOptions> = {}): EventLog {
  let serial = 0;
  return new EventLog({
    shelf: shelf(),
    send: server.send,
    page: "page-1",
    user: 1,
    mono: () => mono,
    wall: () => wall,
    newId: () => `id-${(serial += 1)}`,
    delay: () => 1000,
    ...changes,
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("events of a call", () => {
  it("go at once, with page, number and both clocks", async () => {
    const server = new FakeServer();
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "dialing", { sip_status: 100 });
    await settle();

    expect(server.requests[0]).toEqual({
      method: "POST",
      path: "/api/calls/call-1/events",
      body: {
        page: "page-1",
        sent_mono_ms: mono,
        sent_wall_ms: wall,
        events: [
          {
            client_id: "id-1",
            seq: 1,
            kind: "dialing",
            mono_ms: mono,
            wall_ms: wall,
            data: { sip_status: 100 },
          },
        ],
      },
    });
  });

  it("go in order and together after the network was away, and are deleted when acknowledged", async () => {
    const server = new FakeServer();
    const kept = shelf();
    const events = log(server, { shelf: kept });
    server.next.push(DOWN, DOWN);
    events.begin("call-1", "token");
    events.report("call-1", "dialing");
    events.report("call-1", "ringing");
    await settle();
    events.report("call-1", "answered");
    await settle();
    expect((await all(kept, "events")).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await pass(1000);

    expect(server.kinds().flat().slice(-3)).toEqual(["dialing", "ringing", "answered"]);
    expect(await kept.keys("events")).toEqual([]);
    expect(events.waiting("call-1")).toBe(0);
  });

  it("are never sent twice once the server has them", async () => {
    const server = new FakeServer();
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "dialing");
    events.report("call-1", "ringing");
    await settle();
    events.beat("call-1");
    await settle();

    expect(server.kinds()).toEqual([["dialing", "ringing"], []]);
  });

  it("fall back to the call's token where the session no longer opens the call", async () => {
    const server = new FakeServer();
    server.next.push(refusal(401, "not_authenticated"));
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "ended");
    await settle();

    expect(server.requests.map(({ token }) => token)).toEqual([undefined, "token"]);
  });

  it("that the server will never take are given up, and said so", async () => {
    const server = new FakeServer();
    server.otherwise = () => refusal(400, "invalid");
    const refused: string[] = [];
    const events = log(server, { onRefused: (call, code) => refused.push(`${call} ${code}`) });
    events.begin("call-1", "token");
    events.report("call-1", "dialing");
    await settle();

    expect(refused).toEqual(["call-1 invalid"]);
    expect(events.waiting("call-1")).toBe(0);
  });
});

describe("waiting until the server has heard everything", () => {
  it("ends with the last acknowledgement", async () => {
    const server = new FakeServer();
    server.next.push(DOWN);
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "ended");
    let heard = false;
    void events.heard("call-1", 60_000).then(() => (heard = true));
    await settle();
    expect(heard).toBe(false);
    await pass(1000);

    expect(heard).toBe(true);
  });

  it("is not for ever", async () => {
    const server = new FakeServer();
    server.otherwise = () => DOWN;
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "ended");
    const heard = events.heard("call-1", 5000);
    await pass(5000);

    await expect(heard).resolves.toBeUndefined();
  });
});

describe("a heartbeat", () => {
  it("is an empty list, and is not repeated when it fails", async () => {
    const server = new FakeServer();
    server.next.push(DOWN);
    const events = log(server);
    events.begin("call-1", "token");
    events.beat("call-1");
    await pass(10_000);

    expect(server.kinds()).toEqual([[]]);
  });
});

describe("a call from outside", () => {
  const OPENING = { id: "in-1", direction: "inbound", number: "+12025550122" };

  it("is made known before its events, and gives the token back", async () => {
    const server = new FakeServer();
    server.next.push(DOWN, { status: 200, body: { call: { upload_token: "late" } } });
    const kept = shelf();
    const opened: unknown[] = [];
    const events = log(server, { shelf: kept, onOpened: (call) => opened.push(call) });
    events.begin("in-1", null, OPENING);
    events.report("in-1", "ringing");
    await pass(1000);

    expect(server.paths()).toEqual([
      "POST /api/calls",
      "POST /api/calls",
      "POST /api/calls/in-1/events",
    ]);
    expect((await kept.get("calls", ["in-1"]))?.token).toBe("late");
    expect(opened).toEqual([{ upload_token: "late" }]);
  });

  it("left by another person's page is not made known as one's own", async () => {
    const server = new FakeServer();
    const kept = shelf();
    await kept.put("calls", {
      call: "in-1",
      token: null,
      opening: OPENING,
      user: 2,
      page: "gone",
      at: wall,
    });
    await log(server, { shelf: kept }).recover(new Set());
    await settle();

    expect(server.requests).toEqual([]);
  });
});

describe("a page that is gone", () => {
  it("has its events sent by the next one, by token, on the old page's clock", async () => {
    const server = new FakeServer();
    const kept = shelf();
    const first = new FakeServer();
    first.otherwise = () => DOWN;
    const old = log(first, { shelf: kept, page: "old", mono: () => 90_000 });
    old.begin("call-1", "token");
    old.report("call-1", "ended", { by: "remote" });
    await settle();
    wall += 7000;

    await log(server, { shelf: kept, page: "new" }).recover(new Set(["new"]));
    await settle();

    expect(server.requests[0]).toMatchObject({
      token: "token",
      body: { page: "old", sent_mono_ms: 97_000, events: [{ kind: "ended", mono_ms: 90_000 }] },
    });
  });

  it("is left alone while it lives", async () => {
    const server = new FakeServer();
    const kept = shelf();
    const first = new FakeServer();
    first.otherwise = () => DOWN;
    const old = log(first, { shelf: kept, page: "old" });
    old.begin("call-1", "token");
    old.report("call-1", "ended");
    await settle();
    await log(server, { shelf: kept, page: "new" }).recover(new Set(["old", "new"]));
    await settle();

    expect(server.requests).toEqual([]);
  });

  it("says its last words with a request that outlives it", async () => {
    const server = new FakeServer();
    server.next.push(DOWN);
    const events = log(server);
    events.begin("call-1", "token");
    events.report("call-1", "ended");
    await settle();
    events.flushOnHide();

    expect(server.requests.at(-1)).toMatchObject({ keepalive: true, token: "token" });
  });
});
