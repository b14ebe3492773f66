/** What happens in a call, told to the server in order and once; kept on this machine until acknowledged. */
import { all, type CallRow, type EventRow, type Shelf } from "./shelf";
import { type Answer, backoff, codeOf, later, ok, type Send } from "./wire";

export interface EventLogOptions {
  readonly shelf: Shelf;
  readonly send: Send;
  /** This page's name, and who is logged in on it. */
  readonly page: string;
  readonly user: number;
  readonly mono?: () => number;
  readonly wall?: () => number;
  readonly newId?: () => string;
  readonly delay?: (tries: number) => number;
  /** A call the server did not know is known to it now. */
  readonly onOpened?: (body: unknown) => void;
  /** What the server says about the call, with each acknowledgement. */
  readonly onAnswer?: (call: string, body: unknown) => void;
  /** Events that the server will never take. */
  readonly onRefused?: (call: string, code: string) => void;
}

interface Queue {
  readonly waiters: (() => void)[];
  row: CallRow;
  pending: EventRow[];
  seq: number;
  busy: boolean;
  beat: boolean;
  tries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const MOST_WAIT_MS = 15_000;

export class EventLog {
  private readonly queues = new Map<string, Queue>();
  private readonly mono: () => number;
  private readonly wall: () => number;
  private readonly newId: () => string;

  constructor(private readonly options: EventLogOptions) {
    this.mono = options.mono ?? (() => performance.now());
    this.wall = options.wall ?? Date.now;
    this.newId = options.newId ?? (() => crypto.randomUUID());
  }

  /** Begins a call's log. With `opening` the server is first told that the call exists. */
  begin(call: string, token: string | null, opening: CallRow["opening"] = null): void {
    const known = this.queues.get(call);
    const { user, page } = this.options;
    const row: CallRow = { call, token, opening, user, page, at: this.wall() };
    if (known) known.row = row;
    else this.queues.set(call, newQueue(row));
    void this.keep(() => this.options.shelf.put("calls", row));
    if (opening) void this.flush(call);
  }

  report(call: string, kind: string, data: Readonly<Record<string, unknown>> = {}): void {
    const queue = this.queues.get(call);
    if (!queue) return;
    queue.seq += 1;
    const event: EventRow = {
      call,
      page: this.options.page,
      seq: queue.seq,
      client_id: this.newId(),
      kind,
      mono_ms: Math.round(this.mono()),
      wall_ms: Math.round(this.wall()),
      data,
    };
    queue.pending.push(event);
    void this.keep(() => this.options.shelf.put("events", event));
    void this.flush(call);
  }

  /** Renews the call's lease. */
  beat(call: string): void {
    const queue = this.queues.get(call);
    if (!queue) return;
    queue.beat = true;
    void this.flush(call);
  }

  /** When the server has heard everything so far, or after `atMostMs`. */
  async heard(call: string, atMostMs: number): Promise<void> {
    const queue = this.queues.get(call);
    if (!queue?.pending.length) return;
    await new Promise<void>((done) => {
      queue.waiters.push(done);
      setTimeout(done, atMostMs);
    });
  }

  /** The network is back: nothing waits for its turn. */
  flushAll(): void {
    for (const call of this.queues.keys()) void this.flush(call);
  }

  rowOf(call: string): CallRow | undefined {
    return this.queues.get(call)?.row;
  }

  /** Events of the call that the server has not acknowledged. */
  waiting(call: string): number {
    return this.queues.get(call)?.pending.length ?? 0;
  }

  /** The page goes away: what is left goes with the last request it may make. */
  flushOnHide(): void {
    for (const { row, pending } of this.queues.values()) {
      if (!pending.length || row.opening || !row.token) continue;
      void this.options.send({
        ...this.request(row.call, pending),
        token: row.token,
        keepalive: true,
      });
    }
  }

  /** Sends what pages that are gone have left; `alive` says which pages still are. */
  async recover(alive: ReadonlySet<string>): Promise<void> {
    const rows = await all(this.options.shelf, "calls");
    for (const row of rows) {
      if (alive.has(row.page) || this.queues.has(row.call)) continue;
      if (row.opening && row.user !== this.options.user) continue;
      const events = await all(this.options.shelf, "events");
      const pending = events.filter(({ call }) => call === row.call);
      if (!pending.length && !row.opening) continue;
      this.queues.set(row.call, { ...newQueue(row), pending });
      void this.flush(row.call);
    }
  }

