/**
 * One socket for the page. `<div data-live-topics="org:1:calls call:…">` receives a `live-change`
 * event, at most once a second, when one of its topics has news; write hx-trigger="live-change".
 * Every hint is also a `live-hint` event on the document, for scripts.
 */

import { renewal, renewSession } from "./api";
import HeartbeatWorker from "./heartbeat.worker?worker";
import { closed, type Effect, type Hint, type Incoming, isLost } from "./livestate";
import { receive, START, type Step } from "./livestate";
import { toast } from "./toasts";

const EVERY_MS = 1000;
const BEAT_MS = 15_000;
// The server pings every 15 s; silence for longer than two means that the line is dead.
const SILENCE_MS = 40_000;
// A server that comes back is not asked by all its pages in the same instant.
const SPREAD_MS = 1500;

const page = crypto.randomUUID();
let state = START;
let socket: WebSocket | undefined;
let waiting: number | undefined;
let heard = 0;
let active = false;
let subscribed: string | undefined;
const extra = new Set<string>();

export function startLive(): void {
  connect();
  document.addEventListener("htmx:afterSettle", subscribe);
  document.addEventListener("session-renewed", connectNow);
  window.addEventListener("online", connectNow);
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, () => (active = true), { passive: true, capture: true });
  }
  const worker = new HeartbeatWorker();
  worker.addEventListener("message", beat);
  worker.postMessage(BEAT_MS);
}

/** Topics that are watched whatever page is open, for the dock. */
export function watch(...topics: readonly string[]): void {
  for (const topic of topics) extra.add(topic);
  subscribe();
}

function connect(): void {
  window.clearTimeout(waiting);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opened = new WebSocket(`${scheme}://${location.host}/ws/live/`);
  socket = opened;
  opened.addEventListener("open", () => {
    heard = Date.now();
    subscribed = undefined;
    subscribe();
    beat();
  });
  opened.addEventListener("message", ({ data }) => {
    heard = Date.now();
    take(receive(state, JSON.parse(String(data)) as Incoming));
  });
  opened.addEventListener("close", ({ code }) => {
    if (socket !== opened) return;
    socket = undefined;
    take(closed(state, code, chance()));
  });
}

function connectNow(): void {
  if (!socket) connect();
}

function take(next: Step): void {
  state = next.state;
  if (isLost(state)) document.documentElement.dataset["connection"] = "lost";
  else if (socket) delete document.documentElement.dataset["connection"];
  next.effects.forEach(perform);
}

function perform(effect: Effect): void {
  if (effect.do === "pong") say({ type: "pong" });
  else if (effect.do === "tell") effect.hints.forEach(tell);
  else if (effect.do === "tell-all") setTimeout(tellAll, chance() * SPREAD_MS);
  else if (effect.do === "connect") waiting = window.setTimeout(connect, effect.afterMs);
  else if (effect.do === "renew") void logInAgain();
  else leave(effect.because, effect.said);
}

async function logInAgain(): Promise<void> {
  if (await renewSession({ own: false })) return connectNow();
  if ((await renewal()) === "unreachable") return take(closed(state, 0, chance()));
  // The person has closed the dialog; the page says that it stands still.
  document.documentElement.dataset["connection"] = "over";
}

/** What is on the page is not for whoever comes next; but a running call keeps its page. */
function leave(because: string, said: string): void {
  // Who was logged out by a supervisor has no call any more: the server has ended it.
  if (because === "supervisor") {
    document.dispatchEvent(new CustomEvent("session-revoked"));
    delete document.documentElement.dataset["call"];
  }
  // The page of the login, to which this leads, says the same.
  if (!document.documentElement.dataset["call"]) return location.assign("/");
  toast(said, "error");
  void logInAgain();
}

function tell(hint: Hint): void {
  document.dispatchEvent(new CustomEvent("live-hint", { detail: hint }));
  for (const element of watchers()) {
    if (topicsOf(element).some((topic) => hint.topics.includes(topic))) soon(element);
  }
}

function tellAll(): void {
  for (const element of watchers()) soon(element);
}

const told = new WeakMap<Element, { at: number; timer: number }>();

/** At once, then at most once a second; the last change is never swallowed. */
function soon(element: Element): void {
  const before = told.get(element);
  if (before?.timer) return;
  const wait = before ? Math.max(0, before.at + EVERY_MS - Date.now()) : 0;
  const timer = window.setTimeout(() => {
    told.set(element, { at: Date.now(), timer: 0 });
    element.dispatchEvent(new CustomEvent("live-change", { bubbles: false }));
  }, wait);
  told.set(element, { at: before?.at ?? 0, timer });
}

function watchers(): Element[] {
  return [...document.querySelectorAll("[data-live-topics]")];
}

function topicsOf(element: Element): string[] {
  return (element.getAttribute("data-live-topics") ?? "").split(/\s+/).filter(Boolean);
}

function subscribe(): void {
  const topics = [...new Set([...extra, ...watchers().flatMap(topicsOf)])].sort();
  const wanted = topics.join(" ");
  if (wanted === subscribed || socket?.readyState !== WebSocket.OPEN) return;
  subscribed = wanted;
  say({ type: "subscribe", topics, last: state.last });
}

function beat(): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (Date.now() - heard > SILENCE_MS) {
    socket.close();
    return;
  }
  say({ type: "heartbeat", page, activity: active });
  active = false;
}

function say(message: unknown): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function chance(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
