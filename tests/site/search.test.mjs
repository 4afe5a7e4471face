/** The search's engine on a small made-up index: how queries are cut, what they find, what shows. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cut } from "../../site/overrides/assets/javascripts/search/cut.js";
import { Engine } from "../../site/overrides/assets/javascripts/search/engine.js";
import { escape, mark, marker, result } from "../../site/overrides/assets/javascripts/search/show.js";
import { isOneSlip, jamo, latinTerms } from "../../site/overrides/assets/javascripts/search/words.js";

/** Postings as the builder packs them, from sections and weights; see build.py. */
function packed(found) {
  let last = 0;
  const steps = Object.entries(found).flatMap(([section, weight]) => {
    const step = Number(section) - last;
    last = Number(section);
    return [step, weight * 8];
  });
  return [Object.keys(found).length, ...steps];
}

const INDEX = {
  format_version: 1,
  language: "ko",
  pages: [
    ["day2/", "청소", 1],
    ["day3/", "조인과 윈도 함수", 1],
    ["glossary/", "용어집", 0.5],
  ],
  sections: [
    [0, "", "청소", "중복을 지워요.", ""],
    [0, "zone", "시간대", "시각이 9시간 달라요.", "to_utc_timestamp"],
    [1, "", "조인과 윈도 함수", "줄이 사라져요.", ""],
    [1, "ties", "비기면 <b>", "순위가 같아요. <script>alert(1)</script>", "F.rank()"],
    [2, "join", "조인", "두 표를 이어요.", ""],
    [2, "df", "데이터프레임", "표예요. DataFrame", ""],
  ],
  terms: {
    조인: packed({ 2: 3, 4: 5 }),
    줄: packed({ 2: 1 }),
    사라지다: packed({ 2: 1 }),
    중복: packed({ 0: 1 }),
    지우다: packed({ 0: 1 }),
    시간대: packed({ 1: 4 }),
    "9시간": packed({ 1: 1 }),
    순위: packed({ 3: 1 }),
    윈도: packed({ 2: 1 }),
    함수: packed({ 2: 1 }),
    표: packed({ 4: 1, 5: 1 }),
    데이터프레임: packed({ 5: 5 }),
    datafram: packed({ 5: 1 }),
    to_utc_timestamp: packed({ 1: 1 }),
    timestamp: packed({ 1: 1 }),
    rank: packed({ 3: 1 }),
  },
  shapes: { 사라지: ["사라지다"], 사라져: ["사라지다"], 지우: ["지우다"], 지워: ["지우다"], 줄이: ["줄이다"] },
  same: { 랭크: [["rank"]], 데이터프레임: [["datafram"]], 칸가르기: [["윈도", "함수"]] },
  names: ["윈도 함수", "데이터 프레임", "랭크"],
};
const engine = new Engine(INDEX);

/** Addresses of the sections that come first on each page, the best page first. */
function found(query) {
  return engine.search(query).found.map(({ hits }) => {
    const [page, anchor] = INDEX.sections[hits[0].section];
    return INDEX.pages[page][0] + anchor;
  });
}

test("the words of a query are cut as those of the pages", () => {
  const words = JSON.parse(readFileSync(new URL("search_words.json", import.meta.url), "utf8"));
  for (const [word, terms] of Object.entries(words)) assert.deepEqual(latinTerms(word), terms);
});

test("Hangul is what types it, so that a half-typed word is a beginning", () => {
  assert.equal(jamo("값"), "ㄱㅏㅂㅅ");
  assert.equal(jamo("왜 ok"), "ㅇㅗㅐ ok");
  assert.ok(jamo("데이터프레임").startsWith(jamo("데이터플")));
});

test("one slip is one key", () => {
  for (const other of ["jion", "join", "joi", "jjoin", "jpin"]) assert.ok(isOneSlip("join", other));
  for (const other of ["jino2", "jn", "jaoni", ""]) assert.ok(!isOneSlip("join", other));
});

test("particles and endings say nothing", () => {
  for (const query of ["조인", "조인을", "조인하면", "조인에서는", "조인이 뭐예요", "조인했더니"]) {
    assert.equal(found(query)[0], "day3/", query);
  }
  assert.deepEqual(found("줄이 사라졌어요"), ["day3/"]); // no shape of 사라지다 in the index: 사라지
  assert.deepEqual(found("중복을 지우려면"), ["day2/"]);
});

test("a stem without an ending is no word", () => {
  const cost = (text, isEnd) => engine.lexicon.cost(text, isEnd);
  assert.deepEqual(cut(["줄이"], cost).map((piece) => [piece.text, piece.kind]), [["줄", "word"], ["이", "following"]]);
});

