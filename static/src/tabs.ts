/** One tab leads: by Web Locks, with a channel on which the others ask it to give way. */

export type Standing = "waiting" | "leading" | "following";

type Word =
  | { readonly type: "yield"; readonly from: string }
  | { readonly type: "busy" | "yielded"; readonly to: string };

export interface LeaderOptions {
  readonly name: string;
  /** This page has been given the lead, or has lost it. */
  readonly onStanding: (standing: Standing) => void;
  /** Whether giving way now would cost something, such as a call. */
  readonly busy: () => boolean;
  /** Another page would not give way. */
  readonly onRefused: () => void;
}

/** How long a leader may take to answer before it counts as frozen, in milliseconds. */
const ANSWER_MS = 800;
const AGAIN_MS = 3000;

export class Leader {
  private readonly me = crypto.randomUUID();
  private readonly channel: BroadcastChannel;
  private release: (() => void) | null = null;
  private queue: AbortController | null = null;
  private asking: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: LeaderOptions) {
    this.channel = new BroadcastChannel(options.name);
    this.channel.addEventListener("message", ({ data }) => this.hear(data as Word));
  }

  /** Leads when nobody does, else when its turn comes. */
  stand(): void {
    const queue = new AbortController();
    this.queue = queue;
    const follow = setTimeout(() => {
      if (!this.release) this.options.onStanding("following");
    }, 50);
    void navigator.locks
      .request(this.options.name, { signal: queue.signal }, () => {
        clearTimeout(follow);
        return this.lead();
      })
      // Given up for a theft, or stolen: another page leads now.
      .catch(() => this.resign());
  }

  /** Asks the leading page to give way; one that does not answer is passed over. */
  takeOver(): void {
    this.say({ type: "yield", from: this.me });
    this.asking = setTimeout(() => this.steal(), ANSWER_MS);
  }

  private hear(word: Word): void {
    if (word.type === "yield") {
      if (!this.release) return;
      if (this.options.busy()) return this.say({ type: "busy", to: word.from });
      this.resign();
      return this.say({ type: "yielded", to: word.from });
    }
    if (word.to !== this.me) return;
    clearTimeout(this.asking);
    if (word.type === "busy") this.options.onRefused();
    else this.steal();
  }

  private steal(): void {
    this.queue?.abort();
    void navigator.locks
      .request(this.options.name, { steal: true }, () => this.lead())
      .catch(() => this.resign());
  }

  private lead(): Promise<void> {
    return new Promise((done) => {
      this.release = done;
      this.options.onStanding("leading");
    });
  }

  private resign(): void {
    const { release } = this;
    this.release = null;
    if (!release) return;
    release();
    this.options.onStanding("following");
    // Once the other page has it, in line again, for when that page is closed.
    setTimeout(() => this.stand(), AGAIN_MS);
  }

  private say(word: Word): void {
    this.channel.postMessage(word);
  }
}

/** Holds a lock for as long as the page lives: so that others can tell that it does. */
export function live(page: string): void {
  void navigator.locks.request(pageLock(page), () => new Promise<void>(() => undefined));
}

/** The pages of this browser that are alive. */
export async function alive(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query();
  const names = held.map(({ name }) => name ?? "").filter((name) => name.startsWith(PREFIX));
  return new Set(names.map((name) => name.slice(PREFIX.length)));
}

const PREFIX = "dialer-page-";
const pageLock = (page: string): string => `${PREFIX}${page}`;
