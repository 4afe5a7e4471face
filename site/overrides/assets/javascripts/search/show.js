/**
 * Results in the form that the theme draws: titles and a line of text, escaped, with marks.
 *
 * The theme puts titles and texts into the page as HTML: nothing goes there unescaped.
 */

/**
 * @typedef {{location: string, title: string, text: string, score: number,
 *   terms: Record<string, boolean>}} Item as the theme's search worker gives them.
 */

const AROUND = 60; // characters of text before the first mark
const SHOWN = 200;
const MOST_SECTIONS = 6; // of one page

/** @param {string} text @returns {string} */
export function escape(text) {
  const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (sign) => signs[/** @type {keyof typeof signs} */ (sign)]);
}

/**
 * What a text shows of a query: the words to mark in it.
 * @param {import("./query.js").Concept} concept
 * @param {import("./engine.js").Index} index
 * @returns {string[]} in small letters, the longest first
 */
export function surfaces(concept, index) {
  const found = new Set([concept.typed.toLowerCase()]);
  for (const { terms } of concept.alternatives) {
    for (const term of terms) {
      found.add(term);
      if (term.endsWith("다")) {
        for (const [shape, verbs] of Object.entries(index.shapes)) {
          if (shape.length > 1 && verbs.includes(term)) found.add(shape);
        }
      }
    }
  }
  return [...found].filter((word) => word.length > 1).sort((a, b) => b.length - a.length);
}

/** @param {string[]} words @returns {RegExp | null} */
export function marker(words) {
  if (!words.length) return null;
  // An English stem is marked with its ending.
  const parts = words.map((word) =>
    /^[a-z]{3,}$/.test(word) ? `${word}[a-z]{0,3}` : word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
  );
  return new RegExp(parts.join("|"), "giu");
}

/** @param {string} text @param {RegExp | null} words @returns {string} HTML */
export function mark(text, words) {
  if (!words) return escape(text);
  let html = "";
  let last = 0;
  for (const found of text.matchAll(words)) {
    html += escape(text.slice(last, found.index)) + "<mark>" + escape(found[0]) + "</mark>";
    last = found.index + found[0].length;
  }
  return html + escape(text.slice(last));
}

/**
 * The stretch of a section that shows most of what was asked.
 * @param {string} text @param {string} code @param {RegExp | null} words
 * @returns {string} HTML
 */
export function teaser(text, code, words) {
  const source = words && text.search(words) < 0 && code.search(words) >= 0 ? code : text || code;
  const first = words ? source.search(words) : -1;
  let start = Math.max(0, first - AROUND);
  if (start > 0) start = source.indexOf(" ", start) + 1 || start;
  const cut = source.slice(start, start + SHOWN);
  const ends = start + SHOWN < source.length ? " …" : "";
  return cut && `<p>${start > 0 ? "… " : ""}${mark(cut, words)}${ends}</p>`;
}

/**
 * @param {import("./engine.js").Engine} engine
 * @param {string} query
 * @returns {{items: Item[][], suggest: string[], strange: string}} `strange` is what of the query
 *   the site knows no word for: all of it if nothing was found
 */
export function result(engine, query) {
  const { found, asked } = engine.search(query);
  const { index } = engine;
  const words = asked.map((concept) => surfaces(concept, index));
  const items = found.map(({ page, hits, matched }) => {
    const best = hits.slice(0, MOST_SECTIONS);
    const own = index.sections.findIndex((section) => section[0] === page);
    if (!best.some((hit) => hit.section === own)) {
      best.push({ section: own, score: 0, matched: new Set() });
    }
    const shown = best.map((hit) => item(hit));
    // The page's own entry leads to what its sections have.
    const seen = Object.assign({}, ...shown.map(({ terms }) => onlyTrue(terms)));
    for (const one of shown.filter(({ score }) => !score)) {
      one.terms = seen;
      one.title = mark(index.sections[own][2], marks(matched));
    }
    return shown;
  });
  const unknown = asked.filter(
    ({ weak, alternatives, typed }) => !weak && !alternatives.length && typed.length > 2,
  );
  const strange = items.length ? unknown.map(({ typed }) => typed).join(" ") : query;
  return { items, suggest: suggestion(engine, query), strange };

  /** @param {Set<number>} matched */
  function marks(matched) {
    return marker([...matched].flatMap((concept) => words[concept]).sort(longest));
  }

  /** @param {import("./engine.js").Hit} hit @returns {Item} */
  function item({ section, score, matched }) {
    const [page, anchor, title, text, code] = index.sections[section];
    const shown = marks(matched);
    /** @type {Record<string, boolean>} */
    const terms = {};
    asked.forEach((concept, place) => {
      if (concept.weak) return;
      if (!matched.has(place)) terms[concept.typed] = false;
      const here = visible([concept.typed, ...words[place]], `${title}\n${text}\n${code}`);
      if (matched.has(place) && here) terms[here] = true;
    });
    return {
      location: index.pages[page][0] + (anchor && `#${anchor}`),
      title: mark(title, shown),
      text: score ? teaser(text, code, shown) : "",
      score,
      terms,
    };
  }
}

/** @param {string} a @param {string} b */
function longest(a, b) {
  return b.length - a.length;
}

/** The first of the words that can be seen in a text. @param {string[]} words @param {string} text */
function visible(words, text) {
  const small = text.toLowerCase();
  return words.find((word) => small.includes(word.toLowerCase())) ?? "";
}

/** @param {Record<string, boolean>} terms @returns {Record<string, boolean>} */
function onlyTrue(terms) {
  return Object.fromEntries(Object.entries(terms).filter(([, isThere]) => isThere));
}

/**
 * How the last word may go on; the theme shows it in grey behind what is typed.
 * @param {import("./engine.js").Engine} engine
 * @param {string} query
 * @returns {string[]}
 */
function suggestion(engine, query) {
  const last = query.split(/[\s-]+/).at(-1) ?? "";
  if (last.length < 2) return [];
  const found = engine.lexicon
    .beginning(last.toLowerCase())
    .filter((term) => term.startsWith(last) && /\p{Script=Hangul}/u.test(term) && !term.endsWith("다"));
  return found.slice(0, 1);
}
