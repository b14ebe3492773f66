/** The smallest phone: JsSIP with one call and one recorder, to try the edge in a real browser. */
import JsSIP from "jssip";

type Session = ReturnType<InstanceType<typeof JsSIP.UA>["call"]>;
interface Account {
  ws: string;
  uri: string;
  ha1: string;
  realm: string;
}

class Phone {
  private readonly ua: InstanceType<typeof JsSIP.UA>;
  private readonly audio = new AudioContext();
  private readonly both = this.audio.createMediaStreamDestination();
  private readonly far = this.audio.createMediaStreamDestination();
  private microphone?: MediaStream;
  private session?: Session;
  private recorder?: MediaRecorder;
  private readonly parts: Blob[] = [];
  readonly seen: string[] = [];

  constructor(account: Account) {
    this.ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(account.ws)],
      uri: account.uri,
      ha1: account.ha1,
      realm: account.realm,
      session_timers: false,
    });
    this.ua.on("registered", () => this.seen.push("registered"));
    this.ua.start();
  }

  async call(number: string, grant: string): Promise<void> {
    this.microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    this.audio.createMediaStreamSource(this.microphone).connect(this.both);
    this.session = this.ua.call(number, {
      mediaStream: this.microphone,
      pcConfig: { iceServers: [] },
      extraHeaders: [`X-Call-Grant: ${grant}`],
    });
    this.session.connection?.addEventListener("track", (event) => this.hear(event));
    for (const name of ["progress", "confirmed", "ended", "failed"] as const)
      this.session.on(name, () => this.seen.push(name));
  }

  /** Holds the call for some time; resolves when the far end agreed to go on. */
  async hold(ms: number): Promise<void> {
    await new Promise<void>((done) => this.session?.hold({}, () => done()));
    await new Promise((done) => setTimeout(done, ms));
    await new Promise<void>((done) => this.session?.unhold({}, () => done()));
  }

  /** Records both sides, or the far one alone, for some time; the bytes as base64. */
  async record(ms: number, side: "both" | "far"): Promise<string> {
    const { stream } = this[side];
    this.recorder = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus" });
    this.parts.length = 0;
    this.recorder.ondataavailable = (event) => this.parts.push(event.data);
    this.recorder.start();
    await new Promise((done) => setTimeout(done, ms));
    await new Promise((done) => {
      this.recorder!.onstop = done;
      this.recorder!.stop();
    });
    const bytes = new Uint8Array(await new Blob(this.parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  }

  hangUp(): void {
    this.session?.terminate();
  }

  private hear(event: RTCTrackEvent): void {
    const stream = event.streams[0] ?? new MediaStream([event.track]);
    const player = new Audio(); // Chromium feeds WebAudio only from a stream that also plays
    player.srcObject = stream;
    void player.play();
    const source = this.audio.createMediaStreamSource(stream);
    source.connect(this.both);
    source.connect(this.far);
  }
}

Object.assign(globalThis, { Phone });
