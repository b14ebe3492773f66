/**
 * Shows a view in markup that the server has rendered: `data-show="a+!b c"` is there when a and not b, or c;
 * `data-enable`, `data-pressed` likewise; `data-text` and `data-value` name a text and a number.
 */
import type { View } from "./view";

/** Whether an expression of flags holds. */
export function holds(expression: string, flags: ReadonlySet<string>): boolean {
  const one = (flag: string): boolean =>
    flag.startsWith("!") ? !flags.has(flag.slice(1)) : flags.has(flag);
  return expression
    .split(" ")
    .filter(Boolean)
    .some((term) => term.split("+").every(one));
}

export function show(root: ParentNode, { flags, texts, values }: View): void {
  const each = (name: string, act: (element: HTMLElement, value: string) => void): void => {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-${name}]`)) {
      act(element, element.getAttribute(`data-${name}`) ?? "");
    }
  };
  each("text", (element, key) => {
    const text = texts[key] ?? "";
    if (element.textContent !== text) element.textContent = text;
  });
  each("value", (element, key) => {
    (element as HTMLProgressElement).value = values[key] ?? 0;
  });
  each("enable", (element, expression) => {
    (element as HTMLButtonElement).disabled = !holds(expression, flags);
  });
  each("pressed", (element, expression) => {
    element.ariaPressed = String(holds(expression, flags));
  });
  each("show", (element, expression) => {
    const hidden = !holds(expression, flags);
    if (element.hidden !== hidden) element.hidden = hidden;
  });
}

/** A fresh copy of `<template data-template="name">`. */
export function copyOf(root: ParentNode, name: string): HTMLElement | null {
  const template = root.querySelector<HTMLTemplateElement>(`[data-template="${name}"]`);
  return (template?.content.cloneNode(true) as DocumentFragment | undefined)
    ?.firstElementChild as HTMLElement | null;
}

/** Fills `data-slot` pieces with texts. */
export function fill(element: ParentNode, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const slot = element.querySelector(`[data-slot="${name}"]`);
    if (slot) slot.textContent = text;
  }
}
