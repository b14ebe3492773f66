import { describe, expect, it } from "vitest";

import { ApiError } from "../../../static/src/api";
import { type Door, type Joined, Line } from "../../../static/src/takeover/line";
import { type LineEvent, type LineState, shown, START } from "../../../static/src/takeover/state";

const DOOR: Door = { url: "wss://rooms.example.test", token: "t" };

/** A microphone, a server and a room that do what a test says. */
class FakeWorld {
  readonly said: string[] = [];
  readonly done: string[] = [];
  microphoneFails: Error | null = null;
  doorFails: Error | null = null;
  joinFails = false;
  state: LineState = START;
  readonly track = new EventTarget();
  private tell: (event: LineEvent) => void = () => undefined;
  readonly line = new Line(this as never);

  async microphone(): Promise<MediaStream> {
    this.done.push("microphone");
    if (this.microphoneFails) throw this.microphoneFails;
    return { getAudioTracks: () => [this.track] } as unknown as MediaStream;
  }

  release(): void {
    this.done.push("release");
  }

  async door(): Promise<Door> {
    this.done.push("door");
    if (this.doorFails) throw this.doorFails;
    return DOOR;
  }

  async join(_door: Door, _: MediaStream, tell: (event: LineEvent) => void): Promise<Joined> {
    this.done.push("join");
    if (this.joinFails) throw new Error("unreachable");
    this.tell = tell;
    return {
      mute: async (on) => void this.done.push(on ? "muted" : "unmuted"),
      play: async () => void this.done.push("play"),
      leave: async () => void this.done.push("leave"),
    };
  }

  changed(state: LineState): void {
    this.state = state;
    if (this.said.at(-1) !== state.phase) this.said.push(state.phase);
  }

  /** What the room tells. */
  happens(event: LineEvent): void {
    this.tell(event);
  }

  get words(): string {
    return shown(this.state, "Pia").words;
  }
}

describe("a line to a call", () => {
  it("opens the microphone, asks for the way in, and joins, in this order", async () => {
    const world = new FakeWorld();
    await world.line.begin();

    expect(world.done).toEqual(["microphone", "door", "join"]);
    expect(world.said).toEqual(["microphone", "joining", "in"]);
    expect(world.words).toBe("You are in the call. The voice introduces you, then you speak.");

    world.happens({ type: "voice", there: false });
    expect(world.words).toBe("You are talking with Pia.");
    expect(shown(world.state, "Pia")).toMatchObject({ mute: true, rejoin: false, giveBack: false });
  });

  it("tells how to allow a microphone, and asks for no way in without one", async () => {
    const world = new FakeWorld();
    world.microphoneFails = new DOMException("no", "NotAllowedError");
    await world.line.begin();

    expect(world.done).toEqual(["microphone"]);
    expect(world.words).toContain("may not use your microphone");
    expect(shown(world.state, "Pia")).toMatchObject({ rejoin: true, giveBack: true, mute: false });

    world.microphoneFails = null;
    await world.line.begin();
    expect(world.state.phase).toBe("in");
  });

  it("says that there is no microphone, and when it was pulled out", async () => {
    const world = new FakeWorld();
    world.microphoneFails = new DOMException("none", "NotFoundError");
    await world.line.begin();
    expect(world.state.phase).toBe("missing");

    world.microphoneFails = null;
    await world.line.begin();
    world.track.dispatchEvent(new Event("ended"));
    expect(world.state.phase).toBe("missing");
    expect(shown(world.state, "Pia")).toMatchObject({ rejoin: true, giveBack: false });
  });

  it("reconnects by itself, and offers to rejoin where that fails", async () => {
    const world = new FakeWorld();
    await world.line.begin();

    world.happens({ type: "reconnecting" });
    expect(world.words).toContain("Reconnecting");
    world.happens({ type: "in" });
    expect(world.state.phase).toBe("in");
    world.happens({ type: "left", why: "lost" });
    expect(shown(world.state, "Pia")).toMatchObject({ tone: "bad", rejoin: true });

    await world.line.begin();
    expect(world.done.slice(3)).toEqual(["leave", "microphone", "door", "join"]);
    expect(world.state.phase).toBe("in");
  });

  it("can be tried again where the room cannot be reached", async () => {
    const world = new FakeWorld();
    world.joinFails = true;
    await world.line.begin();
    expect(world.state.phase).toBe("lost");

    world.doorFails = new TypeError("network");
    await world.line.begin();
    expect(world.state.phase).toBe("lost");
  });

  it.each([
    [409, "over", "over", "The call is over. Your microphone is off."],
    [404, "not_found", "gone", "You did not join in time: the voice goes on with the call."],
    [409, "not_configured", "refused", "No key."],
  ])("says what the server said: %i %s", async (status, code, phase, words) => {
    const world = new FakeWorld();
    world.doorFails = new ApiError(status, { message: "No key.", code });
    await world.line.begin();

    expect(world.state.phase).toBe(phase);
    expect(world.words).toBe(words);
    expect(world.done).not.toContain("join");
  });

  it("stays muted when it comes back, and says so", async () => {
    const world = new FakeWorld();
    await world.line.begin();
    await world.line.mute(true);
    expect(world.words).toBe("Your microphone is off: Pia does not hear you.");

    world.happens({ type: "left", why: "lost" });
    await world.line.begin();
    expect(world.done.filter((each) => each === "muted")).toHaveLength(2);

    await world.line.mute(false);
    expect(world.state.muted).toBe(false);
  });

  it("ends with the call, lets go of the microphone, and does not come back", async () => {
    const world = new FakeWorld();
    await world.line.begin();
    world.happens({ type: "left", why: "over" });

    expect(world.done.slice(3)).toEqual(["leave", "release"]);
    world.happens({ type: "reconnecting" });
    await world.line.begin();
    expect(world.state.phase).toBe("over");
    expect(world.done).toHaveLength(5);
  });

  it("asks for a touch where the browser is silent", async () => {
    const world = new FakeWorld();
    await world.line.begin();
    world.happens({ type: "audible", on: false });
    expect(shown(world.state, "Pia").sound).toBe(true);

    await world.line.play();
    expect(world.done).toContain("play");
  });

  it("leaves the room of another window to that window", async () => {
    const world = new FakeWorld();
    await world.line.begin();
    world.happens({ type: "left", why: "elsewhere" });

    expect(shown(world.state, "Pia")).toMatchObject({ rejoin: true, tone: "none" });
    expect(world.done).toContain("release");
  });

  it("hears nothing more of a room that it left with the page", async () => {
    const world = new FakeWorld();
    await world.line.begin();
    await world.line.end();
    world.happens({ type: "in" });

    expect(world.state.phase).toBe("lost");
    expect(world.done.slice(3)).toEqual(["release", "leave"]);
  });
});
