/**
 * SIP messages as text in and out: only what a peer inside the page needs to talk to JsSIP, which writes every header
 * in its long form on one line. Not a general SIP parser.
 */

export type Header = readonly [name: string, value: string];

export class SipMessage {
  constructor(
    readonly start: string,
    readonly headers: readonly Header[],
    readonly body = "",
  ) {}

  static parse(text: string): SipMessage {
    const gap = text.indexOf("\r\n\r\n");
    const [start = "", ...lines] = (gap < 0 ? text : text.slice(0, gap)).split("\r\n");
    const headers = lines
      .filter((line) => line.includes(":"))
      .map((line): Header => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
      });
    return new SipMessage(start, headers, gap < 0 ? "" : text.slice(gap + 4));
  }

  /** 0 for a request. */
  get status(): number {
    return Number(/^SIP\/2\.0 (\d{3})/.exec(this.start)?.[1] ?? 0);
  }

  /** The request's method; for a response, the method it answers. */
  get method(): string {
    const words = this.status ? this.header("CSeq").split(" ")[1] : this.start.split(" ")[0];
    return words ?? "";
  }

  get uri(): string {
    return this.start.split(" ")[1] ?? "";
  }

  get callId(): string {
    return this.header("Call-ID");
  }

  header(name: string): string {
    return this.all(name)[0] ?? "";
  }

  all(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
  }

  toString(): string {
    // Content-Length counts bytes, not characters.
    const length = String(new TextEncoder().encode(this.body).length);
    const lines = [...this.headers, ["Content-Length", length] as const].map(
      ([key, value]) => `${key}: ${value}`,
    );
    return `${[this.start, ...lines].join("\r\n")}\r\n\r\n${this.body}`;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  100: "Trying",
  180: "Ringing",
  200: "OK",
  202: "Accepted",
  404: "Not Found",
  405: "Method Not Allowed",
  480: "Temporarily Unavailable",
  481: "Call/Transaction Does Not Exist",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  603: "Decline",
};

export const statusLine = (status: number): string =>
  `SIP/2.0 ${status} ${REASONS[status] ?? "Unspecified"}`;

/** The answer to a request: Via, From, To, Call-ID and CSeq are copied (RFC 3261, 8.2.6), To gets our tag. */
export function reply(
  request: SipMessage,
  status: number,
  tag = "",
  extra: readonly Header[] = [],
  body = "",
): SipMessage {
  const to = request.header("To");
  const headers: Header[] = [
    ...request.all("Via").map((via): Header => ["Via", via]),
    ["From", request.header("From")],
    ["To", tag && !tagOf(to) ? `${to};tag=${tag}` : to],
    ["Call-ID", request.callId],
    ["CSeq", request.header("CSeq")],
    ...extra,
  ];
  return new SipMessage(statusLine(status), headers, body);
}

export const token = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(2)), (n) => n.toString(36)).join("");

export const tagOf = (value: string): string => /;tag=([^;\s>]+)/i.exec(value)?.[1] ?? "";

/** `"Ada" <sip:a@b;x>;expires=1` → `sip:a@b;x` */
export const uriOf = (value: string): string =>
  /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0]?.trim() ?? "";

export const userOf = (uri: string): string =>
  decodeURIComponent(/^sips?:([^@;]*)@/.exec(uri)?.[1] ?? "");
