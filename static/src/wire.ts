/** One request to the server, its answer as data, and how long to wait before the next try. */

export interface Request {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  /** Bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The call's upload token: then no cookie goes along. */
  readonly token?: string;
  /** May outlive the page; small bodies only. */
  readonly keepalive?: boolean;
}

export interface Answer {
  /** HTTP status; 0 where none came. */
  readonly status: number;
  readonly body: unknown;
}

export type Send = (request: Request) => Promise<Answer>;

export const ok = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Whether the same request may succeed later: no answer, too early, too many, or the server's own trouble. */
export const later = ({ status }: Answer): boolean =>
  status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;

export function codeOf({ status, body }: Answer): string {
  const code = (body as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : `http_${status}`;
}

export function messageOf({ status, body }: Answer): string {
  const message = (body as { message?: unknown } | null)?.message;
  if (typeof message === "string" && message) return message;
  return status === 0 ? "The server could not be reached." : `The server answered ${status}.`;
}

/** Milliseconds before try number `tries` + 1: doubling up to the most, and never two pages in step. */
export function backoff(
  tries: number,
  mostMs = 30_000,
  random: () => number = anyFraction,
): number {
  return Math.min(mostMs, 500 * 2 ** tries) * (0.5 + random() / 2);
}

const anyFraction = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
