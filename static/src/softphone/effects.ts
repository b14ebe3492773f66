/** Does what the rules ask for: one function per effect. The only place where the phone touches the world. */
import type { EventLog } from "../eventlog";
import type { CallGraph } from "./graph";
import type { Line, ToneTransport } from "./line";
import type { Presence } from "./messages";
import type { Recorder } from "./recorder";
import { isRefusal, reasonOf, type Server } from "./server";
import type { Effect, Input, Phase } from "./state";
import type { Signal } from "./tones";

/** What effects need; the page hands it in, tests hand in fakes. */
export interface World {
  readonly server: Server;
  readonly events: Pick<EventLog, "begin" | "report" | "heard">;
  readonly recorder: Pick<Recorder, "start" | "stop">;
  readonly sound: {
    readonly call: Pick<CallGraph, "mute" | "recorded"> | null;
    begin(): Promise<CallGraph>;
    end(): void;
    play(signal: Signal | "none"): void;
  };
  readonly line: () => Line | null;
  readonly toneTransport: () => ToneTransport;
  readonly onPresence: (presence: Presence) => void;
  readonly onNotice: (level: "info" | "warning" | "error", text: string) => void;
  /** What the phone is doing when an answer comes late. */
  readonly now: () => { readonly phase: Phase; readonly call: string | null };
  readonly input: (input: Input) => void;
  readonly pending: {
    /** The call whose microphone is being opened. */
    invite: { readonly id: string; cancelled: boolean } | null;
    /** A reservation that is on its way back: asked for the next before, the server would give it again. */
    release: Promise<unknown>;
  };
}

type Doing = {
  readonly [E in Effect["do"]]: (
    effect: Extract<Effect, { do: E }>,
    world: World,
  ) => void | Promise<void>;
};

export const NO_MICROPHONE =
  "No microphone: allow it in the browser's address bar, or plug one in.";
const DIAL_TRIES = 3;
/** How long a result waits for the news that its call has ended. */
const HEARD_MS = 5000;
const AWAY: ReadonlySet<string> = new Set(["idle", "lost"]);

export function perform(effect: Effect, world: World): void {
  // One entry per kind of effect; TypeScript cannot follow that the two belong together.
  const act = DOING[effect.do] as (effect: Effect, world: World) => void | Promise<void>;
  void act(effect, world);
}

