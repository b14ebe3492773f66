/** `<softphone-dock>`: the phone beside every page. A thin skin: what it shows is `view`, what it does is an input. */
import { copyOf, fill, show } from "./bind";
import { type Desk, desk } from "./desk";
import { showDevices } from "./devices";
import "./dialdesk";
import type { RecentCall } from "./messages";
import { halted } from "./moves/auto";
import { dialable, shown } from "./numbers";
import { fillResults } from "./results";
import { server } from "./server";
import { actionOf, pressOf, SHORTCUTS } from "./shortcuts";
import { view } from "./view";

const NUMBER = "dialer-number";
const LEVEL_MS = 100;

class SoftphoneDock extends HTMLElement {
  private desk: Desk | null = null;
  private recent: readonly RecentCall[] = [];
  private keys = false;
  private busy = false;
  private lastCall = "";
  private stop: (() => void) | null = null;

  connectedCallback(): void {
    if (this.stop) return;
    const found = desk();
    if (typeof found === "string") {
      const texts = { problem: found, line: "Off" };
      show(this, { flags: new Set(["problem", "line-offline"]), texts, values: {} });
      this.stop = () => undefined;
      return;
    }
    this.desk = found;
    this.stop = found.subscribe(() => this.render());
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    this.addEventListener("change", (event) => this.changed(event));
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("htmx:afterSettle", () => this.render());
    this.field("number")?.addEventListener("input", () => this.keepNumber());
    const field = this.field("number");
    if (field) field.value = localStorage.getItem(NUMBER) ?? "";
    this.listShortcuts();
    void this.fetchRecent();
    setInterval(() => this.levels(), LEVEL_MS);
  }

  private render(): void {
    if (!this.desk) return;
    const { phone, info, campaigns } = this.desk;
    const { flags, texts, values } = view(phone.state, info, phone.now());
    this.hidden = flags.has("absent");
    const local: Readonly<Record<string, boolean>> = {
      keys: this.keys && phone.state.phase === "in_call",
      campaigns: campaigns.length > 0,
      recent: this.recent.length > 0,
      redial: this.recent.some(({ direction }) => direction === "outbound"),
      "has-desktop": document.querySelector("dial-desk") !== null,
      "output-choice": "setSinkId" in HTMLMediaElement.prototype,
      "has-limit": texts["wrap-up-left"] !== "",
    };
    const extra = Object.keys(local).filter((name) => local[name]);
    show(this, { flags: new Set([...flags, ...extra]), texts, values });
    fillResults(this.querySelector("[data-results]"), phone.state);
    this.afterCall(phone.state.call?.id ?? "");
  }

  /** The list of recent calls changes when a call has gone. */
  private afterCall(call: string): void {
    if (this.lastCall && this.lastCall !== call) void this.fetchRecent();
    if (!call) this.keys = false;
    this.lastCall = call;
  }

