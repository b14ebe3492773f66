/** `<audio-player src duration peaks>`: a recording with its waveform, by mouse and keyboard. */

import WaveSurfer from "wavesurfer.js";
import { clock } from "./timers";

const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const SKIP_S = 5;

class AudioPlayer extends HTMLElement {
  private wave: WaveSurfer | undefined;
  private readonly redraw = (): void => this.wave?.setOptions(colors());

  connectedCallback(): void {
    if (this.wave) return;
    const download = [...this.children];
    const seconds = Number(this.getAttribute("duration")) / 1000;
    const play = button("Play", "icon-[tabler--player-play]", "btn-primary btn-circle");
    const shape = document.createElement("div");
    shape.className = "min-w-0 flex-1 cursor-pointer";
    const time = document.createElement("span");
    time.className = "tnum text-xs text-base-content/70 whitespace-nowrap";
    const speed = button("Speed", "", "btn-ghost tnum");
    speed.textContent = "1×";
    this.className = "flex flex-wrap items-center gap-3";
    this.replaceChildren(play, shape, time, speed, ...download);
    this.wave = WaveSurfer.create({
      container: shape,
      height: 48,
      barWidth: 2,
      barGap: 2,
      barRadius: 2,
      normalize: true,
      url: this.getAttribute("src") ?? "",
      duration: seconds,
      peaks: [this.peaks()],
      backend: "MediaElement",
      cspNonce: document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "",
      ...colors(),
    });
    this.connect(this.wave, play, speed, time, seconds);
    document.addEventListener("themechange", this.redraw);
  }

  disconnectedCallback(): void {
    document.removeEventListener("themechange", this.redraw);
    this.wave?.destroy();
    this.wave = undefined;
  }

  private connect(
    wave: WaveSurfer,
    play: HTMLButtonElement,
    speed: HTMLButtonElement,
    time: HTMLElement,
    seconds: number,
  ): void {
    const show = (at: number): void => {
      time.textContent = `${clock(at * 1000)} / ${clock(seconds * 1000)}`;
    };
    const state = (playing: boolean): void => {
      play.ariaLabel = playing ? "Pause" : "Play";
      play.firstElementChild?.setAttribute(
        "class",
        `icon-base ${playing ? "icon-[tabler--player-pause]" : "icon-[tabler--player-play]"}`,
      );
    };
    show(0);
    wave.on("timeupdate", show);
    wave.on("play", () => state(true));
    wave.on("pause", () => state(false));
    wave.on("error", () => {
      time.textContent = "The recording could not be loaded.";
    });
    play.addEventListener("click", () => void wave.playPause());
    speed.addEventListener("click", () => {
      const next = SPEEDS[(SPEEDS.indexOf(wave.getPlaybackRate()) + 1) % SPEEDS.length] ?? 1;
      wave.setPlaybackRate(next, true);
      speed.textContent = `${next}×`;
    });
    this.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft") wave.skip(-SKIP_S);
      else if (event.key === "ArrowRight") wave.skip(SKIP_S);
      else return;
      event.preventDefault();
    });
  }

  /** 0..255 from the server, as 0..1; a flat line without them. */
  private peaks(): number[] {
    const given = (this.getAttribute("peaks") ?? "").split(",").filter(Boolean).map(Number);
    return given.length ? given.map((peak) => peak / 255) : [0, 0];
  }
}

function button(label: string, icon: string, classes: string): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = `btn btn-sm ${classes}`;
  element.ariaLabel = label;
  if (icon) {
    const shape = document.createElement("span");
    shape.className = `icon-base ${icon}`;
    shape.ariaHidden = "true";
    element.append(shape);
  }
  return element;
}

function colors(): { waveColor: string; progressColor: string; cursorColor: string } {
  const css = getComputedStyle(document.documentElement);
  const of = (name: string): string => css.getPropertyValue(name).trim();
  return {
    waveColor: of("--color-base-300"),
    progressColor: of("--color-primary"),
    cursorColor: of("--color-primary"),
  };
}

customElements.define("audio-player", AudioPlayer);
