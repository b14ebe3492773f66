/** A call's recording: from the answer to the hang-up and never later, in parts, each start of the recorder a segment. */

/** What the browser's MediaRecorder is used for. */
export interface Recording {
  readonly state: "inactive" | "paused" | "recording";
  readonly mimeType: string;
  start(partMs: number): void;
  stop(): void;
  addEventListener(type: "dataavailable", heard: (event: { readonly data: Blob }) => void): void;
  addEventListener(type: "stop", heard: () => void): void;
}

/** Where a recording goes. Times in milliseconds since the answer. */
export interface Sink {
  begin(segment: Segment): void;
  part(segment: Segment, n: number, data: Blob, atMs: number): void;
  end(segment: Segment, parts: number, endMs: number): void;
}

export interface Segment {
  readonly call: string;
  readonly number: number;
  readonly mime: string;
  readonly startMs: number;
}

export interface RecorderOptions {
  readonly make: (stream: MediaStream) => Recording;
  readonly sink: Sink;
  /** The page's monotonic clock, milliseconds. */
  readonly mono: () => number;
  readonly partMs: number;
}

/** A recorder that dies by itself this often in one call stays dead. */
const MOST_SEGMENTS = 50;

interface Take {
  readonly call: string;
  readonly stream: MediaStream;
  readonly answeredAt: number;
  segments: number;
  current: Recording | null;
  /** When the call was over, in milliseconds since the answer. */
  stoppedMs: number | null;
}

export class Recorder {
  private take: Take | null = null;

  constructor(private readonly options: RecorderOptions) {}

  /** The call whose sound is kept at this moment. */
  get recording(): string | null {
    return this.take?.call ?? null;
  }

  /** The call was answered now. */
  start(call: string, stream: MediaStream): void {
    if (this.take) throw new Error(`call ${this.take.call} is still being recorded`);
    const answeredAt = this.options.mono();
    this.take = { call, stream, answeredAt, segments: 0, current: null, stoppedMs: null };
    this.segment(this.take);
  }

  /** The call is over: nothing said from now on is kept. */
  stop(): void {
    const { take } = this;
    if (!take) return;
    this.take = null;
    take.stoppedMs = Math.round(this.options.mono() - take.answeredAt);
    if (take.current && take.current.state !== "inactive") take.current.stop();
  }

  private segment(take: Take): void {
    const { make, sink, mono, partMs } = this.options;
    const recording = make(take.stream);
    const since = (): number => Math.round(mono() - take.answeredAt);
    const segment: Segment = {
      call: take.call,
      number: take.segments,
      mime: recording.mimeType,
      startMs: since(),
    };
    take.segments += 1;
    take.current = recording;
    let parts = 0;
    recording.addEventListener("dataavailable", ({ data }) => {
      if (!data.size) return;
      sink.part(segment, parts, data, take.stoppedMs ?? since());
      parts += 1;
    });
    recording.addEventListener("stop", () => {
      sink.end(segment, parts, take.stoppedMs ?? since());
      // Stopped by itself, in mid-call: the rest is a segment of its own.
      if (this.take === take && take.segments < MOST_SEGMENTS) this.segment(take);
    });
    sink.begin(segment);
    recording.start(partMs);
  }
}

/** The first of these the browser can record; the last resort is its own choice. */
export function mimeOf(wanted: readonly string[]): string {
  return wanted.find((mime) => MediaRecorder.isTypeSupported(mime)) ?? "";
}

const BITS_PER_SECOND = 32_000;

export const mediaRecorder =
  (mime: string) =>
  (stream: MediaStream): Recording =>
    new MediaRecorder(stream, {
      ...(mime ? { mimeType: mime } : {}),
      audioBitsPerSecond: BITS_PER_SECOND,
    });
