import { describe, expect, it } from "vitest";

import { Recorder, type Recording, type Segment } from "../../../static/src/softphone/recorder";

class FakeRecording implements Recording {
  state: Recording["state"] = "inactive";
  readonly mimeType = "audio/webm;codecs=opus";
  partMs = 0;
  private readonly heard: Record<string, ((event: { data: Blob }) => void)[]> = {};

  addEventListener(type: string, act: (event: { data: Blob }) => void): void {
    (this.heard[type] ??= []).push(act);
  }
  start(partMs: number): void {
    this.state = "recording";
    this.partMs = partMs;
  }
  stop(): void {
    this.state = "inactive";
  }
  /** The browser hands over sound; after `stop` a last piece, then the end. */
  data(size = 3): void {
    this.fire("dataavailable", size);
  }
  end(): void {
    this.state = "inactive";
    this.fire("stop", 0);
  }
  private fire(type: string, size: number): void {
    for (const act of this.heard[type] ?? []) act({ data: new Blob(["x".repeat(size)]) });
  }
}

class Studio {
  now = 50_000;
  readonly made: FakeRecording[] = [];
  readonly heard: string[] = [];
  readonly recorder = new Recorder({
    make: () => {
      const recording = new FakeRecording();
      this.made.push(recording);
      return recording;
    },
    sink: {
      begin: (s: Segment) => this.heard.push(`begin ${s.call}/${s.number} at ${s.startMs}`),
      part: (s, n) => this.heard.push(`part ${s.call}/${s.number}/${n}`),
      end: (s, parts, ms) => this.heard.push(`end ${s.call}/${s.number} ${parts} at ${ms}`),
    },
    mono: () => this.now,
    partMs: 5000,
  });
  start(call: string): void {
    this.recorder.start(call, {} as MediaStream);
  }
}

describe("the recorder", () => {
  it("keeps numbered parts from the answer to the hang-up, and says when that was", () => {
    const studio = new Studio();
    studio.start("call-1");
    const [recording] = studio.made;
    expect(recording?.partMs).toBe(5000);
    studio.now += 5000;
    recording?.data();
    studio.now += 3000;
    studio.recorder.stop();
    expect(recording?.state).toBe("inactive");
    // The browser is late with the last piece; the end is when the call ended.
    studio.now += 400;
    recording?.data();
    recording?.end();

    expect(studio.heard).toEqual([
      "begin call-1/0 at 0",
      "part call-1/0/0",
      "part call-1/0/1",
      "end call-1/0 2 at 8000",
    ]);
  });

  it("does not begin again after the hang-up", () => {
    const studio = new Studio();
    studio.start("call-1");
    studio.recorder.stop();
    studio.made[0]?.end();
    studio.recorder.stop();

    expect(studio.made).toHaveLength(1);
    expect(studio.recorder.recording).toBeNull();
  });

  it("refuses a second call while one is recorded", () => {
    const studio = new Studio();
    studio.start("call-1");

    expect(() => studio.start("call-2")).toThrow("call-1");
  });

  it("begins a new segment when it was stopped in mid-call by something else", () => {
    const studio = new Studio();
    studio.start("call-1");
    studio.now += 4000;
    studio.made[0]?.data();
    studio.made[0]?.end();
    studio.now += 1000;
    studio.made[1]?.data();
    studio.recorder.stop();
    studio.made[1]?.end();

    expect(studio.heard).toEqual([
      "begin call-1/0 at 0",
      "part call-1/0/0",
      "end call-1/0 1 at 4000",
      "begin call-1/1 at 4000",
      "part call-1/1/0",
      "end call-1/1 1 at 5000",
    ]);
  });

  it("gives up on a browser that stops it again and again", () => {
    const studio = new Studio();
    studio.start("call-1");
    for (let i = 0; i < 200; i += 1) studio.made[i]?.end();

    expect(studio.made.length).toBe(50);
  });

  it("keeps the end of one call apart from the beginning of the next", () => {
    const studio = new Studio();
    studio.start("call-1");
    studio.now += 2000;
    studio.recorder.stop();
    studio.start("call-2");
    studio.made[0]?.data();
    studio.made[0]?.end();

    expect(studio.heard).toEqual([
      "begin call-1/0 at 0",
      "begin call-2/0 at 0",
      "part call-1/0/0",
      "end call-1/0 1 at 2000",
    ]);
    expect(studio.made).toHaveLength(2);
  });

  it("does not send pieces without sound", () => {
    const studio = new Studio();
    studio.start("call-1");
    studio.made[0]?.data(0);

    expect(studio.heard).toEqual(["begin call-1/0 at 0"]);
  });
});
