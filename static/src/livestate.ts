/** What a page's socket knows, and what it does about each message. Pure: no socket, no DOM. */

export interface Hint {
  readonly type: "hint";
  readonly seq: number;
  readonly kind: string;
  readonly topics: readonly string[];
  readonly subject: Readonly<Record<string, unknown>>;
}

export type Incoming =
  | Hint
  | { readonly type: "hints"; readonly hints: readonly Hint[] }
  | { readonly type: "subscribed"; readonly head: number; readonly refused: readonly string[] }
  | { readonly type: "ping"; readonly head: number }
  | { readonly type: "reset" }
  | { readonly type: "skipped"; readonly count: number }
  | { readonly type: "session.revoked"; readonly because?: string; readonly said?: string };

export interface LiveState {
  /** Every event up to this one has been told; null before the first subscription. */
  readonly last: number | null;
  /** The last event there was when the topics were subscribed to. */
  readonly head: number;
  /** Attempts to connect since the last success. */
  readonly tries: number;
  /** The server has said that the login is over: that the line closes then is no news. */
  readonly over: boolean;
}

export type Effect =
  | { readonly do: "pong" }
  | { readonly do: "tell"; readonly hints: readonly Hint[] }
  | { readonly do: "tell-all" }
  /** The login may be over: have it renewed, or have the person log in. */
  | { readonly do: "renew" }
  /** The person has logged out elsewhere, or was logged out. */
  | { readonly do: "leave"; readonly because: string; readonly said: string }
  | { readonly do: "connect"; readonly afterMs: number };

export interface Step {
  readonly state: LiveState;
  readonly effects: readonly Effect[];
}

export const START: LiveState = { last: null, head: 0, tries: 0, over: false };

const LOGIN_OVER = 4401;

export function receive(state: LiveState, message: Incoming): Step {
  switch (message.type) {
    case "hint":
      return hinted(state, [message]);
    case "hints":
      return hinted(state, message.hints);
    case "subscribed":
      return subscribed(state, message.head);
    case "ping":
      return { state: upTo(state, message.head), effects: [{ do: "pong" }] };
    case "reset":
      return { state: upTo(state, state.head), effects: [{ do: "tell-all" }] };
    case "skipped":
      return { state, effects: [{ do: "tell-all" }] };
    case "session.revoked":
      return { state: { ...state, over: true }, effects: [ended(message.because, message.said)] };
    default:
      return { state, effects: [] };
  }
}

/** The socket has closed. `chance` in [0, 1) spreads the pages of a restarted server. */
export function closed(state: LiveState, code: number, chance: number): Step {
  if (state.over) return { state, effects: [] };
  if (code === LOGIN_OVER) return { state, effects: [{ do: "renew" }] };
  const tries = state.tries + 1;
  return {
    state: { ...state, tries },
    effects: [{ do: "connect", afterMs: backOff(tries, chance) }],
  };
}

/** Whether the person should know: one failure is a restart, two are a lost connection. */
export function isLost(state: LiveState): boolean {
  return state.tries > 1;
}

/** Milliseconds before the next attempt: doubling up to 30 s. */
export function backOff(tries: number, chance: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(tries, 10)) * (0.5 + chance / 2);
}

function subscribed(state: LiveState, head: number): Step {
  if (state.last !== null) return { state: { ...state, head, tries: 0, over: false }, effects: [] };
  // What happened between the page's making and this moment was told to nobody.
  const fresh = { last: head, head, tries: 0, over: false };
  return { state: fresh, effects: [{ do: "tell-all" }] };
}

function ended(because = "", said = ""): Effect {
  return { do: "leave", because, said };
}

function upTo(state: LiveState, head: number): LiveState {
  return state.last === null || head <= state.last ? state : { ...state, last: head };
}

function hinted(state: LiveState, hints: readonly Hint[]): Step {
  // A replay may overlap what was already told.
  const fresh = hints.filter(({ seq }) => state.last === null || seq > state.last);
  if (!fresh.length) return { state, effects: [] };
  const last = Math.max(...fresh.map(({ seq }) => seq));
  return { state: upTo(state, last), effects: [{ do: "tell", hints: fresh }] };
}
