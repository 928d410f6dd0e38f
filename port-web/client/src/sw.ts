// Keeps what was loaded, so that pages, rules and audits work offline. What the network has is always preferred.

export {};
declare const self: ServiceWorkerGlobalScope;

const CACHE = "port-catalog-1";
const FIRST = [
  "./", "style.css", "icon.svg", "theme.js", "app.js", "tools.js", "search.json", "rules/", "upgrade/", "conflicts/", "audit/", "about/",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FIRST)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

async function respond(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === self.location.origin) event.respondWith(respond(request));
});
