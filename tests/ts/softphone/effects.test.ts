import { describe, expect, it } from "vitest";

import { ApiError } from "../../../static/src/api";
import { perform, type World } from "../../../static/src/softphone/effects";
import type { CallGraph } from "../../../static/src/softphone/graph";
import type { Line } from "../../../static/src/softphone/line";
import type { NextCall, Presence } from "../../../static/src/softphone/messages";
import type { Input } from "../../../static/src/softphone/state";
import { settle } from "../server";
import { record } from "./cast";

const SEAT = { state: "ready" } as Presence;
const EMPTY: NextCall = {
  call: null,
  reason: { code: "empty", message: "No leads." },
  next_at: null,
};

/** A world in which every request waits to be answered by the test, in the order of asking. */
class Bench {
  readonly asked: string[] = [];
  readonly inputs: Input[] = [];
  readonly notices: string[] = [];
  readonly line: string[] = [];
  readonly open: { done: (answer: unknown) => void; fail: (error: unknown) => void }[] = [];
  inHand: string | null = "call-1";
  readonly world: World;

  constructor() {
    const ask =
      (what: string) =>
      (...words: unknown[]): Promise<never> => {
        this.asked.push([what, ...words.map((word) => JSON.stringify(word))].join(" "));
        return new Promise((done, fail) => this.open.push({ done: done as never, fail }));
      };
    const say =
      (what: string) =>
      (...words: unknown[]): void =>
        void this.line.push([what, ...words.filter((word) => typeof word !== "object")].join(" "));
    const names = ["ready", "presence", "pauseFor", "offline", "nextCall", "open", "dial"] as const;
    const server = Object.fromEntries(
      [...names, "release", "dispose"].map((name) => [name, ask(name)]),
    );
    this.world = {
      server: server as never,
      events: { begin: say("begin"), report: say("report"), heard: async () => undefined },
      recorder: { start: say("record"), stop: say("stop") },
      sound: {
        call: null,
        begin: () => ask("microphone")() as Promise<CallGraph>,
        end: say("silence"),
        play: say("play"),
      },
      line: () => ({ invite: say("invite"), hangUp: say("hang up") }) as unknown as Line,
      toneTransport: () => "info",
      onPresence: () => undefined,
      onNotice: (_level, text) => this.notices.push(text),
      now: () => ({ phase: "dialing", call: this.inHand }),
      input: (input) => this.inputs.push(input),
      pending: { invite: null, release: Promise.resolve() },
    };
  }

  async answer(answer: unknown): Promise<void> {
    this.open.shift()?.done(answer);
    await settle();
  }

  async fail(error: unknown): Promise<void> {
    this.open.shift()?.fail(error);
    await settle();
  }
}

const refusal = (status: number, code: string, errors = {}): ApiError =>
  new ApiError(status, { code, message: `Refused: ${code}.`, errors });

describe("asking for the next lead", () => {
  it("waits until the last reservation is given back, or the server would give it again", async () => {
    const bench = new Bench();
    perform({ do: "release", id: "call-1", reason: "skipped" }, bench.world);
    perform({ do: "claim" }, bench.world);
    await settle();
    expect(bench.asked).toEqual(['release "call-1" "skipped"']);
    await bench.answer({});
    expect(bench.asked.at(-1)).toBe("nextCall");
    await bench.answer({ call: record("call-2"), reason: null, next_at: null });

    expect(bench.inputs).toMatchObject([{ type: "claimed", call: { id: "call-2" } }]);
    expect(bench.line).toEqual(["begin call-2 token-call-2"]);
  });

  it("says why there is none", async () => {
    const bench = new Bench();
    perform({ do: "claim" }, bench.world);
    await settle();
    await bench.answer({ ...EMPTY, next_at: "2026-01-05T15:00:00Z" });

    expect(bench.inputs).toEqual([
      { type: "nothing", reason: "No leads.", nextAt: Date.parse("2026-01-05T15:00:00Z") },
    ]);
  });

  it.each([
    ["idle", "nothing"],
    ["break", "claimFailed"],
  ])("finds an agent who is %s", async (state, type) => {
    const bench = new Bench();
    perform({ do: "claim" }, bench.world);
    await settle();
    await bench.answer({ ...EMPTY, reason: { code: "not_ready", message: "Not ready." } });
    await bench.answer({ ...SEAT, state });

    expect(bench.inputs).toMatchObject([{ type }]);
  });

  it("goes on trying when the server is away, and not when it refuses", async () => {
    const bench = new Bench();
    perform({ do: "claim" }, bench.world);
    await settle();
    await bench.fail(new TypeError("network"));
    perform({ do: "claim" }, bench.world);
    await settle();
    await bench.fail(refusal(403, "forbidden"));

    expect(bench.inputs).toMatchObject([
      { type: "claimFailed", final: false, message: "The server could not be reached." },
      { type: "claimFailed", final: true },
    ]);
  });
});