test("a particle inside an unknown word is none", () => {
  const cost = (text, isEnd) => engine.lexicon.cost(text, isEnd);
  assert.deepEqual(cut(["쿠베르네테스를"], cost).map((piece) => piece.text), ["쿠베르네테스", "를"]);
});

test("spaces may be wrong", () => {
  assert.equal(found("시간 대")[0], "day2/zone");
  assert.equal(found("데이터 프레임")[0], "glossary/df");
  assert.equal(found("윈도함수")[0], "day3/");
  assert.equal(found("조인윈도")[0], "day3/");
});

test("two languages and a name mix in one query", () => {
  assert.deepEqual(found("dataframe에서 조인"), ["day3/", "glossary/join"]);
  assert.deepEqual(found("dataframe에서"), ["glossary/df"]);
  assert.equal(found("to_utc_timestamp")[0], "day2/zone");
  assert.equal(found("timestamp가 9시간 달라요")[0], "day2/zone");
});

test("another word for it finds it, also one of several words", () => {
  assert.equal(found("랭크")[0], "day3/ties");
  assert.equal(found("칸가르기")[0], "day3/");
});

test("the last word may be half typed, in jamo, too", () => {
  assert.equal(found("datafr")[0], "glossary/df");
  assert.equal(found("데이터플")[0], "glossary/df");
  assert.equal(found("순우")[0], "day3/ties");
});

test("a slip is forgiven where nothing is found otherwise", () => {
  assert.equal(found("데이터프래임은")[0], "glossary/df");
  assert.equal(found("datafrme")[0], "glossary/df");
  assert.deepEqual(found("사과나무"), []);
});

test("a boost of a page counts", () => {
  assert.deepEqual(found("조인"), ["day3/", "glossary/join"]);
  const plain = new Engine({ ...INDEX, pages: INDEX.pages.map(([url, title]) => [url, title, 1]) });
  assert.equal(plain.search("조인").found[0].page, 2);
});

test("what is not a question finds nothing and breaks nothing", () => {
  for (const query of ["", "   ", "!!!", "ㅋㅋ", "은는이가", "\u202eabc", "__proto__", "constructor", "💥"]) {
    assert.ok(Array.isArray(found(query)), query);
  }
  assert.ok(Array.isArray(found("조인 ".repeat(20_000))));
  assert.ok(Array.isArray(found("가".repeat(3_000))));
});

test("an index of another version is refused", () => {
  assert.throws(() => new Engine({ ...INDEX, format_version: 2 }), /version/);
});

test("what may have been meant has its spaces", () => {
  assert.equal(engine.nearest("데이타프렘")[0], "데이터 프레임");
  assert.deepEqual(engine.nearest("xyzzy"), []);
});

test("results have the shape that the theme draws, and nothing of a page is HTML", () => {
  const { items } = result(engine, "순위가 같아요");
  const [best, page] = items[0];
  assert.equal(best.location, "day3/#ties");
  assert.equal(best.title, "비기면 &lt;b&gt;");
  assert.match(best.text, /<mark>순위<\/mark>가 같아요\. &lt;script&gt;/);
  assert.deepEqual(best.terms, { 순위: true });
  assert.equal(page.location, "day3/"); // each page has its own entry, the theme needs it
  assert.equal(page.text, "");
  assert.deepEqual(page.terms, { 순위: true }); // marked there, too
  assert.equal(escape(`<a href="'">&`), "&lt;a href=&quot;&#39;&quot;&gt;&amp;");
});

test("what the site has no word for is told", () => {
  assert.equal(result(engine, "조인이랑 쀍꿻퉯").strange, "쀍꿻퉯");
  assert.equal(result(engine, "xyzzy").strange, "xyzzy");
  assert.equal(result(engine, "조인").strange, "");
});

test("what a page does not have is told", () => {
  const { items } = result(engine, "조인 순위");
  const glossary = items.find(([best]) => best.location === "glossary/#join");
  assert.deepEqual(glossary[0].terms, { 조인: true, 순위: false });
});

test("marks hold whole English words and no sign of a pattern", () => {
  assert.equal(mark("DataFrames (a.b)", marker(["datafram"])), "<mark>DataFrames</mark> (a.b)");
  assert.equal(mark("a.b axb", marker(["a.b"])), "<mark>a.b</mark> axb");
  const signs = "-/\\^$.*+?()[]{}|&#~ⓐ";
  assert.equal(mark(`a${signs}z`, marker([signs, "w1d2-x"])), `a<mark>${escape(signs)}</mark>z`);
  assert.equal(mark("<i>", null), "&lt;i&gt;");
});
