/**
 * Times that move, by one timer for the whole page: `<time data-since>` counts up,
 * `<time data-ago>` says how long ago, `data-after` is hidden until then. The page says what the server's clock was when it was made.
 */

export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const DAY_MIN = 24 * 60;

/** `5 min ago`; null for what is better told by its date. The server's words are the same. */
export function ago(ms: number): string | null {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < DAY_MIN ? `${Math.floor(minutes / 60)} h ago` : null;
}

/** What to add to this computer's clock; nothing where the page's own time may be an old one. */
export function skew(made: number, here: number, navigation: string): number {
  return Number.isFinite(made) && navigation !== "back_forward" ? made - here : 0;
}

let offset = 0;

export function tick(root: ParentNode, now: number = Date.now() + offset): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Date.parse(element.dataset["since"] ?? "");
    if (!Number.isNaN(since)) element.textContent = clock(now - since);
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-ago]")) {
    const words = ago(now - Date.parse(element.dataset["ago"] ?? ""));
    if (words && element.textContent !== words) element.textContent = words;
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-after]")) {
    const hidden = !(now >= Date.parse(element.dataset["after"] ?? ""));
    if (element.hidden !== hidden) element.hidden = hidden;
  }
}

export function startTimers(): void {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const made = Number(document.documentElement.dataset["now"] ?? NaN);
  // The answer was made before it arrived: its first byte is nearest to that.
  const arrived = performance.timeOrigin + (entry?.responseStart ?? performance.now());
  offset = skew(made, arrived, entry?.type ?? "");
  setInterval(() => tick(document), 1000);
  tick(document);
}
