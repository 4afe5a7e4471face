/**
 * Boxes that scroll can be reached with the keyboard while they have something to scroll to, and
 * are no stop on the way while they have not.
 */

// The theme sees to code, too, but only where a pointer can hover.
const BOXES = "div.table, figure.diagram, pre > code";

/**
 * @param {Pick<HTMLElement, "scrollWidth" | "clientWidth" | "setAttribute" | "removeAttribute">} box
 */
export function fit(box) {
  if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
  else box.removeAttribute("tabindex");
}

/** @param {Document} page */
export function start(page) {
  const watcher = new ResizeObserver((seen) => seen.forEach(({ target }) => fit(target)));
  for (const box of page.querySelectorAll(BOXES)) watcher.observe(box);
}

if (typeof document !== "undefined") start(document);
