import { describe, expect, it } from "vitest";

import { Keeper, tidy } from "../../static/src/keeper";
import { type CallRow, MemoryShelf, type Rows, type StoreName } from "../../static/src/shelf";

class FullShelf extends MemoryShelf {
  override async put<S extends StoreName>(_store: S, _row: Rows[S]): Promise<void> {
    throw new DOMException("no room", "QuotaExceededError");
  }
}

const ROW: CallRow = { call: "call-1", token: "t", opening: null, user: 1, page: "p", at: 0 };
const SEGMENT = { call: "call-1", number: 0, mime: "audio/webm", startMs: 0 };

function keeper(shelf: MemoryShelf, memory = new MemoryShelf()) {
  const kept: string[] = [];
  const refused: string[] = [];
  const made = new Keeper({
    shelf,
    memory,
    page: "p",
    callOf: () => ROW,
    wall: () => 0,
    onKept: (where) => kept.push(where),
    onRefused: (reason) => refused.push(reason),
  });
  return { made, kept, refused, memory };
}

describe("keeping parts", () => {
  it("puts each on the shelf with its checksum, and the segment's count beside it", async () => {
    const shelf = new MemoryShelf();
    const { made } = keeper(shelf);
    made.begin(SEGMENT);
    made.part(SEGMENT, 0, new Blob(["abc"]), 5000);
    made.end(SEGMENT, 1, 6000);
    await made.settled();

    expect(await shelf.get("parts", ["call-1", 0, 0])).toMatchObject({
      checksum: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      start_ms: 0,
    });
    expect(await shelf.get("segments", ["call-1", 0])).toMatchObject({ parts: 1, end_ms: 6000 });
  });

  it("goes on in memory when the disk is full, with the call's token, and says so", async () => {
    const { made, kept, refused, memory } = keeper(new FullShelf());
    made.part(SEGMENT, 0, new Blob(["abc"]), 5000);
    await made.settled();

    expect(refused).toContain("QuotaExceededError");
    expect(kept).toContain("memory");
    expect(await memory.keys("parts")).toEqual([["call-1", 0, 0]]);
    expect((await memory.get("calls", ["call-1"]))?.token).toBe("t");
  });
});

describe("tidying up after pages that are gone", () => {
  it("ends their segments where the last part ended, but not those of living pages", async () => {
    const shelf = new MemoryShelf();
    const { made } = keeper(shelf);
    made.begin(SEGMENT);
    made.part(SEGMENT, 0, new Blob(["abc"]), 5000);
    await made.settled();
    await tidy(shelf, new Set(["p"]), 0, 1000);
    expect((await shelf.get("segments", ["call-1", 0]))?.end_ms).toBeNull();
    await tidy(shelf, new Set(), 0, 1000);

    expect(await shelf.get("segments", ["call-1", 0])).toMatchObject({ end_ms: 5000, parts: 1 });
  });

  it("forgets calls that nothing refers to, keeps those still needed, and drops what is too old", async () => {
    const shelf = new MemoryShelf();
    const { made } = keeper(shelf);
    await shelf.put("calls", ROW);
    await shelf.put("calls", { ...ROW, call: "done" });
    await shelf.put("calls", { ...ROW, call: "living", page: "alive" });
    made.part(SEGMENT, 0, new Blob(["abc"]), 5000);
    await made.settled();
    await tidy(shelf, new Set(["alive"]), 10, 1000);
    expect(await shelf.keys("calls")).toEqual([["call-1"], ["living"]]);
    await tidy(shelf, new Set(["alive"]), 2000, 1000);

    expect(await shelf.keys("calls")).toEqual([]);
    expect(await shelf.keys("parts")).toEqual([]);
  });
});
