/** A person's own line to a call: microphone, way in, room, in this order, each as often as needed. */

import { ApiError } from "../api";
import { isOver, type LineEvent, type LineState, next, START } from "./state";

export interface Door {
  readonly url: string;
  readonly token: string;
}

/** The room of a call, once joined. */
export interface Joined {
  mute(on: boolean): Promise<void>;
  /** Plays what is heard, after a touch of the page. */
  play(): Promise<void>;
  leave(): Promise<void>;
}

/** What the line needs of the world around it. */
export interface World {
  /** Throws a DOMException where there is none, or no leave to use it. */
  microphone(): Promise<MediaStream>;
  release(): void;
  door(): Promise<Door>;
  join(door: Door, stream: MediaStream, tell: (event: LineEvent) => void): Promise<Joined>;
  changed(state: LineState): void;
}

export class Line {
  private now: LineState = START;
  private room: Joined | undefined;
  /** Each beginning has a number, so that nothing of a former one is heard. */
  private turn = 0;

  constructor(private readonly world: World) {}

  get state(): LineState {
    return this.now;
  }

  /** Comes in, or comes in again. */
  async begin(): Promise<void> {
    if (this.now.phase === "over") return;
    const turn = (this.turn += 1);
    await this.dropRoom();
    const tell = (event: LineEvent): void => {
      if (turn === this.turn) this.tell(event);
    };
    tell({ type: "begin" });
    const stream = await this.listen(tell);
    if (!stream || turn !== this.turn) return;
    const door = await this.knock(tell);
    if (!door || turn !== this.turn) return;
    try {
      const room = await this.world.join(door, stream, tell);
      if (turn !== this.turn) return void room.leave();
      this.room = room;
      if (this.now.muted) await room.mute(true);
      tell({ type: "in" });
    } catch {
      tell({ type: "left", why: "lost" });
    }
  }

  async mute(on: boolean): Promise<void> {
    await this.room?.mute(on);
    this.tell({ type: "muted", on });
  }

  async play(): Promise<void> {
    await this.room?.play();
  }

  /** Leaves, as with the page; a page that comes back may join again. */
  async end(): Promise<void> {
    this.turn += 1;
    this.tell({ type: "left", why: "lost" });
    this.world.release();
    await this.dropRoom();
  }

  private async listen(tell: (event: LineEvent) => void): Promise<MediaStream | undefined> {
    try {
      const stream = await this.world.microphone();
      for (const track of stream.getAudioTracks()) {
        track.addEventListener("ended", () => tell({ type: "microphone", is: "missing" }));
      }
      tell({ type: "microphone", is: "open" });
      return stream;
    } catch (error) {
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      tell({ type: "microphone", is: denied ? "denied" : "missing" });
      return undefined;
    }
  }

  private async knock(tell: (event: LineEvent) => void): Promise<Door | undefined> {
    try {
      return await this.world.door();
    } catch (error) {
      const known = error instanceof ApiError;
      const { status, code, message } = known ? error : { status: 0, code: "", message: "" };
      tell({ type: "refused", status, code, said: message });
      return undefined;
    }
  }

  private async dropRoom(): Promise<void> {
    const room = this.room;
    this.room = undefined;
    await room?.leave();
  }

  private tell(event: LineEvent): void {
    const before = this.now;
    this.now = next(before, event);
    if (this.now === before) return;
    if (isOver(this.now)) {
      // Another window holds the microphone now, or nobody needs it.
      void this.dropRoom();
      this.world.release();
    }
    this.world.changed(this.now);
  }
}
