/** What the phone needs of a telephone line, whoever carries it. */
import type { CallGraph } from "./graph";
import type { LineStatus } from "./state";

export type LineEvent =
  | {
      readonly type: "line";
      readonly status: LineStatus;
      readonly reason: string;
      /** The registrar refused who we are: another try needs a new configuration. */
      readonly refused: boolean;
    }
  | {
      readonly type: "incoming";
      readonly ref: string;
      readonly number: string;
      readonly name: string;
    }
  | { readonly type: "progress"; readonly earlyMedia: boolean }
  | { readonly type: "accepted" }
  | { readonly type: "held"; readonly on: boolean }
  | {
      readonly type: "over";
      readonly sipStatus: number | null;
      readonly cause: string;
      readonly by: "local" | "remote";
    }
  | { readonly type: "transferFailed"; readonly reason: string };

export type ToneTransport = "rfc2833" | "info";

/** One call at a time. Events of the call in hand carry no name; `incoming` names one that is not in hand yet. */
export interface Line {
  readonly practice: boolean;
  start(): void;
  stop(): void;
  invite(number: string, headers: readonly string[], graph: CallGraph): void;
  answer(graph: CallGraph): void;
  /** Refuses the incoming call of this name, or, with null, the one in hand. */
  reject(ref: string | null, status: number): void;
  hangUp(): void;
  hold(on: boolean): void;
  tone(tone: string, transport: ToneTransport): void;
  transfer(target: string): void;
}
