/** The phone of this page put together: rules, line, sound, recorder, outbox and server; leads in one tab at a time. */
import HeartbeatWorker from "../heartbeat.worker?worker";
import { outbox, type Outbox } from "../outbox";
import { watch } from "../live";
import { Leader } from "../tabs";
import { toast } from "../toasts";
import { Sound } from "./audio";
import { NO_MICROPHONE, perform, type World } from "./effects";
import type { Line, LineEvent, ToneTransport } from "./line";
import type { Lines } from "./lines";
import type { CallRecord, Presence } from "./messages";
import { Phone, remembered } from "./phone";
import { mediaRecorder, mimeOf, Recorder } from "./recorder";
import { restoration } from "./restore";
import { type BreakChoice, isRefusal, reasonOf, server } from "./server";
import { LEASED, type RestoredAs, type State } from "./state";
import type { Info } from "./view";

const BEAT_MS = 15_000;
const TICK_MS = 1000;
const SIGN_IN_AGAIN_MS = 15_000;
const KEPT = "dialer-call";
const CAMPAIGNS = "dialer-campaigns";
const TONES = "dialer-tones";
const MOVED = "dialer-moved";

const INSECURE = "The phone works only over https, or on the computer that runs the server.";

export class Desk {
  readonly sound = new Sound();
  readonly phone: Phone;
  info: Info;
  breaks: readonly BreakChoice[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly leader: Leader;
  private readonly world: World;
  private recorder: Recorder;
  private lines: Lines | null = null;
  private beaten = 0;
  private held = "";
  private leaving = false;

  constructor(private readonly box: Outbox) {
    this.info = emptyInfo();
    this.recorder = this.newRecorder("", 5000);
    this.world = this.newWorld();
    this.phone = new Phone((effect) => perform(effect, this.world));
    this.leader = new Leader({
      name: "dialer-phone",
      busy: () => this.phone.onPhone || this.phone.state.phase === "wrap_up",
      onStanding: (standing) => {
        this.know({ standing });
        if (standing === "leading") void this.open();
        else if (standing === "following") this.close();
      },
      onRefused: () => toast("The phone is in a call in the other tab.", "warning"),
    });
  }

  start(): void {
    this.box.listen({
      onState: (state) => this.know({ outbox: state }),
      onOpened: (call) => this.phone.input({ type: "opened", call: call as CallRecord }),
      onAnswer: () => undefined,
      onRefused: (_call, code) =>
        toast(`The server refused a report of the call (${code}).`, "warning"),
    });
    this.phone.subscribe((state) => this.follow(state));
    this.sound.onChange = () => this.know({ microphone: this.sound.current });
    this.startClock();
    this.guardPage();
    this.watchPresence();
    this.leader.stand();
  }

  /** Told when the state, or what the page knows beside it, changes; and once a second. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    listener();
    return () => this.listeners.delete(listener);
  }

  takeOver(): void {
    this.leader.takeOver();
  }

  /** Takes the phone from the pages of another login. */
  async lead(): Promise<void> {
    try {
      this.know({ presence: await server.lead() });
      await this.open();
    } catch (error) {
      toast(reasonOf(error), "warning");
    }
  }

  /** The practice line's far end, for being called. */
  get practice(): Lines["peer"] {
    return this.lines?.peer ?? null;
  }

  get campaigns(): readonly number[] {
    const kept: unknown = JSON.parse(localStorage.getItem(CAMPAIGNS) ?? "[]");
    const stored = Array.isArray(kept) ? kept.filter((id) => typeof id === "number") : [];
    return stored.length ? stored : (this.info.presence?.ready_for ?? []);
  }

  /** Goes ready; the microphone is asked for while the person is at hand to allow it. */
  async ready(campaigns: readonly number[]): Promise<void> {
    localStorage.setItem(CAMPAIGNS, JSON.stringify(campaigns));
    try {
      await this.sound.open();
      this.phone.input({ type: "start", campaigns });
    } catch {
      toast(NO_MICROPHONE, "error");
    }
  }

  call(number: string, campaign: number | null): void {
    this.phone.input({ type: "call", id: crypto.randomUUID(), number, campaign });
  }

  get tones(): ToneTransport {
    const info = this.info.config?.mode === "practice" ? "info" : "rfc2833";
    return (localStorage.getItem(TONES) as ToneTransport | null) ?? info;
  }

  set tones(transport: ToneTransport) {
    localStorage.setItem(TONES, transport);
  }

  private async open(): Promise<void> {
    try {
      const presence = await server.presence();
      this.know({ presence, problem: "" });
      // Asking for the line here would take it from the window that leads.
      if (!presence.leading) return;
      const config = await server.config();
      this.know({ config });
      this.sound.toneAllowed = config.mode === "practice";
      const { part_ms, mime_types } = config.recording;
      this.recorder = this.newRecorder(mimeOf(mime_types), part_ms);
      const { openLine } = await import("./lines");
      if (this.info.standing !== "leading") return;
      this.lines?.line.stop();
      this.lines = openLine(config, this.sound.audio, (event) => this.hear(event));
      this.lines.line.start();
      await this.restore();
      this.breaks = await server.breaks();
    } catch (error) {
      // Who has no seat, such as an administrator, needs no phone either.
      const absent = isRefusal(error) && (error.status === 403 || error.code === "not_an_agent");
      this.know({ problem: reasonOf(error), absent });
      if (!isRefusal(error)) setTimeout(() => void this.openAgain(), SIGN_IN_AGAIN_MS);
    }
    this.tell();
  }

  private async openAgain(): Promise<void> {
    const leads = this.info.standing === "leading" && this.info.presence?.leading !== false;
    if (leads && !this.phone.onPhone) await this.open();
  }

  private close(): void {
    this.lines?.line.stop();
    this.lines = null;
    this.sound.close();
    // What is reserved is found again by the page that leads now.
    this.phone.reset();
  }

  /** Whether the server still has something on this agent's seat. */
  private async restore(): Promise<void> {
    const presence = await server.presence();
    this.know({ presence });
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as CallRecord | null;
    const found = restoration(presence, kept);
    this.know({ elsewhere: found.kind === "elsewhere" });
    if (found.kind === "claim") this.resume((await server.nextCall()).call, "reserved");
    if (found.kind === "ask") this.resume(await server.call(found.call), "ended");
    if (found.kind === "input") this.resume(found.call, found.as);
  }

  private resume(call: CallRecord | null, as: RestoredAs): void {
    if (call) this.box.events.begin(call.id, call.upload_token);
    if (!call && as !== "ready") return;
    const { wrap_up_until: until, now } = this.info.presence ?? {};
    const left = until && now ? Date.parse(until) - Date.parse(now) : null;
    const wrapUpUntil = left === null ? null : this.phone.now() + left;
    // By the server's clock alone, whatever this computer's says.
    const heldMs = call && now ? Math.max(0, Date.parse(now) - Date.parse(call.reserved_at)) : 0;
    this.phone.input({ type: "restored", call, as, wrapUpUntil, heldMs });
  }

  private hear(event: LineEvent): void {
    if (event.type === "incoming") {
      this.phone.input({ ...event, id: crypto.randomUUID() });
      return;
    }
    this.phone.input(event);
    // The secret was replaced, by a phone opened elsewhere or by a new login.
    if (event.type === "line" && event.refused) {
      setTimeout(() => void this.openAgain(), SIGN_IN_AGAIN_MS);
    }
  }

  private follow(state: State): void {
    const root = document.documentElement;
    if (this.phone.onPhone) root.dataset["call"] = "1";
    else {
      delete root.dataset["call"];
      if (this.sound.call) this.sound.end();
      if (state.auto.name === "off" && state.phase === "idle") this.sound.close();
    }
    this.remember(state);
    askBeforeLogout(this.phone);
    this.tell();
  }

  /** The tab itself remembers its call, so that loading it anew does not lose the result. */
  private remember(state: State): void {
    const kept = JSON.stringify(remembered(state));
    if (kept === this.held || this.info.standing !== "leading") return;
    this.held = kept;
    if (kept === "null") sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, kept);
  }

