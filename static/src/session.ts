/** Renews the session before it expires, so that nobody's shift is interrupted. */

import { renewSession } from "./api";

const EVERY_MS = 8 * 60_000; // the access token lives ten minutes

export function keepSession(): void {
  let renewed = Date.now();
  const renew = (): void => {
    if (Date.now() - renewed < EVERY_MS) return;
    renewed = Date.now();
    void renewSession({ own: false });
  };
  // Page timers of a background tab run once a minute: often enough for this.
  setInterval(renew, 30_000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") renew();
  });
}
