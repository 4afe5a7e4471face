/**
 * The search over one language's index: a query in, pages with their best sections out.
 *
 * The index is what `autograder/site/search/build.py` writes; its shape is told there. Pure: no
 * DOM, no network.
 */

import { Lexicon, concepts } from "./query.js";
import { jamo } from "./words.js";

/**
 * @typedef {{format_version: number, language: string, pages: [string, string, number][],
 *   sections: [number, string, string, string, string][], terms: Record<string, number[]>,
 *   shapes: Record<string, string[]>, same: Record<string, string[][]>, names: string[]}} Index
 * @typedef {{section: number, score: number, matched: Set<number>}} Hit
 * @typedef {{page: number, score: number, hits: Hit[], matched: Set<number>}} Found
 */

const FORMAT_VERSION = 1;
const SATURATION = 1.5; // the k1 of BM25: how soon more of the same word says nothing more
const EIGHTHS = 8;
const WEAK = 0.15; // words of asking
const REST_OF_PAGE = 0.35; // what other sections of a page add to its best one
const LEAST_OF_BEST = 0.1; // a page below this part of the best one's score is noise
const MOST_PAGES = 30;
const MOST_NEAREST = 5;
const LIKE_ENOUGH = 0.35; // of 1, by pairs of keys
const LONGEST_LIKE = 60; // keys of a query

export class Engine {
  /** @param {Index} index @throws {Error} it is of another version */
  constructor(index) {
    if (index.format_version !== FORMAT_VERSION) throw new Error("the search index is of another version");
    this.index = index;
    this.lexicon = new Lexicon(index.terms, index.shapes, index.same);
    /** @type {Map<string, Map<number, number>>} */
    this.unpacked = new Map();
  }

  /**
   * Pages that answer a query, the best first, and what the query was understood as.
   * @param {string} query
   * @returns {{found: Found[], asked: import("./query.js").Concept[]}}
   */
  search(query) {
    const asked = concepts(query, this.lexicon);
    const counted = asked.filter((concept) => concept.alternatives.length);
    const allWeak = counted.every((concept) => concept.weak);
    /** @type {Map<number, Map<number, number>>} section → concept → score */
    const sections = new Map();
    const worth = asked.map((concept) => {
      const factor = concept.weak && !allWeak ? WEAK : 1;
      let most = 0;
      for (const [section, score] of this.#answers(concept)) {
        const scores = sections.get(section) ?? new Map();
        scores.set(asked.indexOf(concept), score * factor);
        sections.set(section, scores);
        most = Math.max(most, score * factor);
      }
      return most;
    });
    return { found: this.#pages(sections, worth), asked };
  }

  /**
   * Words of the index that a query which found nothing may have meant.
   * @param {string} query
   * @returns {string[]} at most five, the likeliest first
   */
  nearest(query) {
    const keys = pairs(keysOf(query.normalize("NFC")).slice(0, LONGEST_LIKE));
    const known = Object.keys(this.index.terms).filter((term) => !/[\d_.\-]|^.$/u.test(term));
    return [...new Set([...this.index.names, ...known])]
      .map((word) => /** @type {const} */ ([likeness(keys, pairs(keysOf(word))), word]))
      .filter(([like]) => like > LIKE_ENOUGH)
      .sort((a, b) => b[0] - a[0])
      .map(([, word]) => word)
      .filter((word, at, all) => all.findIndex((other) => keysOf(other) === keysOf(word)) === at)
      .slice(0, MOST_NEAREST);
  }

  /**
   * By section how well it answers a concept: the best of its alternatives.
   * @param {import("./query.js").Concept} concept
   */
  #answers(concept) {
    /** @type {Map<number, number>} */
    const best = new Map();
    for (const { terms, weight } of concept.alternatives) {
      const scores = terms.map((term) => this.#scores(term));
      const [fewest] = [...scores].sort((a, b) => a.size - b.size);
      for (const section of fewest?.keys() ?? []) {
        if (!scores.every((found) => found.has(section))) continue;
        const sum = scores.reduce((total, found) => total + (found.get(section) ?? 0), 0);
        best.set(section, Math.max(best.get(section) ?? 0, (weight * sum) / terms.length));
      }
    }
    return best;
  }

  /** A term's score in each section that has it. @param {string} term @returns {Map<number, number>} */
  #scores(term) {
    let scores = this.unpacked.get(term);
    if (scores) return scores;
    scores = new Map();
    const [having, ...postings] = this.lexicon.terms.get(term) ?? [0];
    const rarity = Math.log(1 + (this.index.sections.length - having + 0.5) / (having + 0.5));
    for (let at = 0, section = 0; at < postings.length; at += 2) {
      section += postings[at];
      const weight = postings[at + 1] / EIGHTHS;
      scores.set(section, (rarity * weight) / (SATURATION + weight));
    }
    this.unpacked.set(term, scores);
    return scores;
  }

  /**
   * Sections by page, pages by score.
   * @param {Map<number, Map<number, number>>} sections
   * @param {number[]} worth the most that each concept scores anywhere
   * @returns {Found[]}
   */
  #pages(sections, worth) {
    const whole = worth.reduce((total, one) => total + one, 0) || 1;
    /** @type {Map<number, {hits: Hit[], most: Map<number, number>}>} */
    const pages = new Map();
    for (const [section, scores] of sections) {
      const page = pages.get(this.index.sections[section][0]) ?? { hits: [], most: new Map() };
      pages.set(this.index.sections[section][0], page);
      const sum = [...scores.values()].reduce((total, one) => total + one, 0);
      const part = [...scores.keys()].reduce((total, concept) => total + worth[concept], 0) / whole;
      page.hits.push({ section, score: sum * (0.4 + 0.6 * part), matched: new Set(scores.keys()) });
      for (const [concept, score] of scores) {
        page.most.set(concept, Math.max(page.most.get(concept) ?? 0, score));
      }
    }
    const found = [...pages].map(([page, { hits, most }]) => {
      hits.sort((a, b) => b.score - a.score || a.section - b.section);
      const sum = [...most.values()].reduce((total, one) => total + one, 0);
      const part = [...most.keys()].reduce((total, concept) => total + worth[concept], 0) / whole;
      const rest = Math.max(0, sum * (0.4 + 0.6 * part) - hits[0].score);
      const score = (hits[0].score + REST_OF_PAGE * rest) * this.index.pages[page][2];
      return { page, score, hits, matched: new Set(most.keys()) };
    });
    found.sort((a, b) => b.score - a.score || a.page - b.page);
    const least = (found[0]?.score ?? 0) * LEAST_OF_BEST;
    return found.filter((one) => one.score >= least).slice(0, MOST_PAGES);
  }
}

/** The keys that type a text, without its spaces. @param {string} text */
function keysOf(text) {
  return jamo(text.toLowerCase().replace(/\s+/g, ""));
}

/** @param {string} keys @returns {Set<string>} */
function pairs(keys) {
  const found = new Set();
  for (let at = 0; at < keys.length - 1; at++) found.add(keys.slice(at, at + 2));
  return found;
}

/** Dice's coefficient. @param {Set<string>} a @param {Set<string>} b */
function likeness(a, b) {
  let both = 0;
  for (const pair of a) both += Number(b.has(pair));
  return (2 * both) / (a.size + b.size || 1);
}