  private startClock(): void {
    // A worker's timers do not slow down in a background tab.
    const worker = new HeartbeatWorker();
    worker.addEventListener("message", () => {
      this.phone.input({ type: "tick" });
      this.beat();
      this.tell();
    });
    worker.postMessage(TICK_MS);
  }

  private beat(): void {
    const { phase, call } = this.phone.state;
    if (!call?.record || !LEASED.has(phase) || this.phone.now() - this.beaten < BEAT_MS) return;
    this.beaten = this.phone.now();
    this.box.events.beat(call.id);
  }

  private guardPage(): void {
    // After the question was answered: the line first, so that leaving asks nothing more.
    document.addEventListener("submit", ({ target, defaultPrevented }) => {
      const leaves = (target as HTMLElement).matches("form[data-logout]");
      if (leaves && !defaultPrevented && this.phone.onPhone) this.leaving = true;
      if (leaves && this.leaving) this.phone.input({ type: "hangUp" });
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.leaving) return;
      if (this.phone.onPhone || this.box.onlyHere) event.preventDefault();
    });
    window.addEventListener("pagehide", ({ persisted }) => {
      // The line says goodbye and the last events go along; what does not arrive is sent by the next page.
      if (!persisted && this.phone.onPhone) this.lines?.line.hangUp();
      this.box.events.flushOnHide();
    });
  }

  private watchPresence(): void {
    const user = document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content;
    if (!user) return;
    watch(`agent:${user}`);
    document.addEventListener("live-hint", (event) => {
      const { topics } = (event as CustomEvent<{ topics: readonly string[] }>).detail;
      if (topics.includes(`agent:${user}`)) void this.refreshPresence();
    });
    document.addEventListener("session-revoked", () => {
      if (this.phone.onPhone) this.phone.input({ type: "hangUp" });
    });
    void this.refreshPresence();
  }

  private async refreshPresence(): Promise<void> {
    // A hint that finds no server is followed by another.
    const presence = await server.presence().catch(() => null);
    if (!presence) return;
    const led = this.info.presence?.leading;
    this.know({ presence });
    if (led !== false && !presence.leading && this.info.standing === "leading") this.close();
    if (led === false && presence.leading && this.info.standing === "leading") await this.open();
    this.say(presence.moved);
  }

  /** What a supervisor has done is said once in this tab. */
  private say(moved: string | null): void {
    if (moved === sessionStorage.getItem(MOVED)) return;
    if (moved === null) sessionStorage.removeItem(MOVED);
    else {
      sessionStorage.setItem(MOVED, moved);
      toast(`You were moved by ${moved}`, "warning");
    }
  }

  private know(changed: Partial<Info>): void {
    this.info = { ...this.info, ...changed };
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private newRecorder(mime: string, partMs: number): Recorder {
    return new Recorder({
      make: mediaRecorder(mime),
      sink: this.box.keeper,
      mono: () => performance.now(),
      partMs,
    });
  }

  private newWorld(): World {
    const desk = this;
    return {
      server,
      events: this.box.events,
      get recorder() {
        return desk.recorder;
      },
      sound: this.sound,
      line: (): Line | null => this.lines?.line ?? null,
      toneTransport: () => this.tones,
      onPresence: (presence: Presence) => this.know({ presence }),
      onNotice: (level, text) => toast(text, level),
      now: () => {
        const { phase, call } = this.phone.state;
        return { phase, call: call?.id ?? null };
      },
      input: (input) => this.phone.input(input),
      pending: { invite: null, release: Promise.resolve() },
    };
  }
}