describe("asking for leave to dial", () => {
  it("is repeated while nobody answers", async () => {
    const bench = new Bench();
    perform({ do: "authorize", id: "call-1" }, bench.world);
    await bench.fail(new TypeError("network"));
    await bench.answer({ number: "+12025550100", grant: "g" });

    expect(bench.inputs).toEqual([
      { type: "allowed", id: "call-1", number: "+12025550100", grant: "g" },
    ]);
  });

  it("tells the rules' own sentences when it is refused", async () => {
    const bench = new Bench();
    perform({ do: "authorize", id: "call-1" }, bench.world);
    const refusals = [{ message: "It is night there." }, { message: "Called too often." }];
    await bench.fail(refusal(409, "not_allowed", { refusals }));

    expect(bench.inputs).toMatchObject([
      { type: "refused", message: "It is night there. Called too often." },
    ]);
  });
});

describe("inviting", () => {
  const INVITE = {
    do: "invite",
    id: "call-1",
    number: "+12025550100",
    grant: "g",
    ringTimeS: 20,
  } as const;

  it("reaches the line once the microphone is open", async () => {
    const bench = new Bench();
    perform(INVITE, bench.world);
    expect(bench.line).toEqual([]);
    await bench.answer({});

    expect(bench.line).toEqual(["invite +12025550100"]);
  });

  it("never reaches it without a microphone, and says so", async () => {
    const bench = new Bench();
    perform(INVITE, bench.world);
    await bench.fail(new DOMException("no", "NotFoundError"));

    expect(bench.line).toEqual(["silence"]);
    expect(bench.inputs).toMatchObject([
      { type: "pause" },
      { type: "over", cause: "no_microphone" },
    ]);
    expect(bench.notices[0]).toContain("No microphone");
  });

  it("never reaches it when the agent hung up meanwhile", async () => {
    const bench = new Bench();
    perform(INVITE, bench.world);
    perform({ do: "hangUp" }, bench.world);
    await bench.answer({});

    expect(bench.line).toEqual(["silence"]);
    expect(bench.inputs).toEqual([
      { type: "over", sipStatus: null, cause: "canceled", by: "local" },
    ]);
  });
});

describe("saving a result", () => {
  const SAVE = {
    do: "save",
    id: "call-1",
    disposition: "lead",
    note: "",
    callbackAt: null,
  } as const;

  it("is done when the server has it, also from before", async () => {
    const bench = new Bench();
    perform(SAVE, bench.world);
    await settle();
    await bench.fail(refusal(409, "already_disposed"));

    expect(bench.inputs).toEqual([{ type: "saved", id: "call-1" }]);
    expect(bench.notices).toEqual(["Refused: already_disposed."]);
  });

  it("says so when it failed, and where the call has gone, aloud", async () => {
    const bench = new Bench();
    perform(SAVE, bench.world);
    await settle();
    await bench.fail(new TypeError("network"));
    bench.inHand = null;
    perform(SAVE, bench.world);
    await settle();
    await bench.fail(new TypeError("network"));

    expect(bench.inputs[0]).toMatchObject({ type: "saveFailed" });
    expect(bench.notices).toEqual(["The server could not be reached."]);
  });
});
