/**
 * A query turned into concepts: for each thing that is asked, the terms that would answer it.
 *
 * Knows the index's words (`Lexicon`), nothing of sections and scores.
 */

import { around, cut } from "./cut.js";
import { isOneSlip, jamo, latinTerms } from "./words.js";

/**
 * @typedef {{terms: string[], weight: number}} Alternative terms that must all be there, and how
 *   good an answer they are (1: what was typed).
 * @typedef {{typed: string, alternatives: Alternative[], weak: boolean}} Concept
 */

const TOKEN =
  /([\p{N}]*\p{Script=Hangul}[\p{Script=Hangul}\p{N}]*)|((?:(?!\p{Script=Hangul})[\p{L}\p{N}])+(?:[_.\-](?:(?!\p{Script=Hangul})[\p{L}\p{N}])+)*)/gu;
const WEAK_ENGLISH = new Set(
  (
    "the a an to of in on at is are was be do does did how what why where when which who my i me you can could it its " +
    "for with and or but from by as if not no there this that should would someone get have has use using work"
  ).split(" "),
);
const MOST_NEIGHBOURS = 12;
const MOST_WORDS = 32; // of a query: what is pasted may be a page long

const SAME = 0.7; // another word for it
const APART = 0.9; // the parts of a compound, which were typed apart
const PARTS = 0.6; // the parts of a compound that is one word here
const BEGINS = 0.5; // a word that the typed one is the beginning of
const GOES_ON = 0.2; // the same, where the typed one is a word itself
const SLIP = 0.5; // a word one slip away
const INSIDE = 0.3; // a word that the typed one is a part of

/** The words of an index, and how to find one that is not typed in full or not typed well. */
export class Lexicon {
  /**
   * @param {Record<string, number[]>} terms
   * @param {Record<string, string[]>} shapes
   * @param {Record<string, string[][]>} same
   */
  constructor(terms, shapes, same) {
    this.terms = new Map(Object.entries(terms));
    this.shapes = new Map(Object.entries(shapes));
    this.same = new Map(Object.entries(same));
    this.keys = [...new Set([...this.terms.keys(), ...this.same.keys()])].map(
      (word) => /** @type {const} */ ([jamo(word), word]),
    );
  }

  /**
   * What a word costs beyond its place in the query. A stem alone ends no word: `줄이` is 줄 and a
   * particle rather than 줄이다.
   * @param {string} text @param {boolean} isEnd
   */
  cost(text, isEnd) {
    if (this.terms.has(text) || this.same.has(text)) return 0;
    const verbs = this.shapes.get(text);
    if (!verbs) return Infinity;
    const isBare = isEnd && verbs.every((verb) => verb === `${text}다`);
    return 0.2 + (text.length === 1 ? 0.2 : 0) + (isBare ? 2 : 0);
  }

  /** Words of which a text is the beginning, key by key; the usual ones first. @param {string} text */
  beginning(text) {
    const keys = jamo(text);
    return this.#usual(this.keys.filter(([typed]) => typed.startsWith(keys)));
  }

  /** Words of which a text is a part. @param {string} text */
  inside(text) {
    if (/^\p{N}/u.test(text)) return []; // 0점 is not in 10점
    return this.#usual(this.keys.filter(([, term]) => term.includes(text)));
  }

  /** Words one typing slip away. @param {string} text */
  near(text) {
    const keys = jamo(text);
    if (keys.length < 4 || /\p{N}/u.test(text)) return [];
    // Short words are one key more or less away from many others.
    const isLong = (/** @type {string} */ typed) => Math.min(typed.length, keys.length) > 4;
    return this.#usual(
      this.keys.filter(
        ([typed]) => (typed.length === keys.length || isLong(typed)) && isOneSlip(typed, keys),
      ),
    );
  }

  /** @param {(readonly [string, string])[]} found @returns {string[]} */
  #usual(found) {
    const count = (/** @type {string} */ term) => this.terms.get(term)?.length ?? 0;
    return found
      .map(([, term]) => term)
      .sort((a, b) => count(b) - count(a))
      .slice(0, MOST_NEIGHBOURS);
  }
}