const DOING: Doing = {
  async ready({ campaigns }, { server, input, onPresence }) {
    try {
      onPresence(await server.ready(campaigns));
      input({ type: "ready" });
    } catch (error) {
      input({ type: "notReady", message: reasonOf(error) });
    }
  },

  async leave({ to, reason }, { server, onPresence, onNotice }) {
    try {
      onPresence(await (to === "break" ? server.pauseFor(reason) : server.offline()));
    } catch (error) {
      onNotice("error", reasonOf(error));
    }
  },

  async claim(_effect, world) {
    const { server, input, pending } = world;
    try {
      await pending.release;
      const { call, reason, next_at } = await server.nextCall();
      if (call) {
        world.events.begin(call.id, call.upload_token);
        input({ type: "claimed", call });
      } else if (reason?.code === "not_ready") await away(reason.message, world);
      else {
        const nextAt = next_at ? Date.parse(next_at) : null;
        input({ type: "nothing", reason: reason?.message ?? "Nothing to dial.", nextAt });
      }
    } catch (error) {
      const final = isRefusal(error) && error.status < 500 && error.status !== 429;
      input({ type: "claimFailed", message: reasonOf(error), final });
    }
  },

  async open({ id, number, direction, campaign, name }, { server, events, input }) {
    const wanted = { id, number, direction, ...(campaign === null ? {} : { campaign }) };
    if (direction === "inbound") {
      // It rings already: told as soon as possible, but answered in any case.
      events.begin(id, null, { ...wanted, peer_name: name });
      return;
    }
    try {
      const call = await server.open(wanted);
      events.begin(id, call.upload_token);
      input({ type: "opened", call });
    } catch (error) {
      input({ type: "openRefused", id, message: reasonOf(error) });
    }
  },

  async authorize({ id }, { server, input }) {
    for (let tries = 1; ; tries += 1) {
      try {
        const { number, grant } = await server.dial(id);
        return input({ type: "allowed", id, number, grant });
      } catch (error) {
        // Asked again before it rings, the server gives fresh leave.
        if (!isRefusal(error) && tries < DIAL_TRIES) continue;
        return input({ type: "refused", id, message: reasonOf(error) });
      }
    }
  },

  async invite({ id, number, grant }, world) {
    const { sound, line, now, input, pending } = world;
    const failed = (cause: string): void => {
      sound.end();
      input({ type: "over", sipStatus: null, cause, by: "local" });
    };
    const invite = { id, cancelled: false };
    pending.invite = invite;
    const graph = await sound.begin().catch(() => null);
    pending.invite = null;
    if (now().call !== id) return sound.end();
    if (!graph) {
      world.onNotice("error", NO_MICROPHONE);
      // The next lead would fare no better.
      input({ type: "pause" });
      return failed("no_microphone");
    }
    if (invite.cancelled) return failed("canceled");
    try {
      const headers = [`X-Call-Grant: ${grant}`, `X-Call-Ref: ${id}`];
      line()?.invite(number, headers, graph);
      if (!line()) failed("connection_error");
    } catch {
      failed("internal_error");
    }
  },

  release({ id, reason }, { server, pending }) {
    // Unheard, the reservation ends by itself when its lease does.
    pending.release = server.release(id, reason).catch(() => undefined);
  },

  async answer(_effect, { sound, line, now, onNotice }) {
    const { call } = now();
    const graph = await sound.begin().catch(() => null);
    const wanted = now().call === call && now().phase === "incoming";
    if (wanted && graph) line()?.answer(graph);
    else sound.end();
    if (!graph) onNotice("error", NO_MICROPHONE);
  },

  reject({ ref, status }, { line }) {
    line()?.reject(ref, status);
  },

  hangUp(_effect, { line, pending }) {
    // The microphone is still being opened: there is no call on the line yet.
    if (pending.invite) pending.invite.cancelled = true;
    else line()?.hangUp();
  },

  mute({ on }, { sound }) {
    sound.call?.mute(on);
  },

  hold({ on }, { line }) {
    line()?.hold(on);
  },

  tone({ tone }, { line, toneTransport }) {
    line()?.tone(tone, toneTransport());
  },

  transfer({ target }, { line }) {
    line()?.transfer(target);
  },

  startRecording({ id }, { sound, recorder, onNotice }) {
    if (!sound.call) return;
    try {
      recorder.start(id, sound.call.recorded);
    } catch {
      onNotice("error", "This browser cannot record the call.");
    }
  },

  stopRecording(_effect, { recorder }) {
    recorder.stop();
  },

  report({ id, kind, data }, { events }) {
    events.report(id, kind, { ...data });
  },

  async save({ id, disposition, note, callbackAt }, world) {
    await dispose(id, { disposition, note, callback_at: callbackAt }, world);
  },

  async endWrapUp({ id, note }, world) {
    await dispose(id, { disposition: "", note, callback_at: null }, world);
  },

  signal({ signal }, { sound }) {
    sound.play(signal);
  },

  notice({ level, text }, { onNotice }) {
    onNotice(level, text);
  },
};

/** The server thinks the agent is not ready: away from the keyboard for a while, or gone in another tab. */
async function away(message: string, { server, input, onPresence }: World): Promise<void> {
  try {
    const presence = await server.presence();
    onPresence(presence);
    if (!AWAY.has(presence.state)) return input({ type: "claimFailed", message, final: true });
    const reason = "You seem to be away. Move the mouse or press a key to go on.";
    input({ type: "nothing", reason, nextAt: null });
  } catch (error) {
    input({ type: "claimFailed", message: reasonOf(error), final: false });
  }
}

async function dispose(
  id: string,
  disposal: Parameters<Server["dispose"]>[1],
  { server, events, input, now, onNotice }: World,
): Promise<void> {
  try {
    await events.heard(id, HEARD_MS);
    await server.dispose(id, disposal);
  } catch (error) {
    const settled = isRefusal(error) && error.code === "already_disposed";
    if (!settled && now().call === id) {
      return input({ type: "saveFailed", id, message: reasonOf(error) });
    }
    onNotice(settled ? "warning" : "error", reasonOf(error));
  }
  input({ type: "saved", id });
}
