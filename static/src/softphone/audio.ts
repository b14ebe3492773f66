/** The page's sound: one AudioContext, the chosen microphone and loudspeaker, and the telephone's tones. */
import { CallGraph } from "./graph";
import { CADENCES, samples, type Signal } from "./tones";

export interface Microphone {
  readonly stream: MediaStream;
  /** False: the practice line's test tone, for want of a microphone or of leave to use it. */
  readonly real: boolean;
}

export interface Devices {
  readonly inputs: readonly MediaDeviceInfo[];
  readonly outputs: readonly MediaDeviceInfo[];
  readonly input: string;
  readonly output: string;
}

type Preferences = Pick<Storage, "getItem" | "setItem">;

const INPUT = "dialer-microphone";
const OUTPUT = "dialer-loudspeaker";

export class Sound {
  /** Told when devices come and go, or the microphone was changed. */
  onChange: () => void = () => undefined;
  /** Whether a test tone may stand in for the microphone: nobody real is ever sent one. */
  toneAllowed = false;
  private context: AudioContext | null = null;
  private microphone: Microphone | null = null;
  private graph: CallGraph | null = null;
  private signal: AudioBufferSourceNode | null = null;
  private readonly player = new Audio();
  private readonly signalPlayer = new Audio();
  private signalOut: MediaStreamAudioDestinationNode | null = null;

  constructor(private readonly preferences: Preferences = window.localStorage) {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.devicesChanged());
    // A browser lets a page be heard only after the person has touched it.
    for (const gesture of ["pointerdown", "keydown"]) {
      document.addEventListener(gesture, () => void this.wake(), { capture: true, passive: true });
    }
  }

  get audio(): AudioContext {
    this.context ??= new AudioContext();
    return this.context;
  }

  async wake(): Promise<void> {
    if (this.audio.state === "suspended") await this.audio.resume().catch(() => undefined);
  }

  /** Opens the microphone, asking for leave where the browser wants it. Throws where there is none. */
  async open(): Promise<Microphone> {
    await this.wake();
    if (this.microphone && alive(this.microphone.stream)) return this.microphone;
    this.microphone = await this.findMicrophone();
    this.onChange();
    return this.microphone;
  }

  /** What the microphone is at the moment. */
  get current(): "closed" | "real" | "tone" | "gone" {
    if (!this.microphone) return "closed";
    if (!alive(this.microphone.stream)) return "gone";
    return this.microphone.real ? "real" : "tone";
  }

  /** Lets go of the microphone, so that the browser's mark goes out. */
  close(): void {
    stop(this.microphone?.stream);
    this.microphone = null;
    this.onChange();
  }

  async begin(): Promise<CallGraph> {
    const { stream } = await this.open();
    this.graph = new CallGraph(this.audio, stream, this.player);
    return this.graph;
  }

  end(): void {
    this.graph?.close();
    this.graph = null;
  }

  get call(): CallGraph | null {
    return this.graph;
  }

  play(signal: Signal | "none"): void {
    this.signal?.stop();
    this.signal = null;
    if (signal === "none") return;
    const cadence = CADENCES[signal];
    const round = samples(cadence, this.audio.sampleRate);
    const buffer = this.audio.createBuffer(1, round.length, this.audio.sampleRate);
    buffer.copyToChannel(round, 0);
    this.signal = new AudioBufferSourceNode(this.audio, { buffer, loop: true });
    this.signal.connect(this.signalNode());
    const seconds = cadence.times * buffer.duration;
    this.signal.start();
    if (seconds) this.signal.stop(this.audio.currentTime + seconds);
  }

  async devices(): Promise<Devices> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return {
      inputs: all.filter(({ kind }) => kind === "audioinput"),
      outputs: all.filter(({ kind }) => kind === "audiooutput"),
      input: this.preferences.getItem(INPUT) ?? "",
      output: this.preferences.getItem(OUTPUT) ?? "",
    };
  }

  async choose(kind: "input" | "output", id: string): Promise<void> {
    this.preferences.setItem(kind === "input" ? INPUT : OUTPUT, id);
    if (kind === "output") await this.route();
    else if (this.microphone) await this.reopen();
  }

  private async findMicrophone(): Promise<Microphone> {
    const wanted = this.preferences.getItem(INPUT);
    const constraints: MediaTrackConstraints = {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(wanted ? { deviceId: { ideal: wanted } } : {}),
    };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
      stream.getAudioTracks()[0]?.addEventListener("ended", () => void this.devicesChanged());
      return { stream, real: true };
    } catch (error) {
      if (!this.toneAllowed) throw error;
      return { stream: testTone(this.audio), real: false };
    }
  }

  private async devicesChanged(): Promise<void> {
    const open = this.microphone;
    // A plugged-in microphone replaces the test tone; an unplugged one is replaced by what is left.
    if (open && (!open.real || !alive(open.stream))) await this.reopen();
    await this.route();
    this.onChange();
  }

  private async reopen(): Promise<void> {
    const former = this.microphone;
    // Without another one the page says that the microphone is gone.
    const found = await this.findMicrophone().catch(() => null);
    if (found) {
      this.microphone = found;
      this.graph?.speak(found.stream);
      stop(former?.stream);
    }
    this.onChange();
  }

  private signalNode(): AudioNode {
    if (!this.signalOut) {
      this.signalOut = new MediaStreamAudioDestinationNode(this.audio, { channelCount: 1 });
      this.signalPlayer.srcObject = this.signalOut.stream;
      void this.route();
    }
    void this.signalPlayer.play().catch(() => undefined);
    return this.signalOut;
  }

  private async route(): Promise<void> {
    const sink = this.preferences.getItem(OUTPUT) ?? "";
    for (const player of [this.player, this.signalPlayer]) {
      // A loudspeaker that is gone: the default one is used.
      if ("setSinkId" in player) await player.setSinkId(sink).catch(() => player.setSinkId(""));
    }
  }
}

const alive = (stream: MediaStream): boolean =>
  stream.getAudioTracks().some((track) => track.readyState === "live");

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Two short beeps every two seconds: unmistakably not a person. */
function testTone(audio: AudioContext): MediaStream {
  const cadence = { frequencies: [440], beats: [0.2, 0.2, 0.2, 1.4], gain: 0.2, times: 0 };
  const round = samples(cadence, audio.sampleRate);
  const buffer = audio.createBuffer(1, round.length, audio.sampleRate);
  buffer.copyToChannel(round, 0);
  const out = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
  const source = new AudioBufferSourceNode(audio, { buffer, loop: true });
  source.connect(out);
  source.start();
  return out.stream;
}
