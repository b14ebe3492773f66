/** `<activity-feed>`: rows that appear as they happen, from `/ws/activity/`. */

import htmx from "htmx.org";
import {
  type Effect,
  type FeedState,
  type Health,
  type Incoming,
  receive,
  type Row,
  troubles,
} from "./feed";
import { backOff } from "./livestate";

// More rows than this make the page slow; it then starts again with the newest.
const MOST_ROWS = 1000;
const SILENCE_MS = 40_000;
const LOOK_MS = 10_000;

class ActivityFeed extends HTMLElement {
  private state: FeedState = { last: 0, seen: new Set() };
  private socket: WebSocket | undefined;
  private tries = 0;
  private heard = 0;
  private again: number | undefined;
  private watch: number | undefined;
  private paused = false;
  private readonly waiting: Row[] = [];

  connectedCallback(): void {
    const ids = [...this.querySelectorAll<HTMLElement>("tr[data-event]")].map(({ dataset }) =>
      Number(dataset["event"]),
    );
    this.state = { last: Number(this.dataset["head"]), seen: new Set(ids) };
    this.addEventListener("click", this.clicked);
    this.watch = window.setInterval(() => this.check(), LOOK_MS);
    this.connect();
  }

  disconnectedCallback(): void {
    clearTimeout(this.again);
    clearInterval(this.watch);
    const { socket } = this;
    this.socket = undefined;
    socket?.close();
  }

  private connect(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/activity/`);
    this.socket = socket;
    this.heard = Date.now();
    socket.addEventListener("message", ({ data }) => {
      if (this.socket === socket) this.take(JSON.parse(String(data)) as Incoming);
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.socket === socket) this.lost(code);
    });
  }

  private lost(code: number): void {
    this.socket = undefined;
    if (code === 4401 || code === 4403) {
      this.line("off", "Not connected");
      return;
    }
    this.line("off", "Connecting again…");
    this.tries += 1;
    this.again = window.setTimeout(() => this.connect(), backOff(this.tries, Math.random()));
  }

  /** A line that has died without a word is hung up, so that the next one can be made. */
  private check(): void {
    if (this.socket && Date.now() - this.heard > SILENCE_MS) {
      const { socket } = this;
      this.lost(1006);
      socket.close();
    }
  }

  private take(message: Incoming): void {
    this.heard = Date.now();
    const next = receive(this.state, message);
    this.state = next.state;
    for (const effect of next.effects) this.perform(effect);
  }

  private perform(effect: Effect): void {
    if (effect.do === "subscribe") this.subscribe(effect.last);
    else if (effect.do === "live") this.live();
    else if (effect.do === "show") this.show(effect.row);
    else if (effect.do === "health") this.health(effect.health);
    else if (effect.do === "metrics") this.metrics(effect.values);
    else if (effect.do === "pong") this.say({ type: "pong" });
    else this.reload();
  }

  private subscribe(last: number): void {
    const filters = (this.dataset["filters"] ?? "").split(" ").filter(Boolean);
    this.say({ type: "set_filters", filters });
    this.say({ type: "subscribe", subscriptions: ["activity", "health", "metrics"], last });
  }

  private say(message: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private live(): void {
    this.tries = 0;
    this.told();
  }

  private show(row: Row): void {
    if (this.paused) {
      this.waiting.push(row);
      this.told();
      return;
    }
    const body = this.querySelector("[data-rows]");
    const shape = this.querySelector("template")?.content.querySelector("tr");
    if (!body || !shape) return;
    if (body.childElementCount > MOST_ROWS) {
      this.reload();
      return;
    }
    const made = shape.cloneNode(true) as HTMLElement;
    this.fill(made, row);
    body.prepend(made);
    this.querySelector("[data-empty]")?.setAttribute("hidden", "");
  }

  private fill(made: HTMLElement, row: Row): void {
    made.dataset["event"] = String(row.id);
    const put = (name: string, text: string): HTMLElement | null => {
      const field = made.querySelector<HTMLElement>(`[data-field="${name}"]`);
      if (field) field.textContent = text;
      return field;
    };
    put("type", row.type)?.setAttribute("data-severity", row.severity);
    put("message", row.message);
    put("actor", row.actor);
    put("details", row.details);
    put("time", this.clock(row.timestamp));
  }

  /** As the server writes times: "3 Dec 10:15:00" in the viewer's zone. */
  private clock(timestamp: string): string {
    const parts = new Intl.DateTimeFormat("en-GB", {
      timeZone: this.dataset["zone"] ?? "UTC",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }).formatToParts(new Date(timestamp));
    const part = (type: string): string => parts.find((found) => found.type === type)?.value ?? "";
    return `${part("day")} ${part("month")} ${part("hour")}:${part("minute")}:${part("second")}`;
  }

  private health(health: Health): void {
    const found = troubles(health);
    this.put("[data-system=status]", health.status[0]?.toUpperCase() + health.status.slice(1));
    this.put("[data-system=trouble]", found.join(" ") || "Nothing");
  }

  private metrics(values: Readonly<Record<string, unknown>>): void {
    for (const field of this.querySelectorAll<HTMLElement>("[data-metric]")) {
      const value = values[field.dataset["metric"] ?? ""];
      if (typeof value !== "number") continue;
      const unit = field.dataset["unit"];
      field.textContent = unit ? `${Math.round(value)} ${unit}` : value.toLocaleString("en");
    }
  }

  private readonly clicked = (event: Event): void => {
    const button = (event.target as Element).closest<HTMLElement>("[data-action=pause-feed]");
    if (!button) return;
    this.paused = !this.paused;
    button.setAttribute("aria-pressed", String(this.paused));
    button.textContent = this.paused ? "Go on" : "Pause";
    if (!this.paused) for (const row of this.waiting.splice(0)) this.show(row);
    this.told();
  };

  private told(): void {
    if (!this.socket) return;
    const count = this.waiting.length;
    if (this.paused) this.line("paused", count ? `Paused, ${count} new` : "Paused");
    else this.line("live", "Live");
  }

  private line(state: string, text: string): void {
    this.querySelector("[data-line=dot]")?.setAttribute("data-state", state);
    this.put("[data-line=text]", text);
  }

  private put(selector: string, text: string): void {
    const field = this.querySelector(selector);
    if (field && field.textContent !== text) field.textContent = text;
  }

  private reload(): void {
    void htmx.ajax("get", location.href, { target: "#page", select: "#page", swap: "outerHTML" });
  }
}

customElements.define("activity-feed", ActivityFeed);
