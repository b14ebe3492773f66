/** What the panel and the agent's desktop show of a state: flags, texts and numbers. No page, no clock of its own. */
import { clock } from "../timers";
import type { OutboxState } from "../outbox";
import type { Standing } from "../tabs";
import type { Presence, SoftphoneConfig } from "./messages";
import { givesBack, halted, maySkip } from "./moves/auto";
import { lacking } from "./moves/wrapup";
import { shown, timeIn } from "./numbers";
import { ON_PHONE, type Phase, type State, TALKING } from "./state";

/** What the page knows beside the state. */
export interface Info {
  readonly standing: Standing;
  readonly config: SoftphoneConfig | null;
  readonly presence: Presence | null;
  /** Why the phone cannot work on this page at all; empty if it can. */
  readonly problem: string;
  /** This person has no phone. */
  readonly absent: boolean;
  readonly microphone: "closed" | "real" | "tone" | "gone";
  readonly outbox: OutboxState;
  /** A call that another browser holds. */
  readonly elsewhere: boolean;
  readonly zone: string;
}

export interface View {
  readonly flags: ReadonlySet<string>;
  readonly texts: Readonly<Record<string, string>>;
  /** Values of progress bars, 0 to 1. */
  readonly values: Readonly<Record<string, number>>;
}

const PHASES: Readonly<Record<Phase, string>> = {
  idle: "No call",
  claiming: "Looking for the next lead…",
  opening: "Preparing the call…",
  reserved: "Next lead",
  dialing: "Dialing…",
  ringing: "Ringing…",
  incoming: "Incoming call",
  in_call: "In call",
  on_hold: "On hold",
  wrap_up: "Wrap-up",
};

const CAUSES: Readonly<Record<string, string>> = {
  busy: "The line was busy.",
  not_found: "The number does not exist.",
  rejected: "The call was declined.",
  no_answer: "Nobody answered.",
  unavailable: "Nobody could be reached.",
  canceled: "You hung up before an answer.",
  no_microphone: "The microphone could not be opened.",
  connection_error: "The telephone line was not reachable.",
  rtp_timeout: "The sound was lost.",
  page_lost: "The page was closed during the call.",
};

export function view(state: State, info: Info, now: number): View {
  return {
    flags: new Set(flagsOf(state, info)),
    texts: textsOf(state, info, now),
    values: valuesOf(state, now),
  };
}

function flagsOf(state: State, info: Info): string[] {
  const { call, phase, auto, line } = state;
  const last = auto.name === "countdown" && halted(state);
  const displaced = info.presence?.leading === false;
  const works = info.standing === "leading" && !info.problem && !displaced;
  const named: Readonly<Record<string, boolean>> = {
    works,
    problem: info.problem !== "",
    absent: info.absent,
    displaced: info.standing === "leading" && displaced,
    elsewhere: works && info.elsewhere,
    practice: info.config?.mode === "practice",
    "test-tone": info.microphone === "tone",
    "microphone-gone": info.microphone === "gone",
    "has-call": call !== null,
    "on-phone": ON_PHONE.has(phase),
    talking: TALKING.has(phase),
    calling: phase === "dialing" || phase === "ringing" || phase === "opening",
    muted: call?.muted ?? false,
    held: phase === "on_hold",
    recording: TALKING.has(phase),
    lead: Boolean(call?.record?.lead),
    "no-lead": !call?.record?.lead,
    "can-call": works && phase === "idle" && line === "registered",
    "can-start": works && phase === "idle" && auto.name === "off" && line === "registered",
    pausable: ["countdown", "running", "waiting"].includes(auto.name) && !last,
    "auto-last": last,
    skippable: maySkip(state),
    "counting-to-dial": auto.name === "countdown" && !givesBack(state),
    "counting-to-return": auto.name === "countdown" && givesBack(state),
    "on-break": info.presence?.state === "break",
    leaving: state.leaving !== null,
    disposing: canChoose(state),
    "no-result": Boolean(call?.record) && !call?.record?.campaign?.dispositions.length,
    complete: phase === "wrap_up" && call !== null && !lacking(call),
    saving: call?.saving ?? false,
    uploading: info.outbox.waiting > 0,
    "upload-trouble": info.outbox.failing || info.outbox.parked > 0 || info.outbox.disk !== "",
  };
  return [
    info.standing,
    `line-${line}`,
    `phase-${phase}`,
    `auto-${auto.name}`,
    `seat-${info.presence?.state ?? "unknown"}`,
    ...Object.keys(named).filter((name) => named[name]),
  ];
}

/** The result may be chosen from the answer on. */
export const canChoose = ({ phase, call }: State): boolean =>
  Boolean(call?.record?.campaign?.dispositions.length) &&
  (TALKING.has(phase) || phase === "wrap_up");

