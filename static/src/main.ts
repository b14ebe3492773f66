/** The one entry: the frame at once, everything else where a page uses it. */

import "./main.css";
import htmx from "htmx.org";
import { startLive } from "./live";
import { keepSession } from "./session";
import { startShell } from "./shell";
import { startTimers } from "./timers";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;

const elements: Readonly<Record<string, () => Promise<unknown>>> = {
  "softphone-dock": () => import("./softphone/panel"),
  "presence-menu": () => import("./softphone/presence"),
  "call-offer": () => import("./offer"),
  "call-line": () => import("./takeover/element"),
  "audio-player": () => import("./player"),
  "activity-feed": () => import("./activity"),
  "sheet-upload": () => import("./upload"),
  "placeholder-palette": () => import("./palette"),
};

/** Loads the script of each custom element that is on the page and not known yet. */
function loadElements(): void {
  for (const [name, load] of Object.entries(elements)) {
    if (document.querySelector(name) && !customElements.get(name)) void load();
  }
}

startShell();
startTimers();
if (document.querySelector('meta[name="user"]')) {
  keepSession();
  startLive();
  // Whoever is logged in here sends what a former page has left.
  void import("./outbox").then(({ outbox }) => outbox());
}
// Without it only the page for a lost connection is missing.
void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
loadElements();
document.addEventListener("htmx:afterSettle", loadElements);
document.addEventListener("page-shown", loadElements);
document.documentElement.dataset["ready"] = "1";
