/** `<time data-since>` counts up once a second; one timer for the whole page. */

export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export function tick(root: ParentNode, now: number): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-since]")) {
    const since = Date.parse(element.dataset["since"] ?? "");
    if (!Number.isNaN(since)) element.textContent = clock(now - since);
  }
}

export function startTimers(): void {
  setInterval(() => tick(document, Date.now()), 1000);
  tick(document, Date.now());
}
