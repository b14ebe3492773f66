/**
 * `<call-line data-door data-name>`: a person's own line to a call that they took over from a voice.
 *
 * Whoever moves on to another page of the house takes it along: it floats there, and comes back to
 * its place with the page of the call. Leaving the house asks first.
 */

import { api } from "../api";
import { Sound } from "../softphone/audio";
import { actionOf, pressOf } from "../softphone/shortcuts";
import { type Door, Line } from "./line";
import { isOn, isOver, type LineState, shown } from "./state";

/** The line that is open in this document; there is one at most. */
let open: CallLine | undefined;

class CallLine extends HTMLElement {
  private readonly sound = new Sound();
  private readonly line = new Line({
    microphone: async () => (await this.sound.open()).stream,
    release: () => this.sound.close(),
    door: () => api<Door>("POST", this.door),
    join: async (door, stream, tell) => {
      const [{ join }, { output }] = await Promise.all([import("./room"), this.sound.devices()]);
      return join(door, stream, output, tell);
    },
    changed: (state) => this.show(state),
  });

  get door(): string {
    return this.dataset["door"] ?? "";
  }

  connectedCallback(): void {
    if (open && open !== this && open.door === this.door && !isOver(open.line.state)) {
      // The same call: the line that is open goes on, in this one's place.
      this.replaceWith(open);
      return;
    }
    this.toggleAttribute("data-floating", !document.getElementById("page")?.contains(this));
    this.show(this.line.state);
    if (open === this) return;
    void open?.close();
    open = this;
    this.addEventListener("click", this.clicked);
    document.addEventListener("keydown", this.pressed);
    window.addEventListener("beforeunload", this.leaving);
    window.addEventListener("pagehide", this.left);
    document.addEventListener("session-revoked", this.left);
    void this.line.begin();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected || open !== this) return;
      if (!isOn(this.line.state)) return void this.close();
      document.body.append(this);
      // It was thrown away with the page that it stood on.
      window.htmx.process(this);
    });
  }

  private async close(): Promise<void> {
    if (open === this) open = undefined;
    document.removeEventListener("keydown", this.pressed);
    window.removeEventListener("beforeunload", this.leaving);
    window.removeEventListener("pagehide", this.left);
    document.removeEventListener("session-revoked", this.left);
    delete document.documentElement.dataset["joined"];
    await this.line.end();
    if (this.hasAttribute("data-floating")) this.remove();
  }

  private readonly clicked = (event: Event): void => {
    const action = (event.target as Element).closest<HTMLElement>("[data-line]")?.dataset["line"];
    if (action === "mute") void this.line.mute(!this.line.state.muted);
    else if (action === "rejoin") void this.line.begin();
    else if (action === "sound") void this.line.play();
  };

  private readonly pressed = (event: KeyboardEvent): void => {
    const action = isOn(this.line.state) ? actionOf(pressOf(event)) : null;
    if (action === "mute") void this.line.mute(!this.line.state.muted);
    else if (action === "hang-up") this.piece<HTMLFormElement>("hang-up")?.requestSubmit();
    else return;
    event.preventDefault();
  };

  private readonly leaving = (event: BeforeUnloadEvent): void => {
    if (isOn(this.line.state)) event.preventDefault();
  };

  /** Without the page, or without a login, nobody is on the line. */
  private readonly left = (): void => void this.line.end();

  private piece<T extends HTMLElement = HTMLElement>(name: string): T | null {
    return this.querySelector<T>(`[data-line="${name}"]`);
  }

  private show(state: LineState): void {
    const { words, tone, mute, rejoin, sound, giveBack } = shown(state, this.dataset["name"] ?? "");
    document.documentElement.toggleAttribute("data-joined", isOn(state));
    const floating = this.hasAttribute("data-floating");
    const visible = { mute, rejoin, sound, back: floating, "give-back": giveBack };
    for (const [name, on] of Object.entries({ ...visible, "hang-up": floating && isOn(state) })) {
      const part = this.piece(name);
      if (part) part.hidden = !on;
    }
    this.dataset["tone"] = tone;
    this.dataset["phase"] = state.phase;
    const said = this.piece("words");
    if (said && said.textContent !== words) said.textContent = words;
    const button = this.piece("mute");
    if (button) button.ariaPressed = String(state.muted);
  }
}

customElements.define("call-line", CallLine);
