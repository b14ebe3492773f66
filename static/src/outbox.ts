/** What must reach the server, whatever becomes of the page: one store and one sending tab per browser. */
import { EventLog } from "./eventlog";
import { Keeper, tidy } from "./keeper";
import { KEEP_MS, Uploader, type UploadState } from "./parts";
import { DatabaseShelf, MemoryShelf, type Shelf } from "./shelf";
import { alive, live } from "./tabs";
import { send } from "./transport";

export interface OutboxState extends UploadState {
  /** Why parts are kept in memory only; empty while the disk takes them. */
  readonly disk: string;
}

export interface OutboxEvents {
  readonly onState: (state: OutboxState) => void;
  readonly onOpened: (call: unknown) => void;
  readonly onAnswer: (call: string, body: unknown) => void;
  readonly onRefused: (call: string, code: string) => void;
}

type Word = { readonly type: "stir" } | { readonly type: "state"; readonly state: UploadState };

const NOTHING: UploadState = { waiting: 0, parked: 0, reason: "", failing: false };
const TIDY_MS = 60_000;

export class Outbox {
  readonly page = crypto.randomUUID();
  readonly events: EventLog;
  readonly keeper: Keeper;
  private readonly shelf: Shelf = new DatabaseShelf();
  private readonly memory = new MemoryShelf();
  private readonly channel = new BroadcastChannel("dialer-uploads");
  private readonly uploader = new Uploader({
    shelf: this.shelf,
    send,
    onState: (state) => {
      this.channel.postMessage({ type: "state", state } satisfies Word);
      this.tell({ shelf: state });
    },
  });
  /** Parts that only this page has are sent by this page, whoever sends the others. */
  private readonly fallback = new Uploader({
    shelf: this.memory,
    send,
    onState: (state) => this.tell({ memory: state }),
  });
  private states = { shelf: NOTHING, memory: NOTHING };
  private disk = "";
  private sending = false;

  private told: Partial<OutboxEvents> = {};

  constructor(user: number) {
    const { page, shelf, memory } = this;
    this.events = new EventLog({
      shelf,
      send,
      page,
      user,
      onOpened: (call) => {
        this.told.onOpened?.(call);
        this.stir();
      },
      onAnswer: (call, body) => this.told.onAnswer?.(call, body),
      onRefused: (call, code) => this.told.onRefused?.(call, code),
    });
    this.keeper = new Keeper({
      shelf,
      memory,
      page,
      callOf: (call) => this.events.rowOf(call),
      onKept: (where) => (where === "shelf" ? this.stir() : this.fallback.stir()),
      onRefused: (reason) => {
        this.disk = reason;
        this.tell({});
      },
    });
  }

  listen(told: OutboxEvents): void {
    this.told = told;
    this.tell({});
  }

  start(): void {
    live(this.page);
    this.channel.addEventListener("message", ({ data }) => this.hear(data as Word));
    window.addEventListener("online", () => {
      this.stir();
      this.fallback.stir();
      this.events.flushAll();
    });
    void navigator.locks.request("dialer-uploads", async () => {
      this.sending = true;
      for (;;) {
        await this.recover();
        await new Promise((done) => setTimeout(done, TIDY_MS));
      }
    });
  }

  /** Whether this page holds recordings that closing it would lose. */
  get onlyHere(): boolean {
    return this.states.memory.waiting > 0;
  }

  /** What pages that are gone have left is ended and sent; what is no longer needed is forgotten. */
  private async recover(): Promise<void> {
    const pages = await alive();
    // A browser that forbids storage has nothing to recover.
    await tidy(this.shelf, pages, Date.now(), KEEP_MS).catch(() => undefined);
    await this.events.recover(pages).catch(() => undefined);
    this.uploader.stir();
  }

  private stir(): void {
    if (this.sending) this.uploader.stir();
    else this.channel.postMessage({ type: "stir" } satisfies Word);
  }

  private hear(word: Word): void {
    if (word.type === "state") this.tell({ shelf: word.state });
    else if (this.sending) this.uploader.stir();
  }

  private tell(changed: Partial<Outbox["states"]>): void {
    this.states = { ...this.states, ...changed };
    const { shelf, memory } = this.states;
    this.told.onState?.({
      waiting: shelf.waiting + memory.waiting,
      parked: shelf.parked + memory.parked,
      reason: shelf.reason || memory.reason,
      failing: shelf.failing || memory.failing,
      disk: this.disk,
    });
  }
}

let current: Outbox | undefined;

/** The page's outbox, started with the first use; undefined where nobody is logged in. */
export function outbox(): Outbox | undefined {
  const user = document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content;
  // Locks and digests exist only on https and on localhost; without them nothing is recorded either.
  if (!current && user && window.isSecureContext) {
    current = new Outbox(Number(user));
    current.start();
  }
  return current;
}
