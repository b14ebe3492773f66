/**
 * The softphone's rules: `next(state, input, now)` says what becomes of a state and what is to be done, or null where
 * the input means nothing. Knows no page, no network and no clock.
 */
import { auto } from "./moves/auto";
import { call } from "./moves/call";
import type { Moves } from "./moves/common";
import { wrapUp } from "./moves/wrapup";
import type { Input, State, Step } from "./state";

const MOVES: Moves = { ...auto, ...call, ...wrapUp };

/** `now` is in milliseconds, on any clock that never goes back. */
export function next(state: State, input: Input, now: number): Step | null {
  // One entry per type of input; TypeScript cannot follow that the two belong together.
  const move = MOVES[input.type] as (state: State, input: Input, now: number) => Step | null;
  return move(state, input, now);
}
