/** How outcomes are shown, as plain values: what differs between two texts, names in a sentence. */

/** Words, numbers and single signs: a difference never begins inside of one. */
const PARTS = /[\p{L}\p{N}_.-]+|[^]/gu;

/**
 * The part in which two texts differ.
 * @param {string} got
 * @param {string} expected
 * @returns {{before: string, got: string, expected: string, after: string}}
 */
export function difference(got, expected) {
  const left = got.match(PARTS) ?? [];
  const right = expected.match(PARTS) ?? [];
  const most = Math.min(left.length, right.length);
  let head = 0;
  while (head < most && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < most - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  return {
    before: left.slice(0, head).join(""),
    got: left.slice(head, left.length - tail).join(""),
    expected: right.slice(head, right.length - tail).join(""),
    after: left.slice(left.length - tail).join(""),
  };
}

/**
 * A sentence of the catalogues, cut at its `names`.
 * @param {string} sentence
 * @returns {{code: boolean, text: string}[]}
 */
export function spans(sentence) {
  return sentence
    .split("`")
    .map((text, number) => ({ code: number % 2 === 1, text }))
    .filter(({ text }) => text);
}

/** Bytes as megabytes with one decimal. @param {number} bytes */
export const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
