// The widgets' own logic, apart from any page; test_widgets.py runs it in node.

import assert from "node:assert/strict";
import { test } from "node:test";

const scripts = "../../site/overrides/assets/javascripts/";
globalThis.document = { documentElement: { lang: "ko" }, dispatchEvent: () => true };
const { KEY, load, parse, update } = await import(scripts + "store.js");
const { judge, solves } = await import(scripts + "quiz.js");
const { count, identity } = await import(scripts + "progress.js");
const { differs, left, localTime } = await import(scripts + "deadline.js");
const { words } = await import(scripts + "words.js");

const store = (text) => ({
  kept: text,
  getItem(key) {
    return key === KEY ? this.kept : null;
  },
  setItem(key, value) {
    assert.equal(key, KEY);
    this.kept = value;
  },
});

test("what was kept is read as far as it makes sense", () => {
  const whole = { done: { "week1/day2": "2026-06-01" }, quiz: { "a#1": { chosen: [1], shape: "01" } } };
  assert.deepEqual(parse(JSON.stringify(whole)), whole);
  const nothing = { done: {}, quiz: {} };
  for (const bad of [null, "", "{", "null", "3", "[]", '"x"', '{"done": 3, "quiz": []}'])
    assert.deepEqual(parse(bad), nothing, bad);
  const half = '{"done": {"a": "2026-06-01", "b": 1, "__proto__": "x"}, "quiz": {"c": {"chosen": "1"}, "d": null}}';
  assert.deepEqual(parse(half), { done: { a: "2026-06-01" }, quiz: {} });
  assert.equal(Object.getPrototypeOf(parse(half).done), Object.prototype);
});

test("a store that is full or forbidden loses only the memory", () => {
  const forbidden = {
    getItem() {
      throw new Error("forbidden");
    },
    setItem() {
      throw new Error("full");
    },
  };
  assert.deepEqual(load(forbidden), { done: {}, quiz: {} });
  assert.deepEqual(update((kept) => (kept.done.a = "2026-06-01"), forbidden).done, { a: "2026-06-01" });
  assert.deepEqual(load(undefined).done, {});
});

test("a change is kept beside what was there", () => {
  const kept = store('{"done": {"a": "2026-06-01"}}');
  update((reading) => (reading.done.b = "2026-06-02"), kept);
  assert.deepEqual(load(kept).done, { a: "2026-06-01", b: "2026-06-02" });
});

test("an answer is right only when it is whole", () => {
  assert.equal(judge("0100", []), "empty");
  assert.equal(judge("0100", [1]), "right");
  assert.equal(judge("0100", [0]), "wrong");
  assert.equal(judge("0110", [1]), "partly");
  assert.equal(judge("0110", [1, 2]), "right");
  assert.equal(judge("0110", [1, 2, 3]), "wrong");
  assert.equal(judge("01", [7]), "wrong");
});

test("an answer to another quiz solves nothing", () => {
  assert.equal(solves("01", { chosen: [1], shape: "01" }), true);
  assert.equal(solves("10", { chosen: [1], shape: "01" }), false);
  assert.equal(solves("01", undefined), false);
});

test("a page has one name in both languages", () => {
  const root = "https://x.example/course/";
  for (const [address, name] of [
    ["week1/day2/", "week1/day2"],
    ["en/week1/day2/#why", "week1/day2"],
    ["en/", ""],
    ["", ""],
    ["index.html", ""],
    ["assignments/", "assignments"],
    ["english/a/?q=1", "english/a"],
  ])
    assert.equal(identity(root + address, root), name, address);
  assert.equal(identity("https://y.example/course/week1/", root), null);
});

test("progress counts pages once, by folder or by name", () => {
  const pages = ["week1", "week1/a", "week1/b", "week1/b", "week10/a", "coding/a"];
  const done = { "week1/b": "", "coding/a": "", "week9/x": "" };
  assert.deepEqual(count("week1/", pages, done), { done: 1, all: 2 });
  assert.deepEqual(count(" week1/ coding/a ", pages, done), { done: 2, all: 3 });
  assert.deepEqual(count("week1*", pages, done), { done: 1, all: 4 });
  assert.deepEqual(count("nowhere/", pages, done), { done: 0, all: 0 });
  assert.deepEqual(count("", pages, done), { done: 0, all: 0 });
});

test("time left is told in the largest unit that fits", () => {
  const now = Date.parse("2026-06-01T00:00:00Z");
  const hour = 3_600_000;
  assert.equal(left(now + 73 * hour, now, "ko"), "3일 남았어요");
  assert.equal(left(now + 24 * hour, now, "en"), "1 day left");
  assert.equal(left(now + 5.9 * hour, now, "ko"), "5시간 남았어요");
  assert.equal(left(now + 90_000, now, "en"), "1 minute left");
  assert.equal(left(now + 1, now, "en"), "1 minute left");
  assert.equal(left(now - 1, now, "ko"), words("ko").over);
});

test("a deadline is told on the reader's clock where it differs", () => {
  const due = new Date("2026-06-04T23:59:00+09:00");
  assert.match(localTime(due, "en", "America/New_York"), /Thu.*4 Jun.*10:59/);
  assert.match(localTime(due, "ko", "Asia/Seoul"), /6월 4일.*23:59/);
  assert.equal(differs(due, "Asia/Seoul", "Asia/Tokyo"), false);
  assert.equal(differs(due, "Asia/Seoul", "Europe/Paris"), true);
});

test("both languages say the same things", () => {
  assert.deepEqual(Object.keys(words("ko")).sort(), Object.keys(words("en")).sort());
});
