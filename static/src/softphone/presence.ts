/** `<presence-menu>`: what the agent does now, for how long, and where to go from it. A thin skin of the page's phone. */
import { copyOf, fill, show } from "./bind";
import { type Desk, desk } from "./desk";
import { view } from "./view";

class PresenceMenu extends HTMLElement {
  private desk: Desk | null = null;
  private listed = "";

  connectedCallback(): void {
    const found = desk();
    this.hidden = typeof found === "string";
    if (typeof found === "string" || this.desk) return;
    this.desk = found;
    this.addEventListener("click", (event) => this.clicked(event));
    found.subscribe(() => this.render());
  }

  private render(): void {
    if (!this.desk) return;
    const { phone, info, breaks } = this.desk;
    const base = view(phone.state, info, phone.now());
    const on = info.presence?.state === "break" ? info.presence.reason : null;
    const reason = breaks.find(({ code }) => code === on)?.label ?? "";
    const seat = reason || base.texts["presence"] || "Offline";
    this.hidden = base.flags.has("absent");
    show(this, { ...base, texts: { ...base.texts, seat } });
    this.clock();
    this.listBreaks();
  }

  /** The page's own timer moves both, by the server's clock. */
  private clock(): void {
    const { presence } = this.desk?.info ?? {};
    const since = this.querySelector<HTMLElement>("[data-seat-since]");
    if (since && presence && since.dataset["since"] !== presence.since) {
      since.dataset["since"] = presence.since;
    }
    const overrun = this.querySelector<HTMLElement>("[data-seat-overrun]");
    if (!overrun) return;
    if (presence?.break_until) overrun.dataset["after"] = presence.break_until;
    else {
      delete overrun.dataset["after"];
      overrun.hidden = true;
    }
  }

  private listBreaks(): void {
    const breaks = this.desk?.breaks ?? [];
    const wanted = JSON.stringify(breaks);
    if (wanted === this.listed) return;
    this.listed = wanted;
    const rows = breaks.flatMap(({ code, label, limit_s }) => {
      const row = copyOf(this, "break");
      const button = row?.querySelector("button");
      if (!row || !button) return [];
      button.dataset["reason"] = code;
      fill(row, { label, limit: limit_s ? `${Math.round(limit_s / 60)} min` : "" });
      return [row];
    });
    this.querySelector('[data-list="breaks"]')?.replaceChildren(...rows);
  }

  private clicked(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-presence]");
    const found = this.desk;
    if (!button || !found) return;
    const { phone } = found;
    const actions: Readonly<Record<string, () => unknown>> = {
      ready: () => this.ready(found),
      break: () =>
        phone.input({ type: "leave", to: "break", reason: button.dataset["reason"] ?? "" }),
      offline: () => phone.input({ type: "leave", to: "offline", reason: "" }),
      "take-over": () => found.takeOver(),
      lead: () => found.lead(),
    };
    actions[button.dataset["presence"] ?? ""]?.();
    this.shut();
  }

  /** Without a campaign chosen before, the desktop is where to choose one. */
  private ready(found: Desk): void {
    if (found.campaigns.length) void found.ready(found.campaigns);
    else location.assign("/dial/");
  }

  private shut(): void {
    const menu = this.querySelector("details");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
}

if (!customElements.get("presence-menu")) customElements.define("presence-menu", PresenceMenu);
