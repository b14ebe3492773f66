/** Puts a recording's parts on the shelf, with their checksums; where the disk refuses, in memory. */
import type { CallRow, PartRow, SegmentRow, Shelf } from "./shelf";
import { all } from "./shelf";
import type { Segment, Sink } from "./softphone/recorder";

export interface KeeperOptions {
  readonly shelf: Shelf;
  /** Used while the shelf refuses, by this page alone. */
  readonly memory: Shelf;
  readonly page: string;
  /** The call that a part belongs to, for the memory's sake. */
  readonly callOf: (call: string) => CallRow | undefined;
  readonly wall?: () => number;
  /** Something new is to be sent, from the disk or from memory. */
  readonly onKept: (where: "shelf" | "memory") => void;
  /** The disk is full or forbidden: closing the page would lose what is not sent yet. */
  readonly onRefused: (reason: string) => void;
}

export class Keeper implements Sink {
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly options: KeeperOptions) {}

  begin(segment: Segment): void {
    this.then(() => this.keepSegment(segment, 0, segment.startMs, null));
  }

  part(segment: Segment, n: number, data: Blob, atMs: number): void {
    this.then(async () => {
      const bytes = await data.arrayBuffer();
      await this.keepPart({
        call: segment.call,
        segment: segment.number,
        n,
        mime: segment.mime,
        start_ms: segment.startMs,
        checksum: await sha256(bytes),
        bytes,
        parked: "",
        at: (this.options.wall ?? Date.now)(),
      });
      await this.keepSegment(segment, n + 1, atMs, null);
    });
  }

  end(segment: Segment, parts: number, endMs: number): void {
    this.then(() => this.keepSegment(segment, parts, endMs, endMs));
  }

  /** When everything handed over so far is kept. */
  async settled(): Promise<void> {
    await this.queue;
  }

  private then(act: () => Promise<void>): void {
    const failed = (error: unknown): void => this.options.onRefused(nameOf(error));
    this.queue = this.queue.then(act).catch(failed);
  }

  private async keepPart(row: PartRow): Promise<void> {
    await this.keep((shelf) => shelf.put("parts", row), row.call);
  }

  private async keepSegment(
    { call, number, mime, startMs }: Segment,
    parts: number,
    lastMs: number,
    endMs: number | null,
  ): Promise<void> {
    const row: SegmentRow = {
      call,
      segment: number,
      page: this.options.page,
      mime,
      start_ms: startMs,
      last_ms: lastMs,
      end_ms: endMs,
      parts,
      parked: "",
    };
    await this.keep((shelf) => shelf.put("segments", row), call);
  }

  private async keep(put: (shelf: Shelf) => Promise<void>, call: string): Promise<void> {
    const { shelf, memory, onKept, onRefused } = this.options;
    try {
      await put(shelf);
      onKept("shelf");
    } catch (error) {
      onRefused(nameOf(error));
      const row = this.options.callOf(call);
      if (row) await memory.put("calls", row);
      await put(memory);
      onKept("memory");
    }
  }
}

/** Segments of pages that are gone end where their last part did; calls that nothing refers to any more are forgotten. */
export async function tidy(
  shelf: Shelf,
  alive: ReadonlySet<string>,
  now: number,
  keepMs: number,
): Promise<void> {
  for (const row of await all(shelf, "segments")) {
    if (row.end_ms !== null || alive.has(row.page)) continue;
    await shelf.put("segments", { ...row, end_ms: row.last_ms });
  }
  const rows = await all(shelf, "calls");
  const needed = await needs(shelf);
  for (const row of rows) {
    const old = now - row.at > keepMs;
    if (old) await forget(shelf, row);
    else if (!alive.has(row.page) && !row.opening && !needed.has(row.call)) {
      await shelf.remove("calls", [row.call]);
    }
  }
}

async function needs(shelf: Shelf): Promise<Set<string>> {
  const keys = await Promise.all(
    (["segments", "parts", "events"] as const).map((s) => shelf.keys(s)),
  );
  return new Set(keys.flat().map(([call]) => String(call)));
}

async function forget(shelf: Shelf, { call }: CallRow): Promise<void> {
  for (const store of ["segments", "parts", "events", "calls"] as const) {
    for (const key of await shelf.keys(store)) if (key[0] === call) await shelf.remove(store, key);
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
