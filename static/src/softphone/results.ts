/** The results that a call may have, as a select in the dock and as buttons with keys on the desktop. */
import type { DispositionChoice } from "./messages";
import type { State } from "./state";

export const choicesOf = ({ call }: State): readonly DispositionChoice[] =>
  call?.record?.campaign?.dispositions ?? [];

/** Fills a select with the results of the call in hand, and chooses what the agent has chosen. */
export function fillResults(select: Element | null, state: State): void {
  if (!(select instanceof HTMLSelectElement)) return;
  const choices = choicesOf(state);
  const name = choices.map(({ code }) => code).join(" ");
  if (select.dataset["filled"] !== name) {
    const rows = choices.map(({ code, label }) => new Option(label, code));
    select.replaceChildren(new Option("Choose…", ""), ...rows);
    select.dataset["filled"] = name;
  }
  select.value = state.call?.draft.disposition ?? "";
}
