/**
 * Words of a query: Latin names cut into parts, English endings taken off, Hangul taken apart.
 *
 * The Latin half does what `autograder/site/search/latin.py` does to the pages;
 * `tests/site/search_words.json` holds both to the same answers. Knows no index.
 */

const CAMEL = /[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+/g;

/** An English word without -s, -ing, -ed and a last e. @param {string} word @returns {string} */
export function stem(word) {
  if (!/^[a-z]{4,}$/.test(word)) return word;
  if (word.endsWith("ies")) word = word.slice(0, -3) + "y";
  else if (/(?:s|x|z|ch|sh)es$/.test(word)) word = word.slice(0, -2);
  else if (word.endsWith("s") && !/(?:ss|us|is)$/.test(word)) word = word.slice(0, -1);
  for (const ending of ["ing", "ed"]) {
    const rest = word.slice(0, -ending.length);
    if (!word.endsWith(ending) || rest.length < 3 || !/[aeiouy]/.test(rest)) continue;
    const doubled = rest.at(-1) === rest.at(-2) && !"lsz".includes(rest.at(-1) ?? "");
    return doubled ? rest.slice(0, -1) : rest.replace(/e$/, "");
  }
  return word.length > 3 ? word.replace(/e$/, "") : word;
}

/**
 * What a Latin word is found by: itself, then the parts of a name such as `daily_revenue`.
 * @param {string} word
 * @returns {string[]}
 */
export function latinTerms(word) {
  const parts = word.split(/[_.\-]/);
  const whole = word.toLowerCase();
  const found = [parts.length > 1 ? whole : stem(whole)];
  for (const part of parts) {
    const humps = (part.match(CAMEL) ?? []).map((hump) => hump.toLowerCase());
    if (parts.length > 1 && (part.length > 1 || !/^\d+$/.test(part))) {
      found.push(stem(part.toLowerCase()));
    }
    if (humps.length > 1) found.push(...humps.filter((hump) => hump.length > 1).map(stem));
  }
  return [...new Set(found)];
}

const FIRSTS = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const MIDDLES = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split(" ");
const LASTS =
  " ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");

/**
 * Hangul as the keys that type it: `값` is ㄱㅏㅂㅅ. What is half typed is then a beginning of the
 * whole: `데이터플` of `데이터프레임`.
 * @param {string} text
 * @returns {string}
 */
export function jamo(text) {
  let keys = "";
  for (const letter of text) {
    const place = letter.charCodeAt(0) - 0xac00;
    if (place < 0 || place > 11171) keys += letter;
    else {
      keys += FIRSTS[Math.floor(place / 588)];
      keys += MIDDLES[Math.floor((place % 588) / 28)] + LASTS[place % 28];
    }
  }
  return keys;
}

/**
 * True if one typing error turns a into b: a key more, less, other, or two changed about.
 * @param {string} a
 * @param {string} b
 * @returns {boolean}
 */
export function isOneSlip(a, b) {
  if (Math.abs(a.length - b.length) > 1 || a === b) return a === b;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0])
  );
}
