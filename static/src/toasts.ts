/** Short words that come and go: `toast("Saved", "success")`. */

export type Tone = "info" | "success" | "warning" | "error";

const SHOWN_MS = 6000;
const CLASSES: Readonly<Record<Tone, string>> = {
  info: "alert-info",
  success: "alert-success",
  warning: "alert-warning",
  error: "alert-error",
};

export function toast(message: string, tone: Tone = "info"): void {
  const region = document.getElementById("toasts");
  if (!region || !message) return;
  const element = document.createElement("div");
  element.className = `alert ${CLASSES[tone]} shadow-lg whitespace-normal`;
  element.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-ghost btn-xs btn-square";
  close.ariaLabel = "Dismiss";
  close.innerHTML = '<span class="icon-base icon-[tabler--x]" aria-hidden="true"></span>';
  close.addEventListener("click", () => element.remove());
  element.append(close);
  region.append(element);
  // Errors stay until they are read.
  if (tone !== "error") setTimeout(() => element.remove(), SHOWN_MS);
}

/** Django's messages of a page become toasts. */
export function toastMessages(root: ParentNode): void {
  for (const message of root.querySelectorAll<HTMLElement>("[data-toast]")) {
    const tone = message.dataset["toast"];
    toast(message.textContent ?? "", tone && tone in CLASSES ? (tone as Tone) : "info");
    message.remove();
  }
}