  private clicked(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-phone]");
    if (button) this.act(button.dataset["phone"] ?? "", button);
  }

  /** One entry per button and shortcut. */
  private act(action: string, button: HTMLElement | null = null): void {
    const found = this.desk;
    if (!found) return;
    const { phone } = found;
    const { phase, call } = phone.state;
    const actions: Readonly<Record<string, () => unknown>> = {
      toggle: () => this.toggle(),
      "take-over": () => found.takeOver(),
      start: () => found.ready(found.campaigns),
      pause: () => phone.input({ type: halted(phone.state) ? "resume" : "pause" }),
      resume: () => phone.input({ type: "resume" }),
      skip: () => phone.input({ type: "skip" }),
      "dial-now": () => phone.input({ type: "dialNow" }),
      lead: () => void found.lead(),
      call: () => (phase === "incoming" ? this.act("answer") : this.dial()),
      answer: () => phone.input({ type: "answer" }),
      reject: () => phone.input({ type: "reject" }),
      "hang-up": () => phone.input({ type: phase === "incoming" ? "reject" : "hangUp" }),
      mute: () => phone.input({ type: "mute", on: !call?.muted }),
      hold: () => phone.input({ type: "hold", on: phase === "in_call" }),
      save: () => phone.input({ type: "save" }),
      finish: () => phone.input({ type: "finish" }),
      keys: () => this.showKeys(),
      key: () => this.key(button?.dataset["key"] ?? ""),
      erase: () => this.erase(),
      redial: () => this.redial(),
      "call-back": () => this.dial(button?.dataset["number"]),
      "show-transfer": () => this.showTransfer(),
      devices: () => showDevices(this, found),
      "test-ring": () => this.testRing(),
      help: () => this.querySelector<HTMLDialogElement>("#phone-help")?.showModal(),
      results: () => document.querySelector<HTMLElement>("[data-wrap-up]")?.focus(),
      "be-called": () => void found.practice?.call("+12025550143", "Practice caller"),
    };
    actions[action]?.();
  }

  private submitted(event: Event): void {
    const form = event.target as HTMLFormElement;
    const kind = form.dataset["phoneForm"];
    if (!kind) return;
    event.preventDefault();
    if (kind === "call") return this.dial();
    const target = dialable(this.field("target")?.value ?? "");
    this.desk?.phone.input({ type: "transfer", target });
    form.reset();
    form.hidden = true;
  }

  private changed(event: Event): void {
    const element = event.target as HTMLSelectElement;
    if (element.matches("[data-results]")) {
      this.desk?.phone.input({ type: "draft", draft: { disposition: element.value || null } });
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (document.querySelector("dialog[open]")) return;
    const action = actionOf(pressOf(event));
    if (!action) return;
    event.preventDefault();
    this.act(action);
  }

  private dial(number = this.field("number")?.value ?? ""): void {
    const wanted = dialable(number);
    if (!wanted) return void this.field("number")?.focus();
    this.desk?.call(wanted, null);
  }

  private redial(): void {
    const last = this.recent.find(({ direction }) => direction === "outbound");
    if (last) this.dial(last.number);
  }

  private key(key: string): void {
    if (this.desk?.phone.state.call) return this.desk.phone.input({ type: "tone", tone: key });
    const field = this.field("number");
    if (!field) return;
    field.value += key;
    this.keepNumber();
  }

  private erase(): void {
    const field = this.field("number");
    if (!field) return;
    field.value = field.value.slice(0, -1);
    this.keepNumber();
    field.focus();
  }

  private keepNumber(): void {
    localStorage.setItem(NUMBER, this.field("number")?.value ?? "");
  }

  private showKeys(): void {
    this.keys = !this.keys;
    this.expand("keys", this.keys);
    this.render();
  }

  private showTransfer(): void {
    const form = this.querySelector<HTMLFormElement>("#dock-transfer");
    if (!form) return;
    form.hidden = !form.hidden;
    this.expand("show-transfer", !form.hidden);
    if (!form.hidden) this.field("target")?.focus();
  }

  private toggle(): void {
    const open = this.toggleAttribute("data-open");
    this.expand("toggle", open);
  }

  private expand(action: string, open: boolean): void {
    const button = this.querySelector(`[data-phone="${action}"]`);
    if (button) button.ariaExpanded = String(open);
  }

  private testRing(): void {
    this.desk?.sound.play("ring");
    setTimeout(() => this.desk?.phone.state.phase === "idle" && this.desk.sound.play("none"), 2500);
  }

  private levels(): void {
    const levels = this.desk?.sound.call?.levels();
    if (!levels) return;
    for (const bar of this.querySelectorAll<HTMLProgressElement>("[data-level]")) {
      const level = bar.dataset["level"] === "near" ? levels.near : levels.far;
      // Speech sits low on a linear scale; the root spreads it over the bar.
      bar.value = Math.min(1, Math.sqrt(level) * 1.6);
    }
  }

  private async fetchRecent(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    // The list is a convenience: without it the phone still calls.
    this.recent = await server.recent().catch(() => this.recent);
    this.busy = false;
    this.listRecent();
    this.render();
  }

  private listRecent(): void {
    const timeZone = this.desk?.info.zone ?? "UTC";
    const when = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
    const rows = this.recent.slice(0, 8).flatMap((call) => {
      const row = copyOf(this, "recent");
      if (!row) return [];
      const number = shown(call.number);
      const result = (call.outcome ?? "").replaceAll("_", " ");
      const facts = [call.name ? number : "", result, when.format(Date.parse(call.at))];
      fill(row, { name: call.name || number, detail: facts.filter(Boolean).join(" · ") });
      const direction = row.querySelector<HTMLElement>(`[data-direction="${call.direction}"]`);
      if (direction) direction.hidden = false;
      const button = row.querySelector<HTMLElement>("button");
      if (button) {
        button.dataset["number"] = call.number;
        button.ariaLabel = `Call ${call.name || number}`;
      }
      return [row];
    });
    this.list("recent")?.replaceChildren(...rows);
  }

  private listShortcuts(): void {
    const template = this.querySelector<HTMLTemplateElement>('[data-template="shortcut"]');
    const rows = SHORTCUTS.map((shortcut) => {
      const row = template?.content.cloneNode(true) as DocumentFragment;
      fill(row, { keys: shortcut.shown, does: shortcut.does });
      return row;
    });
    this.list("shortcuts")?.replaceChildren(...rows);
  }

  private list(name: string): HTMLElement | null {
    return this.querySelector(`[data-list="${name}"]`);
  }

  private field(name: string): HTMLInputElement | null {
    return this.querySelector(`input[name="${name}"]`);
  }
}

if (!customElements.get("softphone-dock")) customElements.define("softphone-dock", SoftphoneDock);
