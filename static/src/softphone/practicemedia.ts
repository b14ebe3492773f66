/** The practice line's sound: the far end's peer connection, its synthetic voice, and the test tone for want of a microphone. */

/** Usual on one machine: 10 to 100 ms. */
export const GATHER_MS = 1000;

/** The far end's media: a voice out, and a meter on what it hears. */
export class PracticeMedia {
  readonly pc = new RTCPeerConnection({ iceServers: [] });
  readonly out: MediaStreamAudioDestinationNode;
  private readonly meter: AnalyserNode;
  private readonly voice: AudioNode;
  // Chromium: WebAudio hears a remote track only while some element plays it.
  private readonly player = new Audio();

  constructor(
    private readonly audio: AudioContext,
    private readonly echo: boolean,
    private readonly direct: boolean,
  ) {
    this.meter = new AnalyserNode(audio);
    this.out = new MediaStreamAudioDestinationNode(audio, { channelCount: 1 });
    this.voice = echo
      ? new DelayNode(audio, { delayTime: 1, maxDelayTime: 1 })
      : syntheticVoice(audio);
    this.voice.connect(this.out);
    for (const track of this.out.stream.getAudioTracks()) {
      this.pc.addTrack(track, this.out.stream);
    }
    this.pc.addEventListener("track", ({ track }) => {
      const stream = new MediaStream([track]);
      this.player.srcObject = stream;
      this.player.muted = true; // the far end listens, it does not speak into the room
      void this.player.play().catch(() => undefined);
      this.hear(stream);
    });
  }

  hear(stream: MediaStream): void {
    const heard = this.audio.createMediaStreamSource(stream);
    heard.connect(this.meter);
    if (this.echo) heard.connect(this.voice);
  }

  /** How loud the far end hears the page, RMS 0 to 1. */
  level(): number {
    return rms(this.meter);
  }

  hold(on: boolean): void {
    for (const track of this.out.stream.getTracks()) track.enabled = !on;
  }

  /** An offer or answer with all its candidates: JsSIP does not trickle. */
  async describe(kind: "offer" | "answer"): Promise<string> {
    const description =
      kind === "offer" ? await this.pc.createOffer() : await this.pc.createAnswer();
    await this.pc.setLocalDescription(description);
    await new Promise<void>((done) => {
      const check = (): void => {
        if (this.pc.iceGatheringState === "complete") done();
      };
      this.pc.addEventListener("icegatheringstatechange", check);
      window.setTimeout(done, GATHER_MS);
      check();
    });
    return this.trim(this.pc.localDescription?.sdp ?? "");
  }

  accept(type: "offer" | "answer", sdp: string): Promise<void> {
    return this.pc.setRemoteDescription({ type, sdp: this.trim(sdp) });
  }

  /** The answer to an offer, or undefined if the browser cannot use it. */
  async negotiate(offer: string): Promise<string | undefined> {
    try {
      await this.accept("offer", offer);
      return await this.describe("answer");
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.voice.disconnect();
    if (this.voice instanceof AudioScheduledSourceNode) this.voice.stop();
    this.player.srcObject = null;
    this.pc.close();
  }

  /** Without candidates ICE stays `new` for ever; if it tried and failed, JsSIP would end the call. */
  private trim(sdp: string): string {
    return this.direct ? sdp.replace(/^a=candidate.*\r\n/gm, "") : sdp;
  }
}

/**
 * JsSIP sends neither INVITE nor 200 before ICE gathering is complete, and with no network interface, or a STUN server
 * out of reach, that takes very long or never comes, without an error. This ends JsSIP's wait.
 */
export function gatherAtMost(pc: RTCPeerConnection, ms = GATHER_MS): void {
  pc.addEventListener("icegatheringstatechange", () => {
    if (pc.iceGatheringState !== "gathering") return;
    window.setTimeout(() => {
      if (pc.iceGatheringState !== "gathering") return;
      // No candidate in the event: the last one.
      pc.dispatchEvent(new RTCPeerConnectionIceEvent("icecandidate"));
    }, ms);
  });
}

/** Loudness of what an analyser hears, RMS 0 to 1. */
export function rms(meter: AnalyserNode): number {
  const data = new Float32Array(meter.fftSize);
  meter.getFloatTimeDomainData(data);
  return Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
}

const HARMONICS = [
  [1, 0.3],
  [4, 0.25],
  [5, 0.2],
  [10, 0.1],
] as const;

/** Something like speech: a buzz through two formants, opened four times a second, with a pause for breath. */
function syntheticVoice(audio: AudioContext): AudioNode {
  const seconds = 4;
  const rate = audio.sampleRate;
  const buffer = audio.createBuffer(1, seconds * rate, rate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i += 1) {
    const t = i / rate;
    const pitch = 120 + 20 * Math.sin(Math.PI * t);
    const syllable = Math.max(0, Math.sin(8 * Math.PI * t)) * (t % 2 < 1.5 ? 1 : 0);
    const buzz = HARMONICS.reduce(
      (sum, [harmonic, gain]) => sum + gain * Math.sin(2 * Math.PI * pitch * harmonic * t),
      0,
    );
    samples[i] = 0.6 * syllable * buzz;
  }
  const source = new AudioBufferSourceNode(audio, { buffer, loop: true });
  source.start();
  return source;
}
