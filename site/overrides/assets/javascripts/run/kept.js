/** The reader's own code, kept in the browser by assignment and sent nowhere. */

const PREFIX = "pioneers.code.1.";
/** Longer sources than this are not kept. */
const MOST = 200_000;

/**
 * @param {string} id
 * @param {Storage | undefined} storage  the browser's; may be forbidden or full
 * @returns {string | null}
 */
export function load(id, storage = local()) {
  try {
    const text = storage?.getItem(PREFIX + id);
    return typeof text === "string" && text.length <= MOST ? text : null;
  } catch {
    return null;
  }
}

/**
 * Keeps a source; one that is how it began is forgotten instead.
 * @param {string} id
 * @param {string} text
 * @param {string} first
 * @param {Storage | undefined} storage
 */
export function save(id, text, first, storage = local()) {
  try {
    if (text === first || text.length > MOST) storage?.removeItem(PREFIX + id);
    else storage?.setItem(PREFIX + id, text);
  } catch {
    // A private window or a full store: the page goes on, only the memory is short.
  }
}

/** @returns {Storage | undefined} */
function local() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
