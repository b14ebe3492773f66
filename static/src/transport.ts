/** Requests that run behind the page: they never ask the person anything. */
import { csrfToken, renewQuietly } from "./api";
import type { Answer, Request, Send } from "./wire";

/** By cookie, renewing the session once where it has expired; with a token, without any cookie. */
export const send: Send = async (request) => {
  const answer = await once(request);
  if (answer.status !== 401 || request.token || request.keepalive) return answer;
  return (await renewQuietly().catch(() => false)) ? once(request) : answer;
};

async function once(request: Request): Promise<Answer> {
  const { method, path, body, token, keepalive } = request;
  const raw = body instanceof ArrayBuffer;
  const headers: Record<string, string> = {
    Accept: "application/json",
    ...(body === undefined || raw ? {} : { "Content-Type": "application/json" }),
    ...(token ? { "X-Call-Token": token } : { "X-CSRFToken": csrfToken() }),
    ...request.headers,
  };
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: token ? "omit" : "same-origin",
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      ...(keepalive ? { keepalive } : {}),
    });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch {
    // The browser says no more about a network that is away.
    return { status: 0, body: null };
  }
}
