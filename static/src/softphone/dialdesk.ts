/**
 * `<dial-desk>`: the agent's desktop. The call itself lives in the dock's phone; this page shows it, and may come and go
 * while it runs.
 */
import htmx from "htmx.org";
import { copyOf, fill, show } from "./bind";
import { type Desk, desk } from "./desk";
import { customFacts, leadTexts } from "./leadview";
import type { DispositionChoice } from "./messages";
import { choice } from "./moves/wrapup";
import { instantIn, wallIn } from "./numbers";
import { choicesOf } from "./results";
import { pressOf, resultOf } from "./shortcuts";
import { type LiveCall, TALKING } from "./state";
import { canChoose, view } from "./view";

const DAY_MS = 86_400_000;

class DialDesk extends HTMLElement {
  private desk: Desk | null = null;
  private stop: (() => void) | null = null;
  private lead = "";
  private over = "";
  private firstCall = false;

  connectedCallback(): void {
    const found = desk();
    // The dock says why there is no phone.
    if (typeof found === "string") return;
    this.desk = found;
    this.checkCampaigns(found.campaigns);
    this.addEventListener("click", this.clicked);
    this.addEventListener("input", this.typed);
    this.addEventListener("submit", this.submitted);
    this.addEventListener("keydown", this.pressed);
    this.stop = found.subscribe(() => this.render());
  }

  disconnectedCallback(): void {
    this.stop?.();
    this.stop = null;
  }

  private render(): void {
    if (!this.desk) return;
    const { phone, info } = this.desk;
    const { state } = phone;
    const base = view(state, info, phone.now());
    const chosen = this.chosen();
    const checked = this.checkedCampaigns().length > 0;
    const local: Readonly<Record<string, boolean>> = {
      card: state.call !== null && state.phase !== "incoming" && state.phase !== "opening",
      callback: chosen?.callback ?? false,
      custom: customFacts(state.call?.record?.lead).length > 0,
      checked,
      "first-call": this.firstCall,
      "has-limit": base.texts["wrap-up-left"] !== "",
    };
    const texts: Readonly<Record<string, string>> = {
      ...base.texts,
      ...leadTexts(state, phone.now()),
    };
    // A text that is there is a flag of its own.
    const told = ["email", "remarks", "script", "zone", "caller-id"].filter((name) => texts[name]);
    const extra = [...Object.keys(local).filter((name) => local[name]), ...told];
    show(this, { ...base, flags: new Set([...base.flags, ...extra]), texts });
    this.showLead();
    this.showResults();
    this.showDraft();
    this.focusWrapUp();
  }

  /** What changes with the call, not with each second. */
  private showLead(): void {
    const call = this.desk?.phone.state.call ?? null;
    const known = call?.record ? call.id : "";
    if (known === this.lead) return;
    this.lead = known;
    this.showCustom();
    this.listResults();
    const note = this.note();
    if (note) note.value = call?.draft.note ?? "";
    void this.showHistory(call);
  }

  /** The fragment that the history page fetches for itself, without the call in hand. */
  private async showHistory(call: LiveCall | null): Promise<void> {
    const history = this.querySelector<HTMLElement>("#history-rows");
    this.firstCall = false;
    if (!history || !call?.record?.lead) return void history?.replaceChildren();
    const path = `${this.dataset["history"]}?number=${encodeURIComponent(call.number)}`;
    await htmx.ajax("get", path, { target: history, swap: "outerHTML", source: history });
    const rows = this.querySelector("#history-rows");
    rows?.querySelector(`a[href*="${call.id}"]`)?.closest("tr")?.remove();
    this.firstCall = !rows?.querySelector("tbody tr");
    if (this.firstCall) rows?.replaceChildren();
    this.render();
  }

  private showCustom(): void {
    const rows = customFacts(this.desk?.phone.state.call?.record?.lead).flatMap((fact) => {
      const row = copyOf(this, "fact");
      if (row) fill(row, { name: fact.name, value: fact.value });
      return row ? [row] : [];
    });
    this.querySelector('[data-list="custom"]')?.replaceChildren(...rows);
  }

  private listResults(): void {
    const state = this.desk?.phone.state;
    const rows = (state ? choicesOf(state) : []).flatMap((one) => {
      const button = copyOf(this, "result");
      if (!button) return [];
      fill(button, { label: one.label, key: one.key.toUpperCase() });
      button.dataset["result"] = one.code;
      button.title = one.label;
      if (one.success) button.querySelector("[data-slot=label]")?.classList.add("font-medium");
      const key = button.querySelector<HTMLElement>('[data-slot="key"]');
      if (key) key.hidden = !one.key;
      return [button];
    });
    this.querySelector('[data-list="results"]')?.replaceChildren(...rows);
  }

  private showResults(): void {
    const state = this.desk?.phone.state;
    const chosen = state?.call?.draft.disposition ?? null;
    for (const button of this.querySelectorAll<HTMLButtonElement>("[data-result]")) {
      button.ariaPressed = String(button.dataset["result"] === chosen);
      button.disabled = !state || !canChoose(state) || Boolean(state.call?.saving);
    }
  }

