/**
 * `<placeholder-palette>` around texts with placeholders: a button of the palette inserts its
 * placeholder where the cursor was, and the cursor goes back into the text.
 */

import { inserted, placeholder } from "./placeholders";

class PlaceholderPalette extends HTMLElement {
  private last: HTMLTextAreaElement | null = null;
  private ready = false;

  connectedCallback(): void {
    if (this.ready) return;
    this.ready = true;
    this.addEventListener("focusin", (event) => this.remember(event.target));
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
      if (button) this.insert(button.dataset["insert"] ?? "", button.closest("[data-palette]"));
    });
  }

  private remember(target: EventTarget | null): void {
    if (target instanceof HTMLTextAreaElement && "placeholders" in target.dataset) {
      this.last = target;
    }
  }

  private insert(field: string, palette: Element | null): void {
    const area =
      this.last ??
      this.querySelector<HTMLTextAreaElement>("textarea[name=session_text][data-placeholders]");
    if (!area) return;
    // On a small page the palette lies above the texts, on a large one beside them.
    const fallback = palette?.querySelector<HTMLInputElement>("[data-fallback]");
    const piece = placeholder(field, fallback?.value ?? "");
    const done = inserted(area.value, piece, area.selectionStart, area.selectionEnd);
    area.value = done.text;
    area.focus();
    area.setSelectionRange(done.caret, done.caret);
    area.dispatchEvent(new Event("input", { bubbles: true }));
    if (fallback) fallback.value = "";
  }
}

customElements.define("placeholder-palette", PlaceholderPalette);
