// Opens the page of the door without network: the page itself and what it is made of, nothing else.

const SHELF = "door";
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const PATIENCE = 4000; // milliseconds until a slow network counts as none

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (/\.(css|js|woff2|svg)$/.test(pathname)) event.respondWith(piece(event.request));
});

/** The newest page, or the kept one where the network is silent. */
async function page(request) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(request, { ignoreSearch: true });
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok) await shelf.put(request, answer.clone());
    else if (answer.status === 410 || answer.status === 404) await shelf.delete(request);
    else if (answer.status >= 500 && kept) return kept;
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

/** Style, script, font: their names change with what they hold, so a kept one is right. */
async function piece(request) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(request);
  if (kept && HASHED.test(request.url)) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await shelf.put(request, answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
