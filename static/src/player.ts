/**
 * `<audio-player src duration peaks>`: a recording with its waveform, by mouse and keyboard.
 * `duration` in milliseconds, `peaks` as 0..255 with commas; children (a download) stay at the end.
 */

import WaveSurfer from "wavesurfer.js";
import { clock } from "./timers";

const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageDown: -30,
  PageUp: 30,
};

class AudioPlayer extends HTMLElement {
  private wave: WaveSurfer | undefined;
  private readonly play = button("Play", "btn-primary btn-circle", shape("player-play"));
  private readonly shape = document.createElement("div");
  private readonly time = document.createElement("span");
  private readonly speed = button("Speed 1×", "btn-ghost tnum", "1×");
  private readonly redraw = (): void => this.wave?.setOptions(colors());

  connectedCallback(): void {
    if (this.wave) return;
    const given = [...this.children].filter((child) => !child.hasAttribute("data-player"));
    this.className = "flex flex-wrap items-center gap-x-3 gap-y-2";
    this.shape.className = "min-w-40 flex-1 cursor-pointer rounded-field";
    this.time.className = "tnum text-xs text-base-content/70 whitespace-nowrap";
    const own = [this.play, this.shape, this.time, this.speed];
    for (const element of own) element.setAttribute("data-player", "");
    this.replaceChildren(...own, ...given);
    this.wave = this.made();
    this.listen(this.wave);
    this.show(0);
    document.addEventListener("themechange", this.redraw);
  }

  disconnectedCallback(): void {
    document.removeEventListener("themechange", this.redraw);
    this.wave?.destroy();
    this.wave = undefined;
  }

  private get seconds(): number {
    return Number(this.getAttribute("duration") ?? 0) / 1000;
  }

  private made(): WaveSurfer {
    return WaveSurfer.create({
      container: this.shape,
      height: 48,
      barWidth: 2,
      barGap: 2,
      barRadius: 2,
      normalize: true,
      url: this.getAttribute("src") ?? "",
      duration: this.seconds,
      peaks: [peaksOf(this.getAttribute("peaks") ?? "")],
      backend: "MediaElement",
      cspNonce: document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "",
      ...colors(),
    });
  }

  private listen(wave: WaveSurfer): void {
    wave.on("timeupdate", (at) => this.show(at));
    wave.on("play", () => this.playing(true));
    wave.on("pause", () => this.playing(false));
    wave.on("error", () => {
      this.time.textContent = "The recording could not be loaded.";
    });
    this.play.onclick = () => void wave.playPause();
    this.speed.onclick = () => this.faster(wave);
    this.shape.role = "slider";
    this.shape.tabIndex = 0;
    this.shape.ariaLabel = "Position in the recording";
    this.shape.ariaValueMin = "0";
    this.shape.ariaValueMax = String(Math.round(this.seconds));
    this.shape.onkeydown = (event) => this.pressed(event, wave);
  }

  private show(at: number): void {
    this.time.textContent = `${clock(at * 1000)} / ${clock(this.seconds * 1000)}`;
    this.shape.ariaValueNow = String(Math.round(at));
    this.shape.ariaValueText = `${clock(at * 1000)} of ${clock(this.seconds * 1000)}`;
  }

  private playing(on: boolean): void {
    this.play.ariaLabel = on ? "Pause" : "Play";
    this.play.replaceChildren(shape(on ? "player-pause" : "player-play"));
  }

  private faster(wave: WaveSurfer): void {
    const next = SPEEDS[(SPEEDS.indexOf(wave.getPlaybackRate()) + 1) % SPEEDS.length] ?? 1;
    wave.setPlaybackRate(next, true);
    this.speed.textContent = `${next}×`;
    this.speed.ariaLabel = `Speed ${next}×`;
  }

  private pressed(event: KeyboardEvent, wave: WaveSurfer): void {
    const step = STEPS[event.key];
    if (step !== undefined) wave.skip(step);
    else if (event.key === "Home") wave.setTime(0);
    else if (event.key === "End") wave.setTime(this.seconds);
    else if (event.key === " ") void wave.playPause();
    else return;
    event.preventDefault();
  }
}

/** 0..255 from the server, as 0..1; a flat line without them. */
function peaksOf(text: string): number[] {
  const peaks = text.split(",").filter(Boolean).map(Number);
  return peaks.length ? peaks.map((peak) => peak / 255) : [0, 0];
}

type Icon = "player-play" | "player-pause";
const ICONS: Readonly<Record<Icon, string>> = {
  "player-play": "icon-[tabler--player-play-filled]",
  "player-pause": "icon-[tabler--player-pause-filled]",
};

function shape(name: Icon): HTMLElement {
  const element = document.createElement("span");
  element.className = `icon-base ${ICONS[name]}`;
  element.ariaHidden = "true";
  return element;
}

function button(label: string, classes: string, content: Node | string): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = `btn btn-sm ${classes}`;
  element.ariaLabel = label;
  element.append(content);
  return element;
}

function colors(): { waveColor: string; progressColor: string; cursorColor: string } {
  const css = getComputedStyle(document.documentElement);
  const of = (name: string): string => css.getPropertyValue(name).trim();
  return {
    // Opaque, because the played part is drawn through it.
    waveColor: `color-mix(in oklab, ${of("--color-base-content")} 30%, ${of("--color-base-100")})`,
    progressColor: of("--color-primary"),
    cursorColor: of("--color-primary"),
  };
}

customElements.define("audio-player", AudioPlayer);
