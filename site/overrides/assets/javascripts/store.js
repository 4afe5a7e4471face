/**
 * What the reader's browser remembers: lessons marked as read, answers to quizzes. It stays there
 * and is sent nowhere. Whatever lies under the key (an older version, half a file, somebody's
 * experiment) is read as far as it makes sense.
 */

/** The key in localStorage; a new version of the content gets a new number. */
export const KEY = "pioneers.reading.1";

/**
 * @typedef {{chosen: number[], shape: string}} Answer
 * @typedef {{done: Record<string, string>, quiz: Record<string, Answer>}} Reading
 */

/** @returns {Reading} */
export const nothing = () => ({ done: {}, quiz: {} });

/**
 * Reads what was kept, leaving out what is not what it should be.
 * @param {string | null} text
 * @returns {Reading}
 */
export function parse(text) {
  let raw;
  try {
    raw = JSON.parse(text ?? "");
  } catch {
    return nothing();
  }
  const reading = nothing();
  for (const [page, day] of entries(raw?.done)) {
    if (typeof day === "string") reading.done[page] = day;
  }
  for (const [key, answer] of entries(raw?.quiz)) {
    const chosen = answer?.chosen;
    if (Array.isArray(chosen) && chosen.every(Number.isInteger) && typeof answer.shape === "string")
      reading.quiz[key] = { chosen, shape: answer.shape };
  }
  return reading;
}

/** @param {unknown} value */
function entries(value) {
  const plain = typeof value === "object" && value !== null && !Array.isArray(value);
  return plain ? Object.entries(value).filter(([key]) => key !== "__proto__") : [];
}

/**
 * @param {Storage | undefined} storage  the browser's; may be forbidden or full
 * @returns {Reading}
 */
export function load(storage = local()) {
  try {
    return parse(storage?.getItem(KEY) ?? null);
  } catch {
    return nothing();
  }
}

/**
 * Changes what is kept and tells the page with an event `pioneers:reading`.
 * @param {(reading: Reading) => void} change
 * @param {Storage | undefined} storage
 * @returns {Reading}
 */
export function update(change, storage = local()) {
  const reading = load(storage);
  change(reading);
  try {
    storage?.setItem(KEY, JSON.stringify(reading));
  } catch {
    // A private window or a full store: the page goes on, only the memory is short.
  }
  globalThis.document?.dispatchEvent(new CustomEvent("pioneers:reading", { detail: reading }));
  return reading;
}

/** @returns {Storage | undefined} */
function local() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