function textsOf(state: State, info: Info, now: number): Record<string, string> {
  const { call } = state;
  const record = call?.record;
  const lead = record?.lead;
  return {
    line: lineText(state, info),
    problem: info.problem,
    phase: PHASES[state.phase],
    name: call?.name || shown(call?.number ?? "") || "",
    number: shown(call?.number ?? ""),
    "number-below": call?.name ? shown(call.number) : "",
    "caller-id": shown(record?.caller_id ?? ""),
    campaign: record?.campaign?.name ?? "",
    company: lead?.company ?? "",
    title: [lead?.job_title, lead?.job_level].filter(Boolean).join(" · "),
    place: [lead?.region, lead?.country].filter(Boolean).join(", "),
    "lead-time": timeIn(lead?.timezone ?? "", now),
    timer: timer(state, now),
    countdown: countdown(state, now),
    waiting: state.auto.name === "waiting" ? state.auto.reason : "",
    "next-at": nextAt(state, info),
    result: resultText(state),
    "wrap-up-left": wrapUpLeft(state, now),
    lack: call && state.phase === "wrap_up" ? lacking(call) : "",
    presence: presenceText(state, info),
    leaving: leavingText(state),
    uploads: uploadText(info.outbox),
    announcement: announcement(state),
  };
}

function valuesOf(state: State, now: number): Record<string, number> {
  const { auto, call } = state;
  const until = call?.wrapUpUntil ?? now;
  return {
    countdown:
      auto.name === "countdown" ? fraction(auto.until - now, auto.totalMs) : fraction(0, 1),
    "wrap-up": fraction(until - now, until - (call?.result?.endedAt ?? now)),
  };
}

const fraction = (left: number, total: number): number =>
  total > 0 ? Math.min(1, Math.max(0, left / total)) : 0;

function lineText({ line, lineReason }: State, info: Info): string {
  const label = info.config?.mode === "practice" ? "Practice line" : (info.config?.label ?? "");
  switch (line) {
    case "registered":
      return label || "Registered";
    case "connecting":
      return lineReason ? "Reconnecting…" : "Connecting…";
    case "failed":
      return lineReason || "Not registered";
    case "offline":
      return "Off";
  }
}

function timer({ call }: State, now: number): string {
  if (!call) return "";
  if (call.result && !call.result.answered) return "";
  if (call.answeredAt === null) return "";
  return clock((call.result?.endedAt ?? now) - call.answeredAt);
}

function countdown({ auto }: State, now: number): string {
  if (auto.name === "paused" && auto.leftMs !== null) return seconds(auto.leftMs);
  return auto.name === "countdown" ? seconds(auto.until - now) : "";
}

const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;

function nextAt({ auto }: State, { zone }: Info): string {
  if (auto.name !== "waiting" || auto.nextAt === null) return "";
  return `The next lead may be called at ${timeIn(zone || "UTC", auto.nextAt)}.`;
}

function wrapUpLeft({ phase, call }: State, now: number): string {
  if (phase !== "wrap_up" || !call || call.wrapUpUntil === null) return "";
  return clock(Math.max(0, call.wrapUpUntil - now));
}

function resultText({ call }: State): string {
  const result = call?.result;
  if (!result) return "";
  if (CAUSES[result.cause]) return CAUSES[result.cause] ?? "";
  if (result.answered) {
    return result.by === "remote" ? "The other side hung up." : "You hung up.";
  }
  return result.sipStatus ? `The call failed (${result.sipStatus}).` : "The call failed.";
}

const SEATS: Readonly<Record<string, string>> = {
  offline: "Offline",
  ready: "Ready",
  reserved: "Reserved",
  on_call: "On call",
  wrap_up: "Wrap-up",
  break: "Break",
  idle: "Away",
  lost: "Connection lost",
};

function presenceText({ phase }: State, { presence }: Info): string {
  // A call from outside, or by hand, sits on the seat like a reserved one.
  if (presence?.state === "reserved" && ON_PHONE.has(phase)) return PHASES[phase];
  return SEATS[presence?.state ?? ""] ?? "";
}

function leavingText({ leaving }: State): string {
  if (!leaving) return "";
  return leaving.to === "break" ? "Break after this call" : "Off after this call";
}

function uploadText({ waiting, parked, reason, failing, disk }: OutboxState): string {
  if (disk)
    return "This computer's disk refuses recordings: keep this page open until all is sent.";
  if (parked) return `${plural(parked, "part")} of a recording refused by the server (${reason}).`;
  if (!waiting) return "";
  return failing
    ? `${plural(waiting, "part")} of recordings wait for the server.`
    : `Sending ${plural(waiting, "part")} of recordings.`;
}

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** For those who hear the page: only what they would not know from their own hand. */
function announcement(state: State): string {
  const who = state.call?.name || shown(state.call?.number ?? "");
  switch (state.phase) {
    case "incoming":
      return `Incoming call from ${who}`;
    case "reserved":
      return `Next lead: ${who}`;
    case "ringing":
      return "Ringing";
    case "in_call":
      return `In call with ${who}`;
    case "on_hold":
      return "On hold";
    case "wrap_up":
      return `Call over. ${resultText(state)}`;
    default:
      return state.auto.name === "waiting" ? state.auto.reason : "";
  }
}
