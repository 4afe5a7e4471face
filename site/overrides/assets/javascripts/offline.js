/**
 * Starts the service worker that keeps visited pages (sw.js), where the browser allows one: not for
 * files opened from disk, not in a private window that forbids it.
 */

/**
 * @param {Document} page
 * @param {Navigator} browser
 */
export async function start(page, browser) {
  const place = page.querySelector('meta[name="offline"]')?.content;
  if (!place || !page.location.protocol.startsWith("http") || !browser.serviceWorker) return;
  const first = !browser.serviceWorker.controller;
  try {
    await browser.serviceWorker.register(new URL(place, page.location.href));
    if (!first) return;
    const { active } = await browser.serviceWorker.ready;
    active.postMessage({ visited: [page.location.href.split("#")[0]] });
    // What came past the worker: all until now, and what was on its way when it took over.
    new PerformanceObserver((parts) => {
      const past = parts.getEntries().filter(({ workerStart }) => !workerStart);
      if (past.length) active.postMessage({ visited: past.map(({ name }) => name) });
    }).observe({ type: "resource", buffered: true });
  } catch {
    // Reading goes on without.
  }
}

if (typeof document !== "undefined") {
  const begin = () => start(document, navigator);
  if (document.readyState === "complete") begin();
  else globalThis.addEventListener("load", begin, { once: true });
}
