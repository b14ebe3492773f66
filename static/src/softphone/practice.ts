/**
 * The practice line's far end: a telephone network inside the page. JsSIP talks to it through `PracticeSocket` as if it
 * were a server; it answers in SIP and speaks from a second RTCPeerConnection.
 */
import { PracticeMedia } from "./practicemedia";
import {
  type Header,
  reply,
  SipMessage,
  statusLine,
  tagOf,
  token,
  uriOf,
  userOf,
} from "./sipmessage";

/** What the far end does with a call. Times in milliseconds. */
export type Outcome =
  | {
      readonly kind: "answer";
      readonly afterMs: number;
      readonly hangUpAfterMs?: number;
      readonly echo?: boolean;
    }
  | { readonly kind: "reject"; readonly afterMs: number; readonly status: number }
  | { readonly kind: "ring" }; // until the caller gives up

/** The last two digits dialed choose. Any other number is answered. */
export const SCRIPT: Readonly<Record<string, Outcome>> = {
  "86": { kind: "reject", afterMs: 1200, status: 486 },
  "04": { kind: "reject", afterMs: 300, status: 404 },
  "03": { kind: "reject", afterMs: 1500, status: 603 },
  "80": { kind: "ring" },
  "10": { kind: "answer", afterMs: 800, hangUpAfterMs: 3000 },
  "43": { kind: "answer", afterMs: 300, echo: true },
};
const OTHERWISE: Outcome = { kind: "answer", afterMs: 1000 };

/** What the far end saw. */
export type PracticeEvent =
  | { readonly name: "registered" | "unregistered" }
  | {
      readonly name: "ringing" | "answered" | "direct" | "hold" | "unhold";
      readonly call: string;
    }
  | { readonly name: "dtmf"; readonly call: string; readonly tone: string }
  | { readonly name: "transfer"; readonly call: string; readonly target: string }
  | { readonly name: "ended"; readonly call: string; readonly why: Why };

type Why = "near" | "far" | "cancelled" | "rejected";

export interface PracticeOptions {
  /** Must be running when a call begins. */
  readonly audio: AudioContext;
  readonly onEvent?: (event: PracticeEvent) => void;
  /**
   * Where ICE finds no way from the page to itself (no network, say), the far end's voice is handed over here instead;
   * answers with what the page sends. `call` is the Call-ID: JsSIP's session id begins with it.
   */
  readonly onDirect?: (call: string, voice: MediaStream) => MediaStream | undefined;
  /** Never try ICE: always hand over. */
  readonly direct?: boolean;
}

interface Call {
  readonly id: string; // Call-ID
  readonly tag: string; // of the far end
  readonly outgoing: boolean; // from the far end to the page
  invite: SipMessage; // the INVITE that waits for its final answer
  local: string; // From and To of the far end's requests in the dialog
  remote: string;
  target: string; // the page's Contact
  cseq: number;
  state: "ringing" | "up" | "over";
  outcome: Outcome;
  readonly timers: number[];
  media?: PracticeMedia;
}

const ICE_MS = 2000;
const TRANSFER_MS = 800;
const ALLOW = "INVITE, ACK, CANCEL, BYE, INFO, OPTIONS, UPDATE, REFER";

const outcomeOf = (number: string): Outcome => SCRIPT[number.slice(-2)] ?? OTHERWISE;

/** The far end: registrar and other party. `deliver` is where its messages go. */
export class PracticePeer {
  deliver: (text: string) => void = () => undefined;
  readonly domain = "practice.invalid";
  private readonly calls = new Map<string, Call>();
  private registered = ""; // the page's Contact URI

  constructor(private readonly options: PracticeOptions) {}

  receive(text: string): void {
    if (!text.trim()) return; // keep-alive
    const message = SipMessage.parse(text);
    void (message.status ? this.onResponse(message) : this.onRequest(message));
  }

  /** Calls the page. The returned id is for `hangUp`, which also gives up a call that still rings. */
  async call(from: string, display = ""): Promise<string> {
    if (!this.registered) throw new Error("the page is not registered");
    const id = `${token()}@${this.domain}`;
    const tag = token();
    const media = this.newMedia(false);
    const call: Call = {
      id,
      tag,
      outgoing: true,
      local: `"${display}" <sip:${from}@${this.domain}>;tag=${tag}`,
      remote: `<${this.registered}>`,
      target: this.registered,
      cseq: 1,
      state: "ringing",
      outcome: OTHERWISE,
      timers: [],
      media,
      invite: new SipMessage("", []),
    };
    this.calls.set(id, call);
    const sdp = await media.describe("offer");
    call.invite = this.request(call, "INVITE", this.withSdp(), sdp);
    this.send(call.invite);
    return id;
  }

