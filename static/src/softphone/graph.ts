/**
 * The sound of one call: the microphone goes to the far end and to the recording, the far end to the loudspeaker and to
 * the recording. Mute and hold close the microphone for both, so what is said then is neither sent nor kept.
 */
import { rms } from "./practicemedia";

export class CallGraph {
  private readonly gate: GainNode;
  private readonly out: MediaStreamAudioDestinationNode;
  private readonly rec: MediaStreamAudioDestinationNode;
  private readonly near: AnalyserNode;
  private readonly far: AnalyserNode;
  private mic: MediaStreamAudioSourceNode | null = null;
  private remote: MediaStreamAudioSourceNode | null = null;
  private handedOver = false;
  private muted = false;
  private held = false;

  constructor(
    private readonly audio: AudioContext,
    microphone: MediaStream,
    /** Plays the far end. Chromium: WebAudio hears a remote track only while some element plays it. */
    private readonly player: HTMLAudioElement,
  ) {
    this.gate = new GainNode(audio);
    this.out = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
    this.rec = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
    this.near = new AnalyserNode(audio, { fftSize: 1024 });
    this.far = new AnalyserNode(audio, { fftSize: 1024 });
    for (const node of [this.out, this.rec, this.near]) this.gate.connect(node);
    this.speak(microphone);
  }

  /** What is sent to the far end. */
  get sent(): MediaStream {
    return this.out.stream;
  }

  /** Both voices. */
  get recorded(): MediaStream {
    return this.rec.stream;
  }

  /** Another microphone, also in mid-call. */
  speak(microphone: MediaStream): void {
    this.mic?.disconnect();
    this.mic = this.audio.createMediaStreamSource(microphone);
    this.mic.connect(this.gate);
  }

  /** The far end's track; comes again after each hold, when Chromium has emptied the former stream. */
  hear(stream: MediaStream): void {
    if (!this.handedOver) this.connect(stream);
  }

  /** A voice from inside the page instead; from now on the connection's own tracks are silent. */
  handOver(stream: MediaStream): void {
    this.handedOver = true;
    this.connect(stream);
  }

  mute(on: boolean): void {
    this.muted = on;
    this.turn();
  }

  hold(on: boolean): void {
    this.held = on;
    this.turn();
  }

  /** Loudness of this side and of the far end, RMS 0 to 1. */
  levels(): { readonly near: number; readonly far: number } {
    return { near: rms(this.near), far: rms(this.far) };
  }

  close(): void {
    this.mic?.disconnect();
    this.remote?.disconnect();
    this.gate.disconnect();
    this.player.pause();
    this.player.srcObject = null;
    // JsSIP stops only what it opened itself; a running recorder stops with its tracks too.
    for (const stream of [this.sent, this.recorded]) {
      for (const track of stream.getTracks()) track.stop();
    }
  }

  private connect(stream: MediaStream): void {
    this.player.srcObject = stream;
    void this.player.play().catch(() => undefined);
    this.remote?.disconnect();
    this.remote = this.audio.createMediaStreamSource(stream);
    this.remote.connect(this.far);
    this.remote.connect(this.rec);
  }

  private turn(): void {
    this.gate.gain.value = this.muted || this.held ? 0 : 1;
  }
}
