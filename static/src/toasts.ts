/** Short words that come and go: `toast("Saved", "success")`. */

export type Tone = "info" | "success" | "warning" | "error";

const SHOWN_MS = 6000;
const MOST = 4;
const LOOKS: Readonly<Record<Tone, readonly [string, string]>> = {
  info: ["text-info", "icon-[tabler--info-circle]"],
  success: ["text-success", "icon-[tabler--circle-check]"],
  warning: ["text-warning", "icon-[tabler--alert-triangle]"],
  error: ["text-error", "icon-[tabler--alert-circle]"],
};

export function toast(message: string, tone: Tone = "info"): void {
  const region = document.getElementById("toasts");
  if (!region || !message) return;
  for (const shown of [...region.children]) {
    if (shown.textContent === message) shown.remove();
  }
  const element = made(message, tone in LOOKS ? tone : "info");
  region.append(element);
  while (region.childElementCount > MOST) region.firstElementChild?.remove();
  raise(region);
  // Errors stay until they are read.
  if (tone !== "error") fade(element);
}

/** Django's messages of a page become toasts. */
export function toastMessages(root: ParentNode): void {
  for (const message of root.querySelectorAll<HTMLElement>("[data-toast]")) {
    toast(message.textContent ?? "", message.dataset["toast"] as Tone);
    message.remove();
  }
}

function made(message: string, tone: Tone): HTMLElement {
  const [color, icon] = LOOKS[tone];
  const element = document.createElement("div");
  element.className =
    "pointer-events-auto flex items-start gap-3 rounded-box border border-base-300 bg-base-100 px-4 py-3 shadow-lg";
  if (tone === "error") element.role = "alert";
  const words = document.createElement("p");
  words.className = "min-w-0 flex-1 text-sm break-words";
  words.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-ghost btn-xs btn-square -mr-1.5";
  close.ariaLabel = "Dismiss";
  close.append(shape("icon-[tabler--x]"));
  close.addEventListener("click", () => element.remove());
  element.append(shape(`${icon} ${color} mt-px size-5`), words, close);
  return element;
}

function shape(classes: string): HTMLElement {
  const element = document.createElement("span");
  element.className = `icon-base ${classes}`;
  element.ariaHidden = "true";
  return element;
}

/** Into the top layer, above a dialog that is open. */
function raise(region: HTMLElement): void {
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

/** Goes by itself, but not from under a pointer. */
function fade(element: HTMLElement): void {
  let timer = setTimeout(() => element.remove(), SHOWN_MS);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => {
    timer = setTimeout(() => element.remove(), SHOWN_MS);
  });
}