/**
 * @param {string} query as typed
 * @param {Lexicon} lexicon
 * @returns {Concept[]}
 */
export function concepts(query, lexicon) {
  const text = query.normalize("NFC");
  const tokens = [...text.matchAll(TOKEN)].slice(0, MOST_WORDS);
  /** @type {Concept[]} */
  const found = [];
  for (let at = 0; at < tokens.length; ) {
    const isLatin = tokens[at][2] !== undefined;
    let end = at + 1;
    while (end < tokens.length && (tokens[end][2] !== undefined) === isLatin) end++;
    const words = tokens.slice(at, end).map((token) => token[0]);
    const isOpen = end === tokens.length && /[\p{L}\p{N}]$/u.test(text); // still being typed
    const attached = at > 0 && tokens[at].index === endOf(tokens[at - 1]);
    found.push(...(isLatin ? latin(words, lexicon, isOpen) : korean(words, lexicon, isOpen, attached)));
    at = end;
  }
  return found;
}

/** @param {RegExpMatchArray} token */
function endOf(token) {
  return (token.index ?? 0) + token[0].length;
}

/**
 * @param {string[]} words @param {Lexicon} lexicon @param {boolean} isOpen
 * @returns {Concept[]}
 */
function latin(words, lexicon, isOpen) {
  /** @type {Concept[]} */
  const found = [];
  for (let at = 0; at < words.length; ) {
    const taken = [3, 2].find((count) => isPhrase(words.slice(at, at + count), count, lexicon)) ?? 1;
    const typed = words.slice(at, at + taken);
    at += taken;
    const isLast = isOpen && at === words.length;
    found.push(latinConcept(typed, lexicon, isLast));
  }
  return found;
}

/** Words that are one word or one known phrase when put together. */
function isPhrase(/** @type {string[]} */ words, /** @type {number} */ count, /** @type {Lexicon} */ lexicon) {
  const joined = words.join("").toLowerCase();
  return (
    words.length === count &&
    !words.some((word) => WEAK_ENGLISH.has(word.toLowerCase())) &&
    (lexicon.same.has(joined) || lexicon.terms.has(latinTerms(joined)[0]))
  );
}

/** @param {string[]} words @param {Lexicon} lexicon @param {boolean} isLast @returns {Concept} */
function latinConcept(words, lexicon, isLast) {
  const typed = words.join(" ");
  const joined = words.join("");
  const [whole, ...parts] = latinTerms(joined);
  const each = words.length > 1 ? words.map((word) => latinTerms(word)[0]) : parts;
  const alternatives = [{ terms: [whole], weight: 1 }];
  if (each.length) alternatives.push({ terms: each, weight: words.length > 1 ? APART : PARTS });
  alternatives.push(...others(joined.toLowerCase(), lexicon));
  const plain = joined.toLowerCase();
  if (isLast && plain.length > 1) {
    const weight = lexicon.terms.has(whole) ? GOES_ON : BEGINS;
    alternatives.push(...all(lexicon.beginning(plain), weight, lexicon));
  }
  return guessed(typed, [whole], alternatives, WEAK_ENGLISH.has(plain), lexicon);
}

/**
 * @param {string[]} words @param {Lexicon} lexicon @param {boolean} isOpen
 * @param {boolean} attached
 * @returns {Concept[]}
 */
function korean(words, lexicon, isOpen, attached) {
  const pieces = cut(words, (text, isEnd) => lexicon.cost(text, isEnd), attached);
  const length = words.join("").length;
  /** @type {Concept[]} */
  const found = [];
  for (const piece of pieces) {
    if (piece.kind === "following") continue;
    const isLast = isOpen && piece.end === length;
    if (piece.kind === "unknown") {
      const whole = around(words, pieces, piece);
      const alternatives = isLast ? all(lexicon.beginning(whole), BEGINS, lexicon) : [];
      if (!/^[ㄱ-ㅣ]+$/u.test(piece.text)) {
        found.push(guessed(piece.typed, [whole, piece.text], alternatives, false, lexicon));
      }
      continue;
    }
    if (piece.kind === "weak") {
      found.push({ typed: piece.typed, alternatives: all([piece.text], 1, lexicon), weak: true });
      continue;
    }
    const apart = piece.typed.includes(" ") ? knownParts(piece.text, lexicon) : [];
    if (apart.length) {
      const whole = meanings(piece.text, lexicon);
      const each = apart.map((text) => [...meanings(text, lexicon), ...whole]);
      found.push(...each.map((alternatives, at) => ({ typed: apart[at], alternatives, weak: false })));
      continue;
    }
    const alternatives = [...meanings(piece.text, lexicon), ...compound(piece.text, lexicon)];
    if (isLast && piece.text.length > 1) {
      const longer = lexicon.beginning(piece.text).filter((word) => lexicon.terms.has(word));
      alternatives.push(...all(longer, GOES_ON, lexicon));
    }
    found.push({ typed: piece.typed, alternatives, weak: false });
  }
  return found;
}

