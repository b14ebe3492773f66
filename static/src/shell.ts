/** The page's frame: CSRF, sidebar, menus, theme, toasts. */

import { csrfToken, renewSession } from "./api";
import { startConfirming } from "./confirm";
import { startNavigation } from "./navigation";
import { toast, toastMessages, type Tone } from "./toasts";

const YEAR_S = 60 * 60 * 24 * 365;
const root = document.documentElement;

export function startShell(): void {
  startConfirming();
  startNavigation();
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters } = (event as CustomEvent<Configured>).detail;
    headers["X-CSRFToken"] = csrfToken();
    // A login renews the token; the one in the page may be older than the cookie.
    if (parameters["csrfmiddlewaretoken"]) parameters["csrfmiddlewaretoken"] = csrfToken();
  });
  document.addEventListener("submit", (event) => freshToken(event), { capture: true });
  document.addEventListener("submit", (event) => switchTheme(event));
  document.addEventListener("click", (event) => act(event));
  document.addEventListener("keydown", (event) => escape(event));
  document.addEventListener("page-shown", () => closeMenus());
  document.addEventListener("toast", (event) => {
    const { messages } = (event as CustomEvent<{ messages?: readonly Told[] }>).detail;
    for (const { message, tone } of messages ?? []) toast(message, tone);
  });
  toastMessages(document);
}

/** What the server sends along with a fragment (core.toasts). */
interface Told {
  readonly message: string;
  readonly tone: Tone;
}

interface Configured {
  readonly headers: Record<string, string>;
  readonly parameters: Record<string, unknown>;
}

function freshToken(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]');
  if (field) field.value = csrfToken() || field.value;
}

function act(event: Event): void {
  const clicked = event.target as Element;
  for (const menu of openMenus()) if (!menu.contains(clicked)) menu.open = false;
  const action = clicked.closest<HTMLElement>("[data-action]")?.dataset["action"];
  if (action === "toggle-sidebar") toggleSidebar();
  if (action === "close-sidebar") slideSidebar(false);
  if (action === "log-in") void renewSession();
  if (action === "show-password") showPassword(clicked.closest<HTMLElement>("button"));
}

function escape(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector<HTMLElement>("summary")?.focus();
  }
  if ("slid" in root.dataset) slideSidebar(false);
}

function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")];
}

function closeMenus(): void {
  for (const menu of openMenus()) menu.open = false;
  if ("slid" in root.dataset) slideSidebar(false);
}

/** Wide: folds to icons, remembered by a cookie that the server renders. Narrow: slides in. */
function toggleSidebar(): void {
  if (!matchMedia("(min-width: 64rem)").matches) return slideSidebar(true);
  const folded = root.dataset["sidebar"] !== "folded";
  root.dataset["sidebar"] = folded ? "folded" : "open";
  document.cookie = `sidebar=${root.dataset["sidebar"]};path=/;max-age=${YEAR_S};samesite=lax`;
}

function slideSidebar(open: boolean): void {
  root.toggleAttribute("data-slid", open);
  document.getElementById("frame")?.toggleAttribute("inert", open);
  const place = open ? "#sidebar a" : '[data-action="toggle-sidebar"]';
  document.querySelector<HTMLElement>(place)?.focus();
}

function showPassword(button: HTMLElement | null): void {
  const field = button?.parentElement?.querySelector("input");
  if (!button || !field) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.ariaPressed = String(shown);
  button.ariaLabel = shown ? "Hide the characters" : "Show the characters";
}

/** The theme changes at once; the server's cookie follows. */
function switchTheme(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  const chosen = (event.submitter as HTMLButtonElement | null)?.value ?? "system";
  if (chosen === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = chosen;
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[name=theme]")) {
    button.ariaPressed = String(button.value === chosen);
  }
  const scheme = document.querySelector<HTMLMetaElement>('meta[name="color-scheme"]');
  if (scheme) scheme.content = chosen === "system" ? "light dark" : chosen;
  const body = new FormData(form);
  body.set("theme", chosen);
  void fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  document.dispatchEvent(new CustomEvent("themechange"));
}
