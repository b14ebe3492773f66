/** Shows the offline page when a page cannot be loaded. Nothing else is kept: data is never stale. */

declare const self: ServiceWorkerGlobalScope;

const KEPT = "dialer-offline-1";
const OFFLINE = "/offline/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add(OFFLINE)));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  event.respondWith(
    fetch(event.request).catch(async () => (await caches.match(OFFLINE)) ?? Response.error()),
  );
});

export {};
