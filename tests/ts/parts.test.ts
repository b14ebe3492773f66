import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { KEEP_MS, Uploader, type UploadState } from "../../static/src/parts";
import { MemoryShelf, type PartRow } from "../../static/src/shelf";
import { DOWN, FakeServer, refusal, settle } from "./server";

const NOW = 1_767_600_000_000;

class Floor {
  readonly shelf = new MemoryShelf();
  readonly server = new FakeServer();
  states: UploadState[] = [];
  readonly uploader = new Uploader({
    shelf: this.shelf,
    send: this.server.send,
    onState: (state) => this.states.push(state),
    wall: () => NOW,
    delay: (tries) => 1000 * (tries + 1),
  });

  async call(name: string, parts: number, changes: Partial<PartRow> = {}): Promise<void> {
    const row = { call: name, token: `token-${name}`, opening: null, user: 1, page: "p", at: NOW };
    await this.shelf.put("calls", row);
    for (let n = 0; n < parts; n += 1) {
      await this.shelf.put("parts", {
        call: name,
        segment: 0,
        n,
        mime: "audio/webm;codecs=opus",
        start_ms: 20,
        checksum: "c0ffee",
        bytes: new Uint8Array([n]).buffer,
        parked: "",
        at: NOW,
        ...changes,
      });
    }
  }

  async ended(call: string, parts: number): Promise<void> {
    await this.shelf.put("segments", {
      call,
      segment: 0,
      page: "p",
      mime: "audio/webm;codecs=opus",
      start_ms: 20,
      last_ms: 9000,
      end_ms: 9400,
      parts,
      parked: "",
    });
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("uploading", () => {
  it("sends parts in order, then the segment's end, and deletes what is acknowledged", async () => {
    const floor = new Floor();
    await floor.call("call-1", 2);
    await floor.ended("call-1", 2);

    floor.uploader.stir();
    await settle();

    expect(floor.server.paths()).toEqual([
      "PUT /api/calls/call-1/recording/0/0",
      "PUT /api/calls/call-1/recording/0/1",
      "POST /api/calls/call-1/recording/0",
    ]);
    const [first, , end] = floor.server.requests;
    expect(first).toMatchObject({
      token: "token-call-1",
      headers: {
        "Content-Type": "audio/webm;codecs=opus",
        "X-Checksum": "sha256=c0ffee",
        "X-Segment-Start-Ms": "20",
      },
    });
    expect(end?.body).toEqual({
      parts: 2,
      start_ms: 20,
      end_ms: 9400,
      mime: "audio/webm;codecs=opus",
    });
    expect(await floor.shelf.keys("parts")).toEqual([]);
    expect(await floor.shelf.keys("segments")).toEqual([]);
    expect(floor.states.at(-1)).toMatchObject({ waiting: 0, parked: 0, failing: false });
  });

  it("keeps everything while the server is away, and sends it afterwards", async () => {
    const floor = new Floor();
    await floor.call("call-1", 3);
    floor.server.next.push({ status: 200, body: {} }, DOWN, { status: 503, body: null });

    floor.uploader.stir();
    await settle();
    expect(await floor.shelf.keys("parts")).toHaveLength(2);
    expect(floor.states.at(-1)).toMatchObject({ waiting: 2, failing: true });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await floor.shelf.keys("parts")).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2000);

    expect(await floor.shelf.keys("parts")).toEqual([]);
    expect(floor.states.at(-1)).toMatchObject({ waiting: 0, failing: false });
  });

  it("sends at once what was added during a round", async () => {
    const floor = new Floor();
    await floor.call("call-1", 1);
    floor.uploader.stir();
    await floor.call("call-2", 1);
    floor.uploader.stir();
    await settle();

    expect(await floor.shelf.keys("parts")).toEqual([]);
  });

  it("sends the parts of a former agent by their own call's token", async () => {
    const floor = new Floor();
    await floor.call("calls-of-a", 1);
    await floor.call("calls-of-b", 1);
    floor.uploader.stir();
    await settle();

    expect(floor.server.requests.map(({ token }) => token)).toEqual([
      "token-calls-of-a",
      "token-calls-of-b",
    ]);
  });

  it("waits with the parts of a call that the server does not know yet", async () => {
    const floor = new Floor();
    await floor.call("call-1", 1);
    const row = await floor.shelf.get("calls", ["call-1"]);
    await floor.shelf.put("calls", { ...row!, token: null, opening: {} });
    floor.uploader.stir();
    await settle();
    expect(floor.server.requests).toEqual([]);
    await floor.shelf.put("calls", row!);
    floor.uploader.stir();
    await settle();

    expect(floor.server.requests).toHaveLength(1);
  });
});

describe("a refused part", () => {
  it.each([
    [401, "token_expired"],
    [403, "forbidden"],
    [409, "different_part"],
    [413, "too_large"],
  ])("is parked with its reason on %i, and never sent again", async (status, code) => {
    const floor = new Floor();
    await floor.call("call-1", 2);
    floor.server.next.push(refusal(status, code));
    floor.uploader.stir();
    await settle();
    expect((await floor.shelf.get("parts", ["call-1", 0, 0]))?.parked).toBe(code);
    expect(floor.states.at(-1)).toMatchObject({ waiting: 0, parked: 1, reason: code });
    const sent = floor.server.requests.length;
    floor.uploader.stir();
    await settle();

    expect(floor.server.requests).toHaveLength(sent);
  });

  it.each([404, 410])("of a call that is gone is dropped (%i)", async (status) => {
    const floor = new Floor();
    await floor.call("call-1", 1);
    floor.server.next.push(refusal(status, "gone"));
    floor.uploader.stir();
    await settle();

    expect(await floor.shelf.keys("parts")).toEqual([]);
  });

  it("damaged on its way is sent again twice, then parked", async () => {
    const floor = new Floor();
    await floor.call("call-1", 1);
    floor.server.otherwise = () => refusal(422, "bad_checksum");
    floor.uploader.stir();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(floor.server.requests).toHaveLength(3);
    expect((await floor.shelf.get("parts", ["call-1", 0, 0]))?.parked).toBe("bad_checksum");
  });

  it("is deleted when the token can no longer be good", async () => {
    const floor = new Floor();
    await floor.call("call-1", 1, { at: NOW - KEEP_MS - 1 });
    floor.uploader.stir();
    await settle();

    expect(floor.server.requests).toEqual([]);
    expect(await floor.shelf.keys("parts")).toEqual([]);
  });
});
