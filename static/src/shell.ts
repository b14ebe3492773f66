/** The page's frame: boosted navigation, sidebar, theme, confirmations, errors as words. */

import htmx from "htmx.org";
import { csrfToken, renewSession } from "./api";
import { tick } from "./timers";
import { toast, toastMessages } from "./toasts";

interface Detail {
  readonly elt: HTMLElement;
  readonly boosted?: boolean;
  readonly requestConfig: {
    readonly verb: string;
    readonly path: string;
    readonly boosted?: boolean;
    readonly headers: Record<string, string>;
  };
  readonly xhr: XMLHttpRequest;
  readonly headers: Record<string, string>;
  target: Element;
  shouldSwap: boolean;
  isError: boolean;
  selectOverride?: string;
  swapOverride?: string;
}

const detailOf = (event: Event): Detail => (event as CustomEvent<Detail>).detail;
const year = 60 * 60 * 24 * 365;

export function startShell(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    detailOf(event).headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:beforeSwap", (event) => swapPageOnly(detailOf(event)));
  document.addEventListener("htmx:afterSwap", (event) => settle(detailOf(event)));
  document.addEventListener("htmx:historyRestore", () => markCurrentPage());
  document.addEventListener("htmx:responseError", (event) => void explain(detailOf(event)));
  document.addEventListener("htmx:sendError", () =>
    toast("The server could not be reached. Check the connection and try again.", "error"),
  );
  document.addEventListener("click", (event) => act(event));
  document.addEventListener("submit", (event) => confirmFirst(event), { capture: true });
  document.addEventListener("submit", (event) => switchTheme(event));
  toastMessages(document);
}

/** A boosted page brings its whole document; only main#page is taken, so that the dock lives on. */
function swapPageOnly(detail: Detail): void {
  if (!detail.requestConfig.boosted) return;
  const page = document.getElementById("page");
  if (!page) return;
  // Refusals and missing pages are pages too.
  if ((detail.xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html")) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
  detail.target = page;
  detail.selectOverride = "#page";
  detail.swapOverride = "outerHTML show:window:top";
}

function settle(detail: Detail): void {
  toastMessages(document);
  tick(document, Date.now());
  if (!detail.requestConfig.boosted) return;
  closeSidebar();
  document.getElementById("page")?.focus({ preventScroll: true });
}

function markCurrentPage(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("#sidebar-links a")) {
    if (location.pathname.startsWith(link.pathname)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function explain({ xhr, elt, target, requestConfig }: Detail): Promise<void> {
  if (xhr.status === 401) {
    if (!(await renewSession())) return;
    const verb = requestConfig.verb as "get" | "post";
    await htmx.ajax(verb, requestConfig.path, { source: elt, target: target as HTMLElement });
    return;
  }
  const plain = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
  toast(plain ? xhr.responseText : "That did not work. Try again.", "error");
}

function act(event: Event): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-action]");
  if (button?.dataset["action"] === "toggle-sidebar") toggleSidebar();
  if (button?.dataset["action"] === "close-sidebar") closeSidebar();
}

function toggleSidebar(): void {
  if (matchMedia("(min-width: 64rem)").matches) {
    const root = document.documentElement;
    const folded = root.dataset["sidebar"] !== "folded";
    root.dataset["sidebar"] = folded ? "folded" : "open";
    document.cookie = `sidebar=${root.dataset["sidebar"]};path=/;max-age=${year};samesite=lax`;
    return;
  }
  const sidebar = document.getElementById("sidebar");
  const opens = sidebar?.classList.toggle("max-lg:-translate-x-full") === false;
  document.getElementById("sidebar-veil")?.classList.toggle("hidden", !opens);
  if (opens) sidebar?.querySelector<HTMLElement>("a")?.focus();
}

function closeSidebar(): void {
  document.getElementById("sidebar")?.classList.add("max-lg:-translate-x-full");
  document.getElementById("sidebar-veil")?.classList.add("hidden");
}

/** `<form data-confirm="Question?">` asks in a dialog before it is sent, by htmx or by the browser. */
function confirmFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = form.dataset["confirm"];
  const dialog = document.querySelector<HTMLDialogElement>("#confirm-dialog");
  if (!question || !dialog || form.dataset["confirmed"]) {
    delete form.dataset["confirmed"];
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const asked = dialog.querySelector<HTMLElement>("#confirm-question");
  const yes = dialog.querySelector<HTMLElement>("[data-yes]");
  if (asked) asked.textContent = question;
  if (yes) yes.textContent = form.dataset["confirmYes"] ?? "Yes";
  dialog.returnValue = "";
  dialog.showModal();
  const submitter = event.submitter;
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      form.dataset["confirmed"] = "1";
      form.requestSubmit(submitter);
    },
    { once: true },
  );
}

/** The theme changes at once; the server's cookie follows. */
function switchTheme(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  const chosen = (event.submitter as HTMLButtonElement | null)?.value ?? "system";
  const root = document.documentElement;
  if (chosen === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = chosen;
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[name=theme]")) {
    button.ariaPressed = String(button.value === chosen);
  }
  const body = new FormData(form);
  body.set("theme", chosen);
  void fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  document.dispatchEvent(new CustomEvent("themechange"));
}