/** What a known Korean word stands for. @param {string} text @param {Lexicon} lexicon */
function meanings(text, lexicon) {
  const isTerm = lexicon.terms.has(text);
  const found = isTerm ? [{ terms: [text], weight: 1 }] : [];
  found.push(...others(text, lexicon));
  for (const verb of lexicon.shapes.get(text) ?? []) {
    found.push({ terms: [verb], weight: isTerm ? 0.8 : 1 }, ...others(verb, lexicon));
  }
  return found;
}

/**
 * The parts of a compound, for pages that write them apart or know only one of them.
 * @param {string} text
 * @param {Lexicon} lexicon
 * @returns {Alternative[]}
 */
function compound(text, lexicon) {
  const parts = knownParts(text, lexicon);
  const words = split(text, lexicon).filter((part) => part.length > 1);
  const whole = parts.length ? [{ terms: parts, weight: PARTS }] : [];
  return [...whole, ...all(words, INSIDE, lexicon)];
}

/** The parts of a compound if each is a term. @param {string} text @param {Lexicon} lexicon */
function knownParts(text, lexicon) {
  const parts = split(text, lexicon);
  return parts.length > 1 && parts.every((part) => lexicon.terms.has(part)) ? parts : [];
}

/** @param {string} text @param {Lexicon} lexicon @returns {string[]} */
function split(text, lexicon) {
  if (text.length < 3) return [];
  /** @param {string} part @param {boolean} isEnd */
  const cost = (part, isEnd) => (part === text ? Infinity : lexicon.cost(part, isEnd));
  return cut([text], cost).map((part) => part.text);
}

/** Other words for a phrase. @param {string} key @param {Lexicon} lexicon @returns {Alternative[]} */
function others(key, lexicon) {
  return (lexicon.same.get(key) ?? []).map((terms) => ({ terms, weight: SAME }));
}

/**
 * Each of some words as an answer; what means the same is one as well.
 * @param {string[]} words @param {number} weight @param {Lexicon} lexicon
 * @returns {Alternative[]}
 */
function all(words, weight, lexicon) {
  return words.flatMap((word) =>
    lexicon.terms.has(word)
      ? [{ terms: [word], weight }]
      : others(word, lexicon).map(({ terms }) => ({ terms, weight })),
  );
}

/**
 * A concept; where nothing in the index answers it, words that look like it do.
 * @param {string} typed @param {string[]} texts what to look alike, the likeliest first
 * @param {Alternative[]} alternatives @param {boolean} weak @param {Lexicon} lexicon
 * @returns {Concept}
 */
function guessed(typed, texts, alternatives, weak, lexicon) {
  const answers = alternatives.filter(({ terms }) => terms.every((term) => lexicon.terms.has(term)));
  if (answers.length || weak) return { typed, alternatives: answers, weak };
  for (const text of texts.filter((one) => one.length > 1)) {
    const near = all(lexicon.near(text), SLIP, lexicon);
    if (near.length) return { typed, alternatives: near, weak };
    if (/^\p{ASCII}{1,2}$/u.test(text)) continue; // two letters begin too many words
    const begun = all(lexicon.beginning(text), BEGINS, lexicon);
    const guesses = begun.length ? begun : all(lexicon.inside(text), INSIDE, lexicon);
    if (guesses.length) return { typed, alternatives: guesses, weak };
  }
  return { typed, alternatives: [], weak };
}