  hangUp(id: string): void {
    const call = this.calls.get(id);
    if (!call) return;
    if (call.state === "up") {
      call.cseq += 1;
      this.send(this.request(call, "BYE"));
      this.over(call, "far");
    } else if (call.outgoing) {
      // CANCEL has the INVITE's own Via and CSeq number.
      this.send(this.request(call, "CANCEL", [], "", call.invite.header("Via")));
    } else this.refuse(call, 480, "rejected");
  }

  /** How loud the far end hears the page in its newest call, RMS 0 to 1. */
  heard(): number {
    return [...this.calls.values()].at(-1)?.media?.level() ?? 0;
  }

  /** Ends everything without a word, as when a network goes. */
  close(): void {
    this.registered = "";
    for (const call of [...this.calls.values()]) this.over(call, "far");
  }

  private onRequest(request: SipMessage): void | Promise<void> {
    const call = this.calls.get(request.callId);
    switch (request.method) {
      case "REGISTER":
        return this.register(request);
      case "INVITE":
        return this.onInvite(request, call);
      case "ACK":
        return call && this.acknowledged(call);
      case "CANCEL":
        return this.cancelled(request, call);
      case "OPTIONS": {
        const headers: Header[] = [
          ["Allow", ALLOW],
          ["Accept", "application/sdp"],
        ];
        return this.send(reply(request, 200, token(), headers));
      }
      default:
        return this.inDialog(request, call);
    }
  }