/** Logging out ends a call, on the server too; so it asks first. */
function askBeforeLogout(phone: Phone): void {
  const form = document.querySelector<HTMLFormElement>("form[data-logout]");
  if (!form) return;
  const busy = phone.onPhone || phone.state.phase === "wrap_up";
  if (!busy) return void delete form.dataset["confirm"];
  form.dataset["confirm"] = phone.onPhone
    ? "End the call and log out?"
    : "Log out without a result?";
  form.dataset["confirmText"] = "The call is kept as it is now, without a result.";
  form.dataset["confirmYes"] = "Log out";
  form.dataset["confirmTone"] = "error";
}

function emptyInfo(): Info {
  return {
    standing: "waiting",
    config: null,
    presence: null,
    problem: "",
    absent: false,
    microphone: "closed",
    outbox: { waiting: 0, parked: 0, reason: "", failing: false, disk: "" },
    elsewhere: false,
    zone: document.querySelector<HTMLElement>("softphone-dock")?.dataset["zone"] || "UTC",
  };
}

let current: Desk | undefined;

/** The page's phone, started with the first use; a sentence where it cannot work. */
export function desk(): Desk | string {
  if (current) return current;
  const box = outbox();
  if (!box) return INSECURE;
  current = new Desk(box);
  current.start();
  return current;
}