  private async flush(call: string): Promise<void> {
    const queue = this.queues.get(call);
    if (!queue || queue.busy) return;
    if (!queue.pending.length && !queue.beat && !queue.row.opening) return;
    clearTimeout(queue.timer);
    queue.busy = true;
    const again = !(await this.open(queue)) || !(await this.tell(queue));
    queue.busy = false;
    if (!again) {
      queue.tries = 0;
      return void this.flush(call);
    }
    const ms = (this.options.delay ?? ((tries) => backoff(tries, MOST_WAIT_MS)))(queue.tries);
    queue.tries += 1;
    queue.timer = setTimeout(() => void this.flush(call), ms);
  }

  /** Makes the call known where it is not; false to try again. */
  private async open(queue: Queue): Promise<boolean> {
    const { row } = queue;
    if (!row.opening) return true;
    const answer = await this.options.send({
      method: "POST",
      path: "/api/calls",
      body: row.opening,
    });
    if (ok(answer)) {
      const { call } = answer.body as { call: { upload_token: string } };
      queue.row = { ...row, token: call.upload_token, opening: null };
      await this.keep(() => this.options.shelf.put("calls", queue.row));
      this.options.onOpened?.(call);
      return true;
    }
    if (later(answer) || answer.status === 401) return false;
    await this.refuse(queue, queue.pending, codeOf(answer));
    queue.row = { ...row, opening: null };
    return true;
  }

  /** Sends what is pending, or a heartbeat; false to try again. */
  private async tell(queue: Queue): Promise<boolean> {
    const batch = queue.pending.filter(({ page }) => page === queue.pending[0]?.page);
    if (!batch.length && !queue.beat) return true;
    queue.beat = false;
    const answer = await this.post(queue.row, batch);
    if (later(answer)) return batch.length === 0;
    if (!ok(answer)) {
      await this.refuse(queue, batch, codeOf(answer));
      return true;
    }
    await this.forget(queue, batch);
    this.options.onAnswer?.(queue.row.call, answer.body);
    return true;
  }

  /** By cookie, as the agent who is logged in; else by the call's own token, which stays good after a logout. */
  private async post(row: CallRow, events: readonly EventRow[]): Promise<Answer> {
    const request = this.request(row.call, events);
    const byToken = row.token ? { ...request, token: row.token } : request;
    if (row.page !== this.options.page || row.user !== this.options.user) {
      return this.options.send(byToken);
    }
    const answer = await this.options.send(request);
    return [401, 403, 404].includes(answer.status) && row.token
      ? this.options.send(byToken)
      : answer;
  }

  private request(call: string, events: readonly EventRow[]) {
    const [first] = events;
    const ours = !first || first.page === this.options.page;
    const [mono, wall] = [Math.round(this.mono()), Math.round(this.wall())];
    // Another page's monotonic clock is continued by the wall clock from its last event.
    const last = events.at(-1);
    const sent = ours || !last ? mono : last.mono_ms + Math.max(0, wall - last.wall_ms);
    return {
      method: "POST",
      path: `/api/calls/${call}/events`,
      body: {
        page: first?.page ?? this.options.page,
        sent_mono_ms: sent,
        sent_wall_ms: wall,
        events: events.map(({ client_id, seq, kind, mono_ms, wall_ms, data }) => ({
          client_id,
          seq,
          kind,
          mono_ms,
          wall_ms,
          data,
        })),
      },
    } as const;
  }

  private async refuse(queue: Queue, batch: readonly EventRow[], code: string): Promise<void> {
    await this.forget(queue, batch);
    this.options.onRefused?.(queue.row.call, code);
  }

  private async forget(queue: Queue, batch: readonly EventRow[]): Promise<void> {
    queue.pending = queue.pending.filter((event) => !batch.includes(event));
    if (!queue.pending.length) for (const done of queue.waiters.splice(0)) done();
    for (const { call, page, seq } of batch) {
      await this.keep(() => this.options.shelf.remove("events", [call, page, seq]));
    }
  }

  /** A full disk costs only what a closed tab would lose: the page itself still holds its events. */
  private async keep(act: () => Promise<void>): Promise<void> {
    await act().catch(() => undefined);
  }
}

const newQueue = (row: CallRow): Queue => ({
  waiters: [],
  row,
  pending: [],
  seq: 0,
  busy: false,
  beat: false,
  tries: 0,
  timer: undefined,
});