  /** The time of a callback, once one is needed: tomorrow at ten, where the lead is. */
  private showDraft(): void {
    const { phone } = this.desk ?? {};
    const call = phone?.state.call;
    const field = this.querySelector<HTMLInputElement>("[data-callback]");
    if (!phone || !call || !field || !this.chosen()?.callback || call.draft.callbackAt) return;
    const tomorrow = wallIn(this.zone(), phone.now() + DAY_MS).slice(0, 10);
    field.value = `${tomorrow}T10:00`;
    this.keepCallback(field.value);
  }

  /** The keys of the results work as soon as the call is over, unless the agent is typing. */
  private focusWrapUp(): void {
    const state = this.desk?.phone.state;
    const over = state?.phase === "wrap_up" ? (state.call?.id ?? "") : "";
    if (over === this.over) return;
    this.over = over;
    const focused = document.activeElement;
    const free = !focused || focused === document.body || focused.matches("main, button, a");
    if (!over || !free) return;
    this.wrapUp()?.focus({ preventScroll: true });
    this.wrapUp()?.scrollIntoView({ block: "nearest" });
  }

  private readonly clicked = (event: Event): void => {
    const element = event.target as Element;
    const result = element.closest<HTMLElement>("[data-result]")?.dataset["result"];
    if (result) return this.choose(result);
    const action = element.closest<HTMLElement>("[data-desk]")?.dataset["desk"];
    const phone = this.desk?.phone;
    if (!action || !phone) return;
    if (action === "dial-now") phone.input({ type: "dialNow" });
    if (action === "skip") phone.input({ type: "skip" });
    if (action === "pause") phone.input({ type: "pause" });
    if (action === "resume") phone.input({ type: "resume" });
    if (action === "hang-up") phone.input({ type: "hangUp" });
    if (action === "save") phone.input({ type: "save" });
    if (action === "finish") phone.input({ type: "finish" });
  };

  private readonly typed = (event: Event): void => {
    const field = event.target as HTMLInputElement | HTMLTextAreaElement;
    if (field.matches("[data-note]")) {
      this.desk?.phone.input({ type: "draft", draft: { note: field.value } });
    } else if (field.matches("[data-callback]")) this.keepCallback(field.value);
    else this.render();
  };

  private readonly submitted = (event: Event): void => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-start]")) return;
    event.preventDefault();
    void this.desk?.ready(this.checkedCampaigns());
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    const state = this.desk?.phone.state;
    if (!state || !canChoose(state)) return;
    const inside = this.wrapUp()?.contains(document.activeElement);
    if (!inside) return;
    if (event.key === "Enter" && (event.ctrlKey || document.activeElement === this.wrapUp())) {
      event.preventDefault();
      return this.desk?.phone.input({ type: "save" });
    }
    const result = resultOf(pressOf(event), choicesOf(state));
    if (!result) return;
    event.preventDefault();
    this.choose(result);
    this.wrapUp()?.focus();
  };

  /** Chosen once it is marked; chosen again it is saved. */
  private choose(code: string): void {
    const phone = this.desk?.phone;
    const state = phone?.state;
    if (!phone || !state || !canChoose(state)) return;
    const again = state.call?.draft.disposition === code;
    if (again && !TALKING.has(state.phase)) return phone.input({ type: "save" });
    phone.input({ type: "draft", draft: { disposition: again ? null : code } });
  }

  private keepCallback(wall: string): void {
    const callbackAt = instantIn(this.zone(), wall);
    this.desk?.phone.input({ type: "draft", draft: { callbackAt } });
  }

  private chosen(): DispositionChoice | undefined {
    const call = this.desk?.phone.state.call;
    return call ? choice(call, call.draft.disposition) : undefined;
  }

  /** Where the lead's clock is; without one, the agent's own. */
  private zone(): string {
    const lead = this.desk?.phone.state.call?.record?.lead;
    return lead?.timezone || this.desk?.info.zone || "UTC";
  }

  private checkCampaigns(ids: readonly number[]): void {
    const boxes = [...this.campaignBoxes()];
    for (const box of boxes) box.checked = ids.includes(Number(box.value));
    const [only] = boxes;
    if (boxes.length === 1 && only) only.checked = true;
  }

  private checkedCampaigns(): number[] {
    return [...this.campaignBoxes()].filter(({ checked }) => checked).map(({ value }) => +value);
  }

  private campaignBoxes(): NodeListOf<HTMLInputElement> {
    return this.querySelectorAll<HTMLInputElement>('input[name="campaigns"]');
  }

  private wrapUp(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[data-wrap-up]");
  }

  private note(): HTMLTextAreaElement | null {
    return this.querySelector<HTMLTextAreaElement>("[data-note]");
  }
}

if (!customElements.get("dial-desk")) customElements.define("dial-desk", DialDesk);
