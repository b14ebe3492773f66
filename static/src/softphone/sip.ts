/** The line on JsSIP: registers, calls and is called. Loaded only when a phone is there to use it. */
import * as JsSIP from "jssip";
import type { EndEvent, IncomingEvent, OutgoingEvent, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingResponse } from "jssip/lib/SIPMessage";
import type { RTCSessionEvent, UAConfiguration } from "jssip/lib/UA";

import type { CallGraph } from "./graph";
import type { Line, LineEvent, ToneTransport } from "./line";
import { gatherAtMost } from "./practicemedia";

export interface SipOptions {
  readonly ua: UAConfiguration;
  readonly iceServers: readonly RTCIceServer[];
  readonly practice: boolean;
  readonly emit: (event: LineEvent) => void;
}

const REGISTER_EXPIRES_S = 300;
const REGISTER_AGAIN_MS = 10_000;
const REFUSED: ReadonlySet<number> = new Set([401, 403, 407]);

export class SipLine implements Line {
  readonly practice: boolean;
  private readonly ua: JsSIP.UA;
  private readonly host: string;
  private readonly offered = new Map<string, RTCSession>();
  private session: RTCSession | null = null;
  private graph: CallGraph | null = null;
  private again = 0;
  private stopped = false;

  constructor(private readonly options: SipOptions) {
    this.practice = options.practice;
    this.host = options.ua.uri.split("@")[1]?.split(";")[0] ?? "";
    this.ua = new JsSIP.UA({
      register_expires: REGISTER_EXPIRES_S,
      session_timers: false,
      user_agent: "Dialer",
      connection_recovery_min_interval: 2,
      connection_recovery_max_interval: 10,
      ...options.ua,
    });
    this.watchLine();
    this.ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (String(event.originator) === "remote") this.offer(event.session);
    });
  }

  start(): void {
    this.status("connecting", "");
    this.ua.start();
  }

  stop(): void {
    this.stopped = true;
    window.clearTimeout(this.again);
    this.ua.stop();
    this.status("offline", "");
  }

  invite(number: string, headers: readonly string[], graph: CallGraph): void {
    const session = this.ua.call(`sip:${number}@${this.host}`, {
      ...this.media(graph),
      extraHeaders: [...headers],
    });
    this.take(session, graph);
  }

  answer(graph: CallGraph): void {
    const session = this.session;
    if (!session) return;
    this.graph = graph;
    session.answer(this.media(graph));
  }

  reject(ref: string | null, status: number): void {
    const session = ref === null ? this.session : this.offered.get(ref);
    // Refused by name: it was never in hand, and its end is nobody's news.
    if (ref !== null && session === this.session) this.session = null;
    if (session && !session.isEnded()) session.terminate({ status_code: status });
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
  }

  hold(on: boolean): void {
    const { session, graph } = this;
    if (!session) return;
    const done = (): void => {
      if (this.session !== session) return;
      graph?.hold(on);
      this.options.emit({ type: "held", on });
    };
    // JsSIP answers false, and never calls back, when there is nothing to change.
    const asked = on ? session.hold({}, done) : session.unhold({}, done);
    if (asked && on) graph?.hold(true);
  }

  tone(tone: string, transport: ToneTransport): void {
    const { INFO, RFC2833 } = JsSIP.C.DTMF_TRANSPORT;
    this.session?.sendDTMF(tone, {
      transportType: transport === "info" ? INFO : RFC2833,
      duration: 120,
      interToneGap: 100,
    });
  }

  transfer(target: string): void {
    const { session } = this;
    if (!session) return;
    const failed = (status: unknown): void => {
      const code = typeof status === "number" ? `the far end answered ${status}` : "no answer";
      this.options.emit({ type: "transferFailed", reason: code });
    };
    session.refer(`sip:${target}@${this.host}`, {
      eventHandlers: {
        requestFailed: (event: { response: { status_code?: number } | null }) =>
          failed(event.response?.status_code),
        failed: (event: { status_line?: { status_code?: number } }) =>
          failed(event.status_line?.status_code),
        // The two others talk now: this side has nothing more to do in the call.
        accepted: () => {
          if (!session.isEnded()) session.terminate({ cause: "transferred" });
        },
      },
    });
  }

  /** The far end's voice from inside the page, where ICE found no way; answers with what is sent. */
  direct(callId: string, voice: MediaStream): MediaStream | undefined {
    if (!this.graph || !this.session?.id.startsWith(callId)) return undefined;
    this.graph.handOver(voice);
    return this.graph.sent;
  }

  private watchLine(): void {
    this.ua.on("connecting", () => this.status("connecting", ""));
    this.ua.on("connected", () => this.status("connecting", ""));
    this.ua.on("registered", () => this.status("registered", ""));
    this.ua.on("disconnected", () => {
      this.status("connecting", "The connection to the telephone line was lost.");
    });
    this.ua.on("registrationFailed", ({ response, cause }) => {
      const code = response?.status_code ?? 0;
      const refused = REFUSED.has(code);
      this.status("failed", refused ? "The line refused the sign-in." : `${cause}.`, refused);
      // JsSIP tries again only when its socket reconnects.
      if (!refused) this.registerLater();
    });
  }

  private registerLater(): void {
    window.clearTimeout(this.again);
    this.again = window.setTimeout(() => this.ua.register(), REGISTER_AGAIN_MS);
  }

  private status(
    status: "offline" | "connecting" | "registered" | "failed",
    reason: string,
    refused = false,
  ): void {
    if (this.stopped && status !== "offline") return;
    this.options.emit({ type: "line", status, reason, refused });
  }

  private offer(session: RTCSession): void {
    this.offered.set(session.id, session);
    session.on("failed", () => this.offered.delete(session.id));
    if (!this.session) this.take(session, null);
    const { uri, display_name: name } = session.remote_identity;
    this.options.emit({
      type: "incoming",
      ref: session.id,
      number: uri.user,
      name: name ?? "",
    });
  }

  private media(graph: CallGraph): { mediaStream: MediaStream; pcConfig: RTCConfiguration } {
    return {
      mediaStream: graph.sent,
      pcConfig: { iceServers: [...this.options.iceServers] },
    };
  }

  private take(session: RTCSession, graph: CallGraph | null): void {
    this.session = session;
    this.graph = graph;
    const emit = (event: LineEvent): void => {
      if (this.session === session) this.options.emit(event);
    };
    const hook = (pc: RTCPeerConnection): void => {
      gatherAtMost(pc);
      pc.addEventListener("track", ({ track }) => this.graph?.hear(new MediaStream([track])));
    };
    if (session.connection) hook(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => hook(peerconnection));
    session.on("progress", (event: IncomingEvent | OutgoingEvent) => {
      // Without a response it is our own 180 to a call from outside.
      const response = "response" in event ? (event.response as IncomingResponse | null) : null;
      if (response) emit({ type: "progress", earlyMedia: !!response.body });
    });
    session.on("accepted", () => emit({ type: "accepted" }));
    session.on("ended", (event) => this.over(session, event));
    session.on("failed", (event) => this.over(session, event));
  }

  private over(session: RTCSession, { originator, cause, message }: EndEvent): void {
    if (this.session !== session) return;
    this.session = null;
    this.graph = null;
    const status = message && "status_code" in message ? message.status_code : null;
    this.options.emit({
      type: "over",
      sipStatus: status ?? null,
      cause: cause.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
      by: String(originator) === "remote" ? "remote" : "local",
    });
  }
}
