/** Which keys do what. Alt with a key works everywhere, also while typing; plain keys only outside of fields. */

export interface Shortcut {
  readonly action: string;
  /** `KeyboardEvent.code`, so that a layout's accents on Alt do not matter. */
  readonly code: string;
  readonly shown: string;
  readonly does: string;
}

/** None of them is a menu of Chrome, Firefox, Edge or Safari. */
export const SHORTCUTS: readonly Shortcut[] = [
  { action: "call", code: "KeyC", shown: "Alt C", does: "Call the number, or answer" },
  { action: "hang-up", code: "KeyX", shown: "Alt X", does: "Hang up, or reject" },
  { action: "mute", code: "KeyM", shown: "Alt M", does: "Microphone off and on" },
  { action: "hold", code: "KeyK", shown: "Alt K", does: "Hold and take back" },
  { action: "pause", code: "KeyP", shown: "Alt P", does: "Pause and resume automated dialing" },
  { action: "dial-now", code: "KeyN", shown: "Alt N", does: "Dial the next lead now" },
  { action: "skip", code: "KeyJ", shown: "Alt J", does: "Skip the next lead" },
  { action: "results", code: "KeyR", shown: "Alt R", does: "Go to the results of the call" },
];

export interface Press {
  readonly code: string;
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  /** The focus is in a field that takes text. */
  readonly typing: boolean;
}

/** The action of a key, or null for a key that is not ours. */
export function actionOf(press: Press): string | null {
  if (press.ctrlKey || press.metaKey) return null;
  if (press.altKey && !press.shiftKey) {
    return SHORTCUTS.find(({ code }) => code === press.code)?.action ?? null;
  }
  if (!press.altKey && !press.typing && press.key === "?") return "help";
  return null;
}

/** The result that a plain key chooses: its own letter or digit, else its place in the list, 1 to 9. */
export function resultOf(
  press: Press,
  choices: readonly { readonly code: string; readonly key: string }[],
): string | null {
  if (press.altKey || press.ctrlKey || press.metaKey || press.typing) return null;
  const key = press.key.toLowerCase();
  const named = choices.find((choice) => choice.key.toLowerCase() === key && key !== "");
  if (named) return named.code;
  const place = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  return choices[place]?.code ?? null;
}

/** A key as it was pressed, wherever the focus is. */
export function pressOf(event: KeyboardEvent): Press {
  const { code, key, altKey, ctrlKey, metaKey, shiftKey } = event;
  const typing = takesText(document.activeElement);
  return { code, key, altKey, ctrlKey, metaKey, shiftKey, typing };
}

/** Whether an element takes text, so that plain keys belong to it. */
function takesText(element: Element | null): boolean {
  if (!element) return false;
  if (element instanceof HTMLInputElement) {
    return !["button", "checkbox", "radio", "range", "submit"].includes(element.type);
  }
  return (
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLElement && element.isContentEditable)
  );
}