  private inDialog(request: SipMessage, call: Call | undefined): void {
    if (!call) return this.send(reply(request, 481));
    switch (request.method) {
      case "BYE":
        this.send(reply(request, 200));
        return this.over(call, "near");
      case "INFO": {
        const tone = /^Signal\s*=\s*([0-9A-DR#*])/im.exec(request.body)?.[1];
        if (tone) this.report({ name: "dtmf", call: call.id, tone });
        return this.send(reply(request, 200));
      }
      case "UPDATE": // a session timer
        return this.send(reply(request, 200, "", [this.contact()]));
      case "REFER":
        return this.referred(call, request);
      default:
        return this.send(reply(request, 405, token(), [["Allow", ALLOW]]));
    }
  }

  private register(request: SipMessage): void {
    const contact = request.header("Contact");
    const asked = /;expires=(\d+)/i.exec(contact)?.[1] ?? (request.header("Expires") || 300);
    const seconds = Number(asked);
    this.registered = seconds ? uriOf(contact) : "";
    // JsSIP finds its own binding by the parameters of Contact: they are echoed.
    const params = contact.slice(contact.indexOf(">") + 1).replace(/;expires=\d+/i, "");
    const echoed: Header = ["Contact", `<${this.registered}>${params};expires=${seconds}`];
    this.send(reply(request, 200, token(), seconds ? [echoed] : []));
    this.report({ name: seconds ? "registered" : "unregistered" });
  }

  private onInvite(request: SipMessage, call: Call | undefined): void | Promise<void> {
    if (!tagOf(request.header("To"))) return this.invited(request);
    return call ? this.reinvited(call, request) : this.send(reply(request, 481));
  }

  private invited(invite: SipMessage): void {
    const outcome = outcomeOf(userOf(invite.uri));
    const tag = token();
    const call: Call = {
      id: invite.callId,
      tag,
      outgoing: false,
      invite,
      cseq: 0,
      state: "ringing",
      outcome,
      timers: [],
      local: `${invite.header("To")};tag=${tag}`,
      remote: invite.header("From"),
      target: uriOf(invite.header("Contact")),
    };
    this.calls.set(call.id, call);
    this.send(reply(invite, 100));
    this.send(reply(invite, 180, tag, [this.contact()]));
    this.report({ name: "ringing", call: call.id });
    if (outcome.kind === "answer") this.later(call, outcome.afterMs, () => this.answer(call));
    if (outcome.kind === "reject") {
      this.later(call, outcome.afterMs, () => this.refuse(call, outcome.status, "rejected"));
    }
  }

  private async answer(call: Call): Promise<void> {
    call.media = this.newMedia(call.outcome.kind === "answer" && !!call.outcome.echo);
    const sdp = await call.media.negotiate(call.invite.body);
    if (call.state !== "ringing") return; // cancelled while ICE gathered
    if (!sdp) return this.refuse(call, 488, "rejected");
    call.state = "up";
    this.send(reply(call.invite, 200, call.tag, this.withSdp(), sdp));
    this.up(call);
  }

  private cancelled(request: SipMessage, call: Call | undefined): void {
    this.send(reply(request, call ? 200 : 481, call?.tag));
    if (call?.state === "ringing") this.refuse(call, 487, "cancelled");
  }

  private refuse(call: Call, status: number, why: Why): void {
    this.send(reply(call.invite, status, call.tag)); // the socket is reliable: no retransmission
    this.over(call, why);
  }

  /** ACK of a 200; that of a refusal finds no call. */
  private acknowledged(call: Call): void {
    const ms = call.outcome.kind === "answer" ? call.outcome.hangUpAfterMs : undefined;
    if (ms !== undefined && !call.timers.length) this.later(call, ms, () => this.hangUp(call.id));
  }

  private async reinvited(call: Call, invite: SipMessage): Promise<void> {
    const sdp = await call.media?.negotiate(invite.body); // sendonly is answered recvonly by itself
    if (!sdp) return this.send(reply(invite, 488));
    const hold = /^a=(sendonly|inactive)/m.test(invite.body);
    call.media?.hold(hold); // ICE needs none of this; onDirect does
    this.send(reply(invite, 200, "", this.withSdp(), sdp));
    this.report({ name: hold ? "hold" : "unhold", call: call.id });
  }

  /** A blind transfer: the other number is "called" by the same script, and the result is notified. */
  private referred(call: Call, request: SipMessage): void {
    const target = userOf(uriOf(request.header("Refer-To")));
    this.send(reply(request, 202, "", [this.contact()]));
    this.report({ name: "transfer", call: call.id, target });
    this.notify(call, 100, "active;expires=60");
    const outcome = outcomeOf(target);
    const status = outcome.kind === "reject" ? outcome.status : 200;
    this.later(call, TRANSFER_MS, () => this.notify(call, status, "terminated;reason=noresource"));
  }

  private notify(call: Call, status: number, subscription: string): void {
    call.cseq += 1;
    const headers: Header[] = [
      this.contact(),
      ["Event", "refer"],
      ["Subscription-State", subscription],
      ["Content-Type", "message/sipfrag"],
    ];
    this.send(this.request(call, "NOTIFY", headers, `${statusLine(status)}\r\n`));
  }

  /** The page's answers to the far end's INVITE. Those to BYE, CANCEL and NOTIFY need nothing. */
  private async onResponse(response: SipMessage): Promise<void> {
    const call = this.calls.get(response.callId);
    if (response.method !== "INVITE" || response.status < 200 || !call?.outgoing) return;
    call.remote = response.header("To");
    if (response.status >= 300) {
      // Its ACK belongs to the INVITE's transaction.
      this.send(this.request(call, "ACK", [], "", call.invite.header("Via")));
      return this.over(call, response.status === 487 ? "cancelled" : "rejected");
    }
    call.target = uriOf(response.header("Contact")) || call.target;
    this.send(this.request(call, "ACK"));
    if (call.state !== "ringing") return; // a 200 sent again
    call.state = "up";
    await call.media?.accept("answer", response.body);
    this.up(call);
  }

  private up(call: Call): void {
    this.report({ name: "answered", call: call.id });
    const check = (): void => {
      const { media, state } = call;
      if (!media || state !== "up") return;
      if (/^(connected|completed)$/.test(media.pc.iceConnectionState)) return;
      const sent = this.options.onDirect?.(call.id, media.out.stream);
      if (sent) media.hear(sent);
      this.report({ name: "direct", call: call.id });
    };
    window.setTimeout(check, this.options.direct ? 0 : ICE_MS);
  }

  private request(
    call: Call,
    method: string,
    extra: readonly Header[] = [],
    body = "",
    via = "",
  ): SipMessage {
    const headers: Header[] = [
      ["Via", via || `SIP/2.0/WS ${this.domain};branch=z9hG4bK${token()}`],
      ["Max-Forwards", "70"],
      ["From", call.local],
      ["To", call.remote],
      ["Call-ID", call.id],
      ["CSeq", `${call.cseq} ${method}`],
      ...extra,
    ];
    return new SipMessage(`${method} ${call.target} SIP/2.0`, headers, body);
  }

  private contact(): Header {
    return ["Contact", `<sip:practice@${this.domain};transport=ws>`];
  }

  private withSdp(): readonly Header[] {
    return [this.contact(), ["Content-Type", "application/sdp"]];
  }

  private newMedia(echo: boolean): PracticeMedia {
    return new PracticeMedia(this.options.audio, echo, !!this.options.direct);
  }

  private over(call: Call, why: Why): void {
    call.state = "over";
    for (const timer of call.timers) window.clearTimeout(timer);
    call.media?.close();
    this.calls.delete(call.id);
    this.report({ name: "ended", call: call.id, why });
  }

  private later(call: Call, ms: number, act: () => void | Promise<void>): void {
    const timer = window.setTimeout(() => {
      call.timers.length = 0;
      void act();
    }, ms);
    call.timers.splice(0, call.timers.length, timer);
  }

  private send(message: SipMessage): void {
    this.deliver(message.toString());
  }

  private report(event: PracticeEvent): void {
    this.options.onEvent?.(event);
  }
}
