/**
 * Keeps what was read, so that it can be read without a network. A page and what belongs to it come
 * from the network first, so that nobody reads an old one by accident; files whose address changes
 * with their content come from what is kept. Errors are never kept, nor anything of another host.
 */

const VERSION = new URL(self.location.href).searchParams.get("v") ?? "0";
const CACHE = `pioneers-${VERSION}`;
/** How many files are kept: pages and their parts; the oldest go first. */
const MOST = 400;

const FIXED = /\/assets\/vendor\/|\.[0-9a-f]{8}\.min\.(js|css)$/;
const KINDS = new Set(["document", "style", "script", "font", "image", "worker"]);
const DATA = /\.(json|wasm|zip|bin|txt)$/;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(forget()));

// What the page that started this worker had loaded already.
self.addEventListener("message", (event) => {
  const visited = Array.isArray(event.data?.visited) ? event.data.visited : [];
  event.waitUntil(Promise.all(visited.filter(ours).map((address) => fetched(event, address))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !ours(request.url) || request.headers.has("range")) return;
  const { pathname } = new URL(request.url);
  if (!KINDS.has(request.destination) && !DATA.test(pathname)) return;
  event.respondWith(FIXED.test(pathname) ? keptFirst(event, request) : networkFirst(event, request));
});

/** @param {string} address */
const ours = (address) => new URL(address).origin === self.location.origin;

/** Removes what an older version kept. */
async function forget() {
  await self.clients.claim();
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("pioneers-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function keptFirst(event, request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetched(event, request);
}

async function networkFirst(event, request) {
  try {
    return await fetched(event, request);
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Asks the network and keeps a good answer; the reader need not wait for that. */
async function fetched(event, request) {
  const answer = await fetch(request);
  const good = answer.status === 200 && answer.type === "basic" && !answer.redirected;
  if (good) event.waitUntil(keep(request, answer.clone()));
  return answer;
}

/** A full disk keeps nothing; reading goes on. */
async function keep(request, answer) {
  try {
    const cache = await caches.open(CACHE);
    await cache.put(request, answer);
    if (answer.headers.get("content-type")?.startsWith("text/html")) await trim(cache);
  } catch {
    // nothing to do
  }
}

async function trim(cache) {
  const keys = await cache.keys();
  const over = keys.slice(0, Math.max(0, keys.length - MOST));
  await Promise.all(over.map((key) => cache.delete(key)));
}
