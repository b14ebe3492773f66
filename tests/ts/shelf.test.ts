import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it } from "vitest";

import { all, DatabaseShelf, MemoryShelf, type PartRow, type Shelf } from "../../static/src/shelf";

const part = (n: number, changes: Partial<PartRow> = {}): PartRow => ({
  call: "call-1",
  segment: 0,
  n,
  mime: "audio/webm;codecs=opus",
  start_ms: 0,
  checksum: "ab",
  bytes: new ArrayBuffer(4),
  parked: "",
  at: 0,
  ...changes,
});

const SHELVES: [string, () => Shelf][] = [
  ["in memory", () => new MemoryShelf()],
  ["in IndexedDB", () => new DatabaseShelf("dialer-parts", new IDBFactory())],
];

describe.each(SHELVES)("a shelf %s", (_name, make) => {
  it("keeps rows under their keys, in order, and replaces a row of the same key", async () => {
    const shelf = make();
    for (const n of [10, 2, 1]) await shelf.put("parts", part(n));
    await shelf.put("parts", part(2, { parked: "forbidden" }));

    expect(await shelf.keys("parts")).toEqual([
      ["call-1", 0, 1],
      ["call-1", 0, 2],
      ["call-1", 0, 10],
    ]);
    expect((await shelf.get("parts", ["call-1", 0, 2]))?.parked).toBe("forbidden");
  });

  it("forgets what is removed, and nothing else", async () => {
    const shelf = make();
    await shelf.put("parts", part(1));
    await shelf.put("parts", part(2));
    await shelf.remove("parts", ["call-1", 0, 1]);
    await shelf.remove("parts", ["call-1", 0, 99]);

    expect((await all(shelf, "parts")).map(({ n }) => n)).toEqual([2]);
    expect(await shelf.keys("events")).toEqual([]);
  });
});

it("a shelf outlives the page that filled it", async () => {
  const factory = new IDBFactory();
  await new DatabaseShelf("dialer-parts", factory).put("parts", part(7));

  const later = new DatabaseShelf("dialer-parts", factory);

  expect(await later.keys("parts")).toEqual([["call-1", 0, 7]]);
});
