/**
 * Moving between pages without leaving the document: a boosted page brings its whole document,
 * only main#page is taken, so that the dock, a call and the socket live on.
 */

import htmx from "htmx.org";
import { renewSession } from "./api";
import { type Answer, answerOf, planOf } from "./pageplan";
import { tick } from "./timers";
import { toast, toastMessages } from "./toasts";

interface Detail {
  readonly elt: HTMLElement;
  readonly requestConfig: {
    /** The link or form; `elt` of the event itself is where the event happens. */
    readonly elt: HTMLElement;
    readonly verb: string;
    readonly path: string;
    readonly boosted?: boolean;
    readonly triggeringEvent?: Event;
  };
  readonly xhr: XMLHttpRequest;
  target: Element;
  shouldSwap: boolean;
  isError: boolean;
  selectOverride?: string;
  swapOverride?: string;
}

/** Parts of the frame that each page brings along. */
const FRAME = ["breadcrumbs", "page-actions", "sidebar-links"];
const SWAP = "outerHTML show:window:top";
const detailOf = (event: Event): Detail => (event as CustomEvent<Detail>).detail;
const scrolled = new Map<string, number>();
let here = "";

export function startNavigation(): void {
  here = address();
  document.addEventListener("htmx:beforeSwap", (event) => boosted(detailOf(event)));
  document.addEventListener("htmx:afterSwap", (event) => settle(detailOf(event)));
  document.addEventListener("htmx:responseError", (event) => void explain(detailOf(event)));
  document.addEventListener("htmx:sendError", () =>
    toast("The server could not be reached. Check the connection and try again.", "error"),
  );
  document.addEventListener("htmx:beforeHistoryUpdate", () => scrolled.set(here, scrollY));
  document.addEventListener("htmx:pushedIntoHistory", () => (here = address()));
  document.addEventListener("htmx:historyCacheMissLoad", (event) => restoring(event));
  document.addEventListener("htmx:historyCacheMissLoadError", () => location.reload());
  document.addEventListener("htmx:historyRestore", (event) => restored(event));
  document.addEventListener("click", keepCall);
}

export function inCall(): boolean {
  const { dataset } = document.documentElement;
  return "call" in dataset || "joined" in dataset;
}

function address(): string {
  return location.pathname + location.search;
}

function contentType(xhr: XMLHttpRequest): string {
  return xhr.getResponseHeader("Content-Type") ?? "";
}

function read(type: string, text: string): Answer {
  const script = document.querySelector('script[type="module"]')?.getAttribute("src") ?? "";
  return answerOf(type, text, script);
}

function boosted(detail: Detail): void {
  const { requestConfig, xhr } = detail;
  const page = document.getElementById("page");
  if (!requestConfig.boosted || !page) return;
  const frame = page.hasAttribute("data-public") ? "public" : "own";
  const get = requestConfig.verb === "get";
  const plan = planOf(read(contentType(xhr), xhr.responseText), { frame, get, inCall: inCall() });
  // Refusals and missing pages are pages too.
  detail.isError = false;
  detail.shouldSwap = plan === "swap";
  detail.target = page;
  detail.selectOverride = "#page";
  detail.swapOverride = SWAP;
  if (plan === "load") location.assign(get ? xhr.responseURL || requestConfig.path : "");
  else if (plan === "log-in") void again(detail);
  else if (plan === "fail") toast("That did not work. Try again.", "error");
}

/** The same link or form once more, after the login. */
async function again({ requestConfig }: Detail): Promise<void> {
  const { elt } = requestConfig;
  if (!(await renewSession()) || !elt.isConnected) return;
  const { submitter } = (requestConfig.triggeringEvent ?? {}) as Partial<SubmitEvent>;
  if (elt instanceof HTMLFormElement) elt.requestSubmit(submitter);
  else elt.click();
}

function settle({ requestConfig }: Partial<Detail>): void {
  toastMessages(document);
  tick(document);
  if (!requestConfig?.boosted) return;
  document.dispatchEvent(new CustomEvent("page-shown"));
  focusPage();
}

/** Where a screen reader goes on reading: the new page's heading. */
function focusPage(): void {
  const page = document.getElementById("page");
  const heading = page?.querySelector<HTMLElement>("h1") ?? page;
  if (!heading || page?.contains(document.activeElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Back and forward: what htmx does not take from the page that it fetches. */
interface Restoring {
  readonly path: string;
  readonly serverResponse?: string;
  readonly response?: string;
  readonly swapSpec?: { swapStyle: string };
}

function restoring(event: Event): void {
  const { path, response, swapSpec } = (event as CustomEvent<Restoring>).detail;
  if (read("text/html", response ?? "").frame === "own" || !swapSpec) return;
  swapSpec.swapStyle = "none";
  void renewSession().then((renewed) => {
    if (renewed) void htmx.ajax("get", path, { target: "#page", select: "#page", swap: SWAP });
  });
}

function restored(event: Event): void {
  const { serverResponse } = (event as CustomEvent<Restoring>).detail;
  const fetched = new DOMParser().parseFromString(serverResponse ?? "", "text/html");
  for (const id of FRAME) {
    const [old, fresh] = [document.getElementById(id), fetched.getElementById(id)];
    if (!old || !fresh) continue;
    old.replaceChildren(...fresh.childNodes);
    htmx.process(old);
  }
  here = address();
  scrollTo(0, scrolled.get(here) ?? 0);
  toastMessages(document);
  tick(document);
  document.dispatchEvent(new CustomEvent("page-shown"));
  focusPage();
}

async function explain({ xhr, elt, target, requestConfig }: Detail): Promise<void> {
  if (xhr.status === 401) {
    const own = requestConfig.triggeringEvent?.isTrusted ?? false;
    if (!(await renewSession({ own }))) return;
    const verb = requestConfig.verb as "get" | "post";
    await htmx.ajax(verb, requestConfig.path, { source: elt, target: target as HTMLElement });
    return;
  }
  const plain = contentType(xhr).startsWith("text/plain");
  toast(plain ? xhr.responseText : "That did not work. Try again.", "error");
}

/** A link that leaves the document would end the call: during a call it opens a new tab. */
function keepCall(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || !inCall() || event.defaultPrevented || link.target || link.download) return;
  const own = link.origin === location.origin;
  const boosts = link.closest("[hx-boost]")?.getAttribute("hx-boost") === "true";
  if ((own && boosts) || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  window.open(link.href, "_blank", "noopener");
}
