/** Beats for a page: timers of a background tab run once a minute, those of a worker do not slow. */
let timer: ReturnType<typeof setInterval> | undefined;
self.addEventListener("message", ({ data }: MessageEvent<number>) => {
  clearInterval(timer);
  timer = setInterval(() => self.postMessage("beat"), data);
});
export {};
