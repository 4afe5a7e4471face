/**
 * What keys do to the text of a small code editor. Pure: a text and a selection in, the piece to
 * replace and the new selection out. It must not know the page.
 */

export const INDENT = "    ";

/**
 * @typedef {{text: string, start: number, end: number}} Text  a text and its selection
 * @typedef {{from: number, to: number, with: string, start: number, end: number}} Edit
 *   replace `from`..`to`, then select `start`..`end`
 */

/**
 * Indents the selected lines, or goes to the next stop within a line.
 * @param {Text} now
 * @returns {Edit}
 */
export function indent({ text, start, end }) {
  if (!text.slice(start, end).includes("\n")) {
    const column = start - lineStart(text, start);
    const pad = " ".repeat(INDENT.length - (column % INDENT.length));
    return { from: start, to: end, with: pad, start: start + pad.length, end: start + pad.length };
  }
  return eachLine({ text, start, end }, (line) => (line.trim() ? INDENT + line : line));
}

/**
 * Takes one stop of indentation from every selected line.
 * @param {Text} now
 * @returns {Edit}
 */
export function dedent(now) {
  return eachLine(now, (line) => line.replace(/^(?:\t| {1,4})/, ""));
}

/**
 * A new line that begins where the last one did; deeper after a colon or an opening bracket,
 * shallower after what ends a block.
 * @param {Text} now
 * @returns {Edit}
 */
export function newLine({ text, start, end }) {
  const line = text.slice(lineStart(text, start), start);
  let pad = /^[ \t]*/.exec(line)[0];
  const code = line.replace(/#.*$/, "").trimEnd();
  if (/[:([{]$/.test(code)) pad += INDENT;
  else if (/^\s*(?:return|pass|break|continue|raise)\b/.test(code))
    pad = pad.replace(/(?:\t| {1,4})$/, "");
  const at = start + 1 + pad.length;
  return { from: start, to: end, with: `\n${pad}`, start: at, end: at };
}

/**
 * Where a line of the text is.
 * @param {string} text
 * @param {number} number  from 1
 * @returns {{start: number, end: number}}
 */
export function lineAt(text, number) {
  const lines = text.split("\n");
  const place = Math.min(Math.max(number, 1), lines.length) - 1;
  const start = lines.slice(0, place).reduce((sum, line) => sum + line.length + 1, 0);
  return { start, end: start + lines[place].length };
}

/** @param {string} text @param {number} at */
const lineStart = (text, at) => text.lastIndexOf("\n", at - 1) + 1;

/**
 * @param {Text} now
 * @param {(line: string) => string} change
 * @returns {Edit}
 */
function eachLine({ text, start, end }, change) {
  const from = lineStart(text, start);
  // A selection that ends at the beginning of a line does not touch that line.
  const last = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const next = text.indexOf("\n", last);
  const to = next < 0 ? text.length : next;
  const before = text.slice(from, to).split("\n");
  const after = before.map(change);
  const body = after.join("\n");
  const moved = after[0].length - before[0].length;
  const grown = body.length - (to - from);
  return {
    from,
    to,
    with: body,
    start: Math.max(from, start + moved),
    end: Math.max(from, end + grown),
  };
}
