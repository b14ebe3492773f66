/** What the softphone knows at one moment, what may happen to it, and what it then asks to be done: words only, no rules. */
import type { CallRecord, Direction, ReportData, ReportKind } from "./messages";

export type Phase =
  | "idle"
  | "claiming" // the server is asked for the next lead
  | "opening" // the server is asked for a call to a number typed by hand
  | "reserved"
  | "dialing"
  | "ringing"
  | "incoming"
  | "in_call"
  | "on_hold"
  | "wrap_up";

export type LineStatus = "offline" | "connecting" | "registered" | "failed";

/** Automated dialing. All times are milliseconds of the clock that `next` is handed. */
export type Auto =
  | { readonly name: "off" }
  | { readonly name: "starting"; readonly campaigns: readonly number[] }
  | { readonly name: "running" }
  | {
      readonly name: "countdown";
      readonly until: number;
      readonly totalMs: number;
      /** No other lead follows this one until the agent goes on. */
      readonly last?: true;
    }
  | { readonly name: "paused"; readonly leftMs: number | null }
  | {
      readonly name: "waiting";
      readonly reason: string;
      /** When the server expects something to dial; null if it does not know. */
      readonly nextAt: number | null;
      readonly retryAt: number;
    };

/** What the agent has chosen for the call so far; sent when the call is over. */
export interface Draft {
  readonly disposition: string | null;
  readonly note: string;
  readonly callbackAt: string | null;
}

export interface LiveCall {
  readonly id: string;
  readonly direction: Direction;
  readonly number: string;
  readonly name: string;
  /** The server's record; null while it is asked for. */
  readonly record: CallRecord | null;
  /** The far end's call on the line: `invited` when there is one to hang up. */
  readonly invited: boolean;
  /** Who ended the attempt before an answer: the agent, or the campaign's ring time. */
  readonly gaveUp: "agent" | "ring_time" | null;
  readonly answeredAt: number | null;
  /** When the phone stops ringing the far end; null for never. */
  readonly ringUntil: number | null;
  readonly muted: boolean;
  readonly result: CallResult | null;
  readonly draft: Draft;
  /** The disposition is on its way to the server. */
  readonly saving: boolean;
  /** When wrap-up ends by itself; null for no limit. */
  readonly wrapUpUntil: number | null;
}

export interface CallResult {
  readonly answered: boolean;
  readonly sipStatus: number | null;
  readonly cause: string;
  readonly by: "local" | "remote";
  readonly endedAt: number;
}

/** Where the agent goes once the call in hand is done. */
export interface Leaving {
  readonly to: "break" | "offline";
  readonly reason: string;
}

export interface State {
  readonly line: LineStatus;
  readonly lineReason: string;
  readonly phase: Phase;
  readonly call: LiveCall | null;
  readonly auto: Auto;
  readonly leaving: Leaving | null;
}

/**
 * A seat that was ready stays so; a reservation goes on; a call whose sound died with the page is ended; one that had
 * ended is written down.
 */
export type RestoredAs = "ready" | "reserved" | "lost" | "ended";

