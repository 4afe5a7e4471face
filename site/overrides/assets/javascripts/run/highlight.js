/**
 * Colours for a small code editor: a text in, pieces with their kind out. It knows words and signs,
 * not grammar, and never fails: what it does not know stays plain.
 */

const PYTHON =
  "False None True and as assert async await break case class continue def del elif else except " +
  "finally for from global if import in is lambda match nonlocal not or pass raise return try " +
  "while with yield";
const SQL =
  "all and as asc between by case cast cross current delete desc distinct else end escape except " +
  "exists following from full group having in inner insert intersect into is join left like limit " +
  "natural not null offset on or order outer over partition preceding range recursive right row " +
  "rows select set then unbounded union update using values when where window with create table";

const LANGUAGES = {
  python: {
    pattern:
      /(?<comment>#[^\n]*)|(?<string>[rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))|(?<number>\b\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/gu,
    keywords: new Set(PYTHON.split(" ")),
    fold: (word) => word,
  },
  sql: {
    pattern:
      /(?<comment>--[^\n]*|\/\*[^]*?(?:\*\/|$))|(?<string>'(?:''|[^'])*'?)|(?<number>\b\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/gu,
    keywords: new Set(SQL.split(" ")),
    fold: (word) => word.toLowerCase(),
  },
};

/**
 * @param {string} text
 * @param {"python" | "sql"} language
 * @returns {{kind: "" | "comment" | "string" | "number" | "keyword", text: string}[]}
 *   pieces that together are the text
 */
export function pieces(text, language) {
  const { pattern, keywords, fold } = LANGUAGES[language];
  const found = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const { comment, string, number, word } = match.groups;
    const kind =
      comment !== undefined
        ? "comment"
        : string !== undefined
          ? "string"
          : number !== undefined
            ? "number"
            : keywords.has(fold(word))
              ? "keyword"
              : "";
    if (!kind) continue;
    if (match.index > done) found.push({ kind: "", text: text.slice(done, match.index) });
    found.push({ kind, text: match[0] });
    done = match.index + match[0].length;
  }
  if (done < text.length) found.push({ kind: "", text: text.slice(done) });
  return found;
}
