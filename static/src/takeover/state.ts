/** How a person's own line to a taken-over call stands, and what the page says of it. Pure: no room, no DOM. */

export type Phase =
  | "microphone" // it is being opened
  | "joining"
  | "in"
  | "reconnecting"
  | "lost"
  | "denied" // the browser may not use the microphone
  | "missing" // there is none
  | "elsewhere" // another window of the same person has joined
  | "refused" // the server said no, in its own words
  | "gone" // the voice went on without them
  | "over";

export interface LineState {
  readonly phase: Phase;
  readonly muted: boolean;
  /** The voice may still be heard: it introduces the person, then leaves. */
  readonly voice: boolean;
  /** Whether the browser plays what is heard; it waits for a touch of the page otherwise. */
  readonly audible: boolean;
  /** They were in once, so that the call is theirs. */
  readonly theirs: boolean;
  readonly said: string;
}

export type LineEvent =
  | { readonly type: "begin" }
  | { readonly type: "microphone"; readonly is: "open" | "denied" | "missing" }
  | {
      readonly type: "refused";
      readonly status: number;
      readonly code: string;
      readonly said: string;
    }
  | { readonly type: "in" }
  | { readonly type: "reconnecting" }
  | { readonly type: "left"; readonly why: "over" | "gone" | "elsewhere" | "lost" }
  | { readonly type: "muted"; readonly on: boolean }
  | { readonly type: "voice"; readonly there: boolean }
  | { readonly type: "audible"; readonly on: boolean };

export const START: LineState = {
  phase: "microphone",
  muted: false,
  voice: true,
  audible: true,
  theirs: false,
  said: "",
};

const ENDED: ReadonlySet<Phase> = new Set(["over", "gone", "elsewhere"]);
const AGAIN: ReadonlySet<Phase> = new Set(["lost", "denied", "missing", "elsewhere", "refused"]);

export function next(state: LineState, event: LineEvent): LineState {
  switch (event.type) {
    case "begin":
      return state.phase === "over" ? state : { ...state, phase: "microphone", said: "" };
    case "microphone":
      return microphone(state, event.is);
    case "refused":
      return { ...state, phase: refusal(event.status, event.code), said: event.said };
    case "in":
      return isOver(state) ? state : { ...state, phase: "in", theirs: true };
    case "reconnecting":
      return state.phase === "in" ? { ...state, phase: "reconnecting" } : state;
    case "left":
      return isOver(state) ? state : { ...state, phase: event.why };
    case "muted":
      return { ...state, muted: event.on };
    case "voice":
      return { ...state, voice: event.there };
    case "audible":
      return { ...state, audible: event.on };
  }
}

/** Nothing more comes of it by itself, and leaving the page loses nothing. */
export function isOver(state: LineState): boolean {
  return ENDED.has(state.phase);
}

/** Whether they are in the call, or on the way back to it. */
export function isOn(state: LineState): boolean {
  return state.phase === "in" || state.phase === "reconnecting";
}

function microphone(state: LineState, is: "open" | "denied" | "missing"): LineState {
  if (isOver(state)) return state;
  return { ...state, phase: is === "open" ? "joining" : is };
}

function refusal(status: number, code: string): Phase {
  if (code === "over") return "over";
  if (status === 404) return "gone";
  return status === 0 ? "lost" : "refused";
}

export interface Shown {
  readonly words: string;
  readonly tone: "wait" | "good" | "bad" | "none";
  readonly mute: boolean;
  readonly rejoin: boolean;
  readonly sound: boolean;
  readonly giveBack: boolean;
}

/** What the page shows; `name` is who was called. */
export function shown(state: LineState, name: string): Shown {
  const on = isOn(state);
  return {
    words: state.phase === "in" ? inWords(state, name) : WORDS[state.phase] || state.said,
    tone: state.phase === "in" ? "good" : (TONES[state.phase] ?? "bad"),
    mute: on,
    rejoin: AGAIN.has(state.phase),
    sound: on && !state.audible,
    giveBack: !state.theirs && !isOver(state),
  };
}

function inWords(state: LineState, name: string): string {
  if (!state.audible) return "You are in the call, but your browser is silent. Turn the sound on.";
  if (state.muted) return `Your microphone is off: ${name} does not hear you.`;
  if (state.voice) return "You are in the call. The voice introduces you, then you speak.";
  return `You are talking with ${name}.`;
}

const WORDS: Readonly<Record<Exclude<Phase, "in">, string>> = {
  microphone: "Opening your microphone… Allow it if the browser asks.",
  joining: "Joining the call…",
  reconnecting: "The connection is interrupted. Reconnecting…",
  lost: "The connection to the call is lost. Rejoin within 15 seconds, or the call ends.",
  denied:
    "The browser may not use your microphone. Click the icon beside the address, allow the microphone, then choose Rejoin.",
  missing: "No microphone was found. Plug one in, then choose Rejoin.",
  elsewhere: "You joined this call in another window.",
  refused: "",
  gone: "You did not join in time: the voice goes on with the call.",
  over: "The call is over. Your microphone is off.",
};

const TONES: Readonly<Partial<Record<Phase, Shown["tone"]>>> = {
  microphone: "wait",
  joining: "wait",
  reconnecting: "wait",
  elsewhere: "none",
  gone: "none",
  over: "none",
};
