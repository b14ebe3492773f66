/** A recording's way to the server: parts are kept on this machine until the server has acknowledged each. */
import type { Key, PartRow, SegmentRow, Shelf } from "./shelf";
import { all } from "./shelf";
import { type Answer, backoff, codeOf, later, ok, type Send } from "./wire";

export interface UploadState {
  /** Parts and segment ends still to be sent. */
  readonly waiting: number;
  /** Those the server will never take, and why the last one was refused. */
  readonly parked: number;
  readonly reason: string;
  /** The last try failed; another is on its way. */
  readonly failing: boolean;
}

export interface UploaderOptions {
  readonly shelf: Shelf;
  readonly send: Send;
  readonly onState?: (state: UploadState) => void;
  readonly wall?: () => number;
  readonly delay?: (tries: number) => number;
}

/** As long as an upload token lives. */
export const KEEP_MS = 7 * 24 * 3600 * 1000;
/** A part damaged on its way is sent again this often. */
const CHECKSUM_TRIES = 3;

export type Fate = "gone" | "again" | "parked";

/** What becomes of a part after the server's answer. */
export function fateOf(answer: Answer): Fate {
  if (ok(answer)) return "gone";
  if (later(answer)) return "again";
  // The call or its recording no longer exists: nothing will ever want the part.
  return answer.status === 404 || answer.status === 410 ? "gone" : "parked";
}

/** Sends what lies on the shelf, one part after the other, oldest call first. One per browser. */
export class Uploader {
  private running = false;
  private stirred = false;
  private stopped = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly damaged = new Map<string, number>();
  private readonly parked = new Set<string>();
  private readonly wall: () => number;
  private reason = "";

  constructor(private readonly options: UploaderOptions) {
    this.wall = options.wall ?? Date.now;
  }

  /** Something new lies on the shelf, or the network is back. */
  stir(): void {
    clearTimeout(this.timer);
    this.stirred = true;
    if (!this.running && !this.stopped) void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    this.running = true;
    let failing = false;
    while (this.stirred && !this.stopped) {
      this.stirred = false;
      failing = !(await this.pass());
      await this.tell(failing);
    }
    this.running = false;
    if (!failing) this.tries = 0;
    else if (!this.stopped) {
      const ms = (this.options.delay ?? backoff)(this.tries);
      this.tries += 1;
      this.timer = setTimeout(() => this.stir(), ms);
    }
  }

  /** One round over the shelf; false when the server could not be reached. */
  private async pass(): Promise<boolean> {
    for (const key of await this.options.shelf.keys("parts")) {
      const fate = await this.sendPart(key);
      if (fate === "again") return false;
      await this.tell(false);
    }
    for (const segment of await all(this.options.shelf, "segments")) {
      if (segment.end_ms === null || segment.parked) continue;
      if ((await this.sendEnd(segment)) === "again") return false;
    }
    return true;
  }

  private async sendPart(key: Key): Promise<Fate> {
    const { shelf, send } = this.options;
    const part = await shelf.get("parts", key);
    if (!part) return "gone";
    if (this.wall() - part.at > KEEP_MS) return this.drop(part, "");
    if (part.parked) return this.park(part, part.parked);
    const token = (await shelf.get("calls", [part.call]))?.token;
    if (!token) return "parked"; // the call has yet to be made known
    const answer = await send({
      method: "PUT",
      path: `/api/calls/${part.call}/recording/${part.segment}/${part.n}`,
      body: part.bytes,
      token,
      headers: {
        "Content-Type": part.mime,
        "X-Checksum": `sha256=${part.checksum}`,
        "X-Segment-Start-Ms": String(part.start_ms),
      },
    });
    return this.settle(part, answer);
  }

  private async settle(part: PartRow, answer: Answer): Promise<Fate> {
    const fate = this.again(part, answer) ? "again" : fateOf(answer);
    if (fate === "gone") return this.drop(part, ok(answer) ? "" : codeOf(answer));
    return fate === "parked" ? this.park(part, codeOf(answer)) : fate;
  }

  private async park(part: PartRow, reason: string): Promise<Fate> {
    this.reason = reason;
    this.parked.add(nameOf(part));
    if (!part.parked) await this.options.shelf.put("parts", { ...part, parked: reason });
    return "parked";
  }

  private again(part: PartRow, answer: Answer): boolean {
    if (codeOf(answer) !== "bad_checksum") return false;
    const times = (this.damaged.get(nameOf(part)) ?? 0) + 1;
    this.damaged.set(nameOf(part), times);
    return times < CHECKSUM_TRIES;
  }

  private async drop(part: PartRow, reason: string): Promise<Fate> {
    if (reason) this.reason = reason;
    this.parked.delete(nameOf(part));
    await this.options.shelf.remove("parts", [part.call, part.segment, part.n]);
    return "gone";
  }

  private async sendEnd(row: SegmentRow): Promise<Fate> {
    const { shelf, send } = this.options;
    const { call, segment, parts, start_ms, end_ms, mime } = row;
    const token = (await shelf.get("calls", [call]))?.token;
    if (!token) return "parked";
    const path = `/api/calls/${call}/recording/${segment}`;
    const body = { parts, start_ms, end_ms, mime };
    const answer = await send({ method: "POST", path, body, token });
    const fate = fateOf(answer);
    if (fate === "gone") await shelf.remove("segments", [call, segment]);
    if (fate === "parked") {
      this.reason = codeOf(answer);
      await shelf.put("segments", { ...row, parked: this.reason });
    }
    return fate;
  }

  private async tell(failing: boolean): Promise<void> {
    const { shelf, onState } = this.options;
    if (!onState) return;
    const parts = (await shelf.keys("parts")).length;
    const segments = await all(shelf, "segments");
    const ends = segments.filter(({ end_ms }) => end_ms !== null);
    const parked = this.parked.size + ends.filter((end) => end.parked).length;
    onState({ waiting: parts + ends.length - parked, parked, reason: this.reason, failing });
  }
}

const nameOf = ({ call, segment, n }: PartRow): string => `${call}/${segment}/${n}`;
