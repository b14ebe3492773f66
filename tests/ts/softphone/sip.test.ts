import { describe, expect, it, vi } from "vitest";

import { type PracticeEvent, PracticePeer } from "../../../static/src/softphone/practice";
import { reply, SipMessage, uriOf, userOf } from "../../../static/src/softphone/sipmessage";
import { CADENCES, samples } from "../../../static/src/softphone/tones";

const request = (method: string, user: string, headers: readonly string[] = []): string =>
  [
    `${method} sip:${user}@practice.invalid SIP/2.0`,
    "Via: SIP/2.0/WS a.invalid;branch=z9hG4bK1",
    'From: "Agent" <sip:agent@practice.invalid>;tag=abc',
    `To: <sip:${user}@practice.invalid>`,
    "Call-ID: call-1",
    `CSeq: 1 ${method}`,
    "Contact: <sip:x@a.invalid;transport=ws>;+sip.instance=1;expires=120",
    ...headers,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");

function peer() {
  const sent: SipMessage[] = [];
  const events: PracticeEvent[] = [];
  const made = new PracticePeer({ audio: {} as AudioContext, onEvent: (e) => events.push(e) });
  made.deliver = (text) => sent.push(SipMessage.parse(text));
  return { made, sent, events };
}

describe("a SIP message", () => {
  it("is read and written without loss", () => {
    const text = request("INFO", "1002");

    expect(SipMessage.parse(text).toString()).toContain("CSeq: 1 INFO");
    expect(SipMessage.parse(text).method).toBe("INFO");
    expect(userOf(SipMessage.parse(text).uri)).toBe("1002");
  });

  it("counts its body in bytes", () => {
    expect(new SipMessage("OPTIONS x SIP/2.0", [], "é").toString()).toContain("Content-Length: 2");
  });

  it("is answered with what must be copied, and a tag", () => {
    const answer = reply(SipMessage.parse(request("INVITE", "1002")), 180, "tag1");

    expect(answer.status).toBe(180);
    expect(answer.method).toBe("INVITE");
    expect(answer.header("To")).toBe("<sip:1002@practice.invalid>;tag=tag1");
    expect(uriOf('"Ada" <sip:a@b;x>;expires=1')).toBe("sip:a@b;x");
  });
});

describe("the practice line", () => {
  it("registers a page and echoes its contact's parameters", () => {
    const { made, sent, events } = peer();
    made.receive(request("REGISTER", "agent"));

    expect(sent[0]?.status).toBe(200);
    expect(sent[0]?.header("Contact")).toContain("+sip.instance=1;expires=120");
    expect(events).toEqual([{ name: "registered" }]);
  });

  it.each([
    ["+15550001286", 486],
    ["+15550001204", 404],
    ["+15550001203", 603],
  ])("refuses %s with %i", (number, status) => {
    vi.useFakeTimers();
    vi.stubGlobal("window", globalThis);
    const { made, sent } = peer();
    made.receive(request("INVITE", number));
    vi.advanceTimersByTime(3000);
    vi.unstubAllGlobals();
    vi.useRealTimers();

    expect(sent.map((message) => message.status)).toEqual([100, 180, status]);
  });

  it("is told when a ringing call is given up", () => {
    const { made, sent, events } = peer();
    made.receive(request("INVITE", "+15550001280"));
    vi.stubGlobal("window", globalThis);
    made.receive(request("CANCEL", "+15550001280"));
    vi.unstubAllGlobals();

    expect(sent.map((message) => message.status)).toEqual([100, 180, 200, 487]);
    expect(events.at(-1)).toMatchObject({ name: "ended", why: "cancelled" });
  });
});

describe("the telephone's tones", () => {
  it("sound and are silent in turn, within the range of sound", () => {
    const round = samples(CADENCES.busy, 8000);

    expect(round).toHaveLength(8000);
    expect(Math.max(...round.slice(100, 3900))).toBeGreaterThan(0.02);
    expect(Math.max(...round.map(Math.abs))).toBeLessThan(0.1);
    expect(round.slice(4000).every((sample) => sample === 0)).toBe(true);
  });
});
