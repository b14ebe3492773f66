/** Talking to the server: CSRF, the error envelope, and one renewal of the session for all tabs. */

import { askForPassword } from "./relogin";

export interface Problem {
  readonly message: string;
  readonly code: string;
  readonly errors: Readonly<Record<string, unknown>>;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: string;
  readonly errors: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    problem: Partial<Problem>,
  ) {
    super(problem.message ?? `The server answered ${status}.`);
    this.code = problem.code ?? `http_${status}`;
    this.errors = problem.errors ?? {};
  }
}

export function csrfToken(cookies: string = document.cookie): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1] ?? "";
}

/** The JSON answer; renews the session once when it has expired. Throws ApiError on a refusal. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response = await send(method, path, body);
  if (response.status === 401 && (await renewSession())) response = await send(method, path, body);
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, answer as Partial<Problem>);
  return answer as T;
}

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const form = body instanceof FormData;
  return fetch(path, {
    method,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...(body === undefined || form ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
}

/** What became of a renewal: only a server that says no means that the login is over. */
export type Renewal = "renewed" | "refused" | "unreachable";

export function renewalOf(status: number): Renewal {
  if (status >= 200 && status < 300) return "renewed";
  return status === 401 || status === 403 ? "refused" : "unreachable";
}

let renewing: Promise<boolean> | undefined;
let refusal = ""; // why, as the server said it
let dismissed = false;

/**
 * Renews the access token; where the login is over, asks for the password over the page. Whoever
 * closed that dialog is asked again by what they do themselves, not by what the page does.
 */
export function renewSession({ own = true } = {}): Promise<boolean> {
  if (!own && dismissed) return renewQuietly();
  renewing ??= renewal()
    .then((became) => (became === "refused" ? ask() : became === "renewed"))
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

async function ask(): Promise<boolean> {
  const renewed = await askForPassword((path, fields) => send("POST", path, fields), refusal);
  dismissed = !renewed;
  return renewed;
}

/** The same for requests behind the page, which ask the person nothing. */
export async function renewQuietly(): Promise<boolean> {
  return (await renewal()) === "renewed";
}

/** One tab at a time asks; the others find a fresh cookie when their turn comes. */
export async function renewal(): Promise<Renewal> {
  const renew = async (): Promise<Renewal> => {
    const response = await send("POST", "/api/auth/refresh").catch(() => undefined);
    if (!response) return "unreachable";
    if (response.ok) await leaveToOwner(response);
    else refusal = await messageOf(response);
    return renewalOf(response.status);
  };
  // Browsers hide the locks from pages that came by plain http from another machine.
  return "locks" in navigator ? navigator.locks.request("dialer-session", renew) : renew();
}

async function messageOf(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return answer.message ?? "";
}

/** Somebody else has logged in since in this browser: their page is not this one. */
async function leaveToOwner(response: Response): Promise<void> {
  const answer = (await response.json().catch(() => ({}))) as { user?: { id?: number } };
  const owner = document.querySelector<HTMLMetaElement>('meta[name="user"]')?.content;
  if (owner && answer.user?.id && String(answer.user.id) !== owner) location.assign("/");
}