export type Input =
  // from the line
  | { readonly type: "line"; readonly status: LineStatus; readonly reason?: string }
  | {
      readonly type: "incoming";
      readonly ref: string;
      readonly id: string;
      readonly number: string;
      readonly name: string;
    }
  | { readonly type: "progress"; readonly earlyMedia: boolean }
  | { readonly type: "accepted" }
  | { readonly type: "held"; readonly on: boolean }
  | {
      readonly type: "over";
      readonly sipStatus: number | null;
      readonly cause: string;
      readonly by: "local" | "remote";
    }
  | { readonly type: "transferFailed"; readonly reason: string }
  // from the server
  | { readonly type: "ready" }
  | { readonly type: "notReady"; readonly message: string }
  | { readonly type: "claimed"; readonly call: CallRecord }
  | { readonly type: "nothing"; readonly reason: string; readonly nextAt: number | null }
  | { readonly type: "claimFailed"; readonly message: string; readonly final: boolean }
  | { readonly type: "opened"; readonly call: CallRecord }
  | { readonly type: "openRefused"; readonly id: string; readonly message: string }
  | {
      readonly type: "allowed";
      readonly id: string;
      readonly number: string;
      readonly grant: string;
    }
  | { readonly type: "refused"; readonly id: string; readonly message: string }
  | { readonly type: "saved"; readonly id: string }
  | { readonly type: "saveFailed"; readonly id: string; readonly message: string }
  /** The page was loaded anew while the server knew a call of ours. */
  | {
      readonly type: "restored";
      readonly call: CallRecord | null;
      readonly as: RestoredAs;
      /** When the server ends the wrap-up, if it said so. */
      readonly wrapUpUntil?: number | null;
      /** For how long the server has reserved the lead already. */
      readonly heldMs?: number;
    }
  // from the agent
  | { readonly type: "start"; readonly campaigns: readonly number[] }
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "leave"; readonly to: "break" | "offline"; readonly reason: string }
  | { readonly type: "skip" }
  | { readonly type: "dialNow" }
  | {
      readonly type: "call";
      readonly id: string;
      readonly number: string;
      readonly campaign: number | null;
    }
  | { readonly type: "answer" }
  | { readonly type: "reject" }
  | { readonly type: "hangUp" }
  | { readonly type: "mute"; readonly on: boolean }
  | { readonly type: "hold"; readonly on: boolean }
  | { readonly type: "tone"; readonly tone: string }
  | { readonly type: "transfer"; readonly target: string }
  | { readonly type: "draft"; readonly draft: Partial<Draft> }
  | { readonly type: "save" }
  | { readonly type: "finish" }
  // from the clock
  | { readonly type: "tick" };

export type Effect =
  | { readonly do: "ready"; readonly campaigns: readonly number[] }
  | { readonly do: "leave"; readonly to: "break" | "offline"; readonly reason: string }
  | { readonly do: "claim" }
  | {
      readonly do: "open";
      readonly id: string;
      readonly number: string;
      readonly direction: Direction;
      readonly campaign: number | null;
      readonly name: string;
    }
  | { readonly do: "authorize"; readonly id: string }
  | {
      readonly do: "invite";
      readonly id: string;
      readonly number: string;
      readonly grant: string;
      readonly ringTimeS: number;
    }
  | {
      readonly do: "release";
      readonly id: string;
      readonly reason: "skipped" | "cancelled" | "preview_over";
    }
  | { readonly do: "answer" }
  | { readonly do: "reject"; readonly ref: string | null; readonly status: number }
  | { readonly do: "hangUp" }
  | { readonly do: "mute"; readonly on: boolean }
  | { readonly do: "hold"; readonly on: boolean }
  | { readonly do: "tone"; readonly tone: string }
  | { readonly do: "transfer"; readonly target: string }
  | { readonly do: "startRecording"; readonly id: string }
  | { readonly do: "stopRecording"; readonly id: string }
  | {
      readonly do: "report";
      readonly id: string;
      readonly kind: ReportKind;
      readonly data: ReportData;
    }
  | {
      readonly do: "save";
      readonly id: string;
      readonly disposition: string;
      readonly note: string;
      readonly callbackAt: string | null;
    }
  | { readonly do: "endWrapUp"; readonly id: string; readonly note: string }
  | { readonly do: "signal"; readonly signal: "ringback" | "ring" | "busy" | "none" }
  | { readonly do: "notice"; readonly level: "info" | "warning" | "error"; readonly text: string };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export const START: State = {
  line: "offline",
  lineReason: "",
  phase: "idle",
  call: null,
  auto: { name: "off" },
  leaving: null,
};

export const EMPTY_DRAFT: Draft = { disposition: null, note: "", callbackAt: null };

/** Phases in which a call exists at the server that has not ended: its lease must be renewed. */
export const LEASED: ReadonlySet<Phase> = new Set<Phase>([
  "reserved",
  "dialing",
  "ringing",
  "incoming",
  "in_call",
  "on_hold",
]);

/** Phases in which somebody is, or may be, on the telephone: a page must not be closed lightly. */
export const ON_PHONE: ReadonlySet<Phase> = new Set<Phase>([
  "dialing",
  "ringing",
  "incoming",
  "in_call",
  "on_hold",
]);

export const TALKING: ReadonlySet<Phase> = new Set<Phase>(["in_call", "on_hold"]);
