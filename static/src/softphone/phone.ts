/** The phone of this page: keeps the state, feeds it inputs one at a time, and has their effects done. */
import { next } from "./machine";
import type { CallRecord } from "./messages";
import { type Effect, type Input, ON_PHONE, START, type State } from "./state";

export type Listener = (state: State) => void;

export class Phone {
  private current: State = START;
  private readonly listeners = new Set<Listener>();
  private readonly waiting: Input[] = [];
  private working = false;

  constructor(
    private readonly perform: (effect: Effect) => void,
    private readonly clock: () => number = () => performance.timeOrigin + performance.now(),
  ) {}

  get state(): State {
    return this.current;
  }

  now(): number {
    return this.clock();
  }

  get onPhone(): boolean {
    return ON_PHONE.has(this.current.phase);
  }

  /** Effects may feed further inputs: those wait until the one at hand is done. */
  readonly input = (input: Input): void => {
    this.waiting.push(input);
    if (this.working) return;
    this.working = true;
    try {
      for (let one = this.waiting.shift(); one; one = this.waiting.shift()) this.take(one);
    } finally {
      this.working = false;
    }
  };

  /** Told at once, and after each change. Answers with how to stop. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    listener(this.current);
    return () => this.listeners.delete(listener);
  }

  /** Back to the beginning: another page has the phone now. */
  reset(): void {
    this.current = START;
    this.tell();
  }

  private take(input: Input): void {
    const step = next(this.current, input, this.clock());
    if (!step) return;
    const changed = step.state !== this.current;
    this.current = step.state;
    for (const effect of step.effects) this.perform(effect);
    if (changed) this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener(this.current);
  }
}

/** The server's record of the call in hand, as far as it has gone, for a page that is loaded anew. */
export function remembered({ phase, call }: State): CallRecord | null {
  if (!call?.record) return null;
  const status = {
    reserved: "reserved",
    dialing: "dialing",
    ringing: "ringing",
    incoming: "ringing",
    in_call: "in_call",
    on_hold: "on_hold",
    wrap_up: "ended",
    idle: "ended",
    claiming: "ended",
    opening: "reserved",
  } as const;
  return { ...call.record, status: status[phase] };
}
