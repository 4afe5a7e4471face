// Code in the page, apart from any page: what keys do, colours, differences, and the session that
// runs Python in a worker; test_run.py runs it in node.

import assert from "node:assert/strict";
import { test } from "node:test";

const scripts = "../../site/overrides/assets/javascripts/run/";
const { dedent, indent, lineAt, newLine } = await import(scripts + "editing.js");
const { pieces } = await import(scripts + "highlight.js");
const kept = await import(scripts + "kept.js");
const { Broke, Session, Stopped, Unopened } = await import(scripts + "session.js");
const { difference, megabytes, spans } = await import(scripts + "telling.js");
const { words } = await import(scripts + "words.js");

/** A text with its selection between two bars, or a caret at one. */
function at(marked) {
  const start = marked.indexOf("|");
  const rest = marked.replace("|", "");
  const end = rest.indexOf("|");
  return end < 0
    ? { text: rest, start, end: start }
    : { text: rest.replace("|", ""), start, end };
}

/** The text after an edit, marked likewise. */
function after(now, edit) {
  const text = now.text.slice(0, edit.from) + edit.with + now.text.slice(edit.to);
  const marks = edit.start === edit.end ? [edit.end] : [edit.end, edit.start];
  return marks.reduce((sum, place) => sum.slice(0, place) + "|" + sum.slice(place), text);
}

for (const [key, what, before, expected] of [
  ["Tab", indent, "|x", "    |x"],
  ["Tab", indent, "ab|", "ab  |"],
  ["Tab", indent, "a|b|c", "a   |c"],
  ["Tab", indent, "|a\n\nb|\nc", "    |a\n\n    b|\nc"],
  ["Tab", indent, "|a\n|b", "    |a\n|b"],
  ["Shift-Tab", dedent, "      x|", "  x|"],
  ["Shift-Tab", dedent, "\tx|", "x|"],
  ["Shift-Tab", dedent, "  |x", "|x"],
  ["Shift-Tab", dedent, "x|y", "x|y"],
  ["Shift-Tab", dedent, "|    a\n  b|", "|a\nb|"],
  ["Enter", newLine, "def f():|", "def f():\n    |"],
  ["Enter", newLine, "    x = 1|", "    x = 1\n    |"],
  ["Enter", newLine, "    return x|", "    return x\n|"],
  ["Enter", newLine, "for a in b:  # why|", "for a in b:  # why\n    |"],
  ["Enter", newLine, "x = [|", "x = [\n    |"],
  ["Enter", newLine, "    a|b", "    a\n    |b"],
  ["Enter", newLine, "|", "\n|"],
])
  test(`${key} in ${JSON.stringify(before)}`, () => {
    assert.equal(after(at(before), what(at(before))), expected);
  });

test("a line is found by its number, one that is not there by the nearest", () => {
  assert.deepEqual(lineAt("ab\nc\n", 2), { start: 3, end: 4 });
  assert.deepEqual(lineAt("ab\nc", 99), { start: 3, end: 4 });
  assert.deepEqual(lineAt("", 0), { start: 0, end: 0 });
});

test("coloured pieces are the text, whatever it is", () => {
  const texts = ['def f(x): return "a" # c', "'''open", '"half\nx', "가나 = 3.5e3", "\\", "`<b>`", "f'{x}'"];
  for (const text of texts)
    for (const language of ["python", "sql"])
      assert.equal(pieces(text, language).map((each) => each.text).join(""), text);
  const kinds = pieces('if x: # "no"\n    y = """def\n"""', "python").map(({ kind }) => kind);
  assert.deepEqual(kinds.filter(Boolean), ["keyword", "comment", "string"]);
  assert.equal(pieces("Select 'it''s' -- x", "sql")[0].kind, "keyword");
  assert.equal(pieces("definition", "python")[0].kind, "");
});

test("a difference is whole words between what is alike", () => {
  assert.deepEqual(difference("['P-2', 'P-7']", "['P-7', 'P-7']"), {
    before: "['", got: "P-2", expected: "P-7", after: "', 'P-7']",
  });
  assert.deepEqual(difference("[1]", "[1, 1]"), { before: "[1", got: "", expected: ", 1", after: "]" });
  assert.deepEqual(difference("", "x"), { before: "", got: "", expected: "x", after: "" });
  assert.deepEqual(difference("👋a", "👋b"), { before: "👋", got: "a", expected: "b", after: "" });
  assert.deepEqual(difference("aa", "aa"), { before: "aa", got: "", expected: "", after: "" });
});

test("names in a sentence become code, half a name at the end too", () => {
  assert.deepEqual(spans("a `b` c"), [
    { code: false, text: "a " }, { code: true, text: "b" }, { code: false, text: " c" },
  ]);
  assert.deepEqual(spans("`<b>"), [{ code: true, text: "<b>" }]);
  assert.equal(megabytes(13_465_829), "13.5");
});

test("both languages say the same things", () => {
  const shape = (table) =>
    Object.entries(table).map(([key, said]) =>
      typeof said === "object" ? [key, Object.keys(said)] : [key, typeof said, said.length > 0 || typeof said],
    );
  assert.deepEqual(shape(words("ko")), shape(words("en")));
  assert.equal(words("en-GB"), words("en"));
});

test("code is kept until it is the starter again, and a full store harms nothing", () => {
  const store = new Map();
  const storage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, text) => store.set(key, text),
    removeItem: (key) => store.delete(key),
  };
  kept.save("c01", "x = 1", "", storage);
  assert.equal(kept.load("c01", storage), "x = 1");
  assert.equal(kept.load("c02", storage), null);
  kept.save("c01", "", "", storage);
  assert.equal(store.size, 0);
  kept.save("c01", "x".repeat(300_000), "", storage);
  assert.equal(store.size, 0);
  const full = { getItem: () => { throw new Error("no"); }, setItem: () => { throw new Error("no"); } };
  kept.save("c01", "y", "", full);
  assert.equal(kept.load("c01", full), null);
  kept.save("c01", "y", "", undefined);
});

// ------------------------------------------------------------------ session

const JOB = {
  limits: { wall_s: 0.02 },
  groups: [{ expected: { cases: [{}, {}, {}] } }],
};

/** A worker that answers by a script: message type to what it does with it. */
function scripted(...lives) {
  const made = [];
  const start = () => {
    const life = lives[Math.min(made.length, lives.length - 1)];
    const worker = {
      ended: false, asked: [], onmessage: null, onerror: null,
      postMessage(message) {
        worker.asked.push(message);
        const say = (data) => setTimeout(() => worker.ended || worker.onmessage?.({ data }), 0);
        life(message, say);
      },
      terminate() { worker.ended = true; },
    };
    made.push(worker);
    return worker;
  };
  return { session: new Session(start, "http://127.0.0.1/"), made };
}

const opens = (message, say) => message.type === "open" && say({ type: "ready" });
const judges = (message, say) => {
  opens(message, say);
  if (message.type === "judge") say({ type: "judged", result: JSON.stringify({ ran: message.ran }) });
};
const quiet = () => {};

test("records come back judged; Python is opened once for two checks", async () => {
  const { session, made } = scripted((message, say) => {
    opens(message, say);
    if (message.type !== "check") return;
    say({ type: "step", at: null, seconds: 1 });
    say({ type: "loaded", load: {}, printed: "hello" });
    say({ type: "judged", result: '{"passed":3}' });
  });
  const steps = [];
  const found = await session.check(JOB, "x", ({ step }) => steps.push(step));
  assert.deepEqual(found, { passed: 3, printed: "hello" });
  assert.deepEqual(steps, ["fetch", "load"]);
  await session.check(JOB, "x", quiet);
  assert.equal(made.length, 1);
});

test("a source that cannot run is told before anything runs", async () => {
  const { session } = scripted((message, say) => {
    opens(message, say);
    if (message.type === "check") say({ type: "unfit", unfit: { message: "m", line: 3 } });
  });
  const found = await session.check(JOB, "x", quiet);
  assert.deepEqual(found.unfit, { message: "m", line: 3 });
});

test("a case without end is ended, and a new Python judges what came before it", async () => {
  const { session, made } = scripted((message, say) => {
    opens(message, say);
    if (message.type !== "check") return;
    say({ type: "loaded", load: {}, printed: "" });
    say({ type: "step", at: [0, 0], seconds: 0.05 });
    say({ type: "ran", at: [0, 0], record: { value: "1" }, printed: "p" });
    say({ type: "step", at: [0, 1], seconds: 0.05 });
  }, judges);
  const { ran } = await session.check(JOB, "x", quiet);
  const { load, records } = JSON.parse(ran);
  assert.deepEqual(load, {});
  assert.deepEqual(records[0], [0, 0, { value: "1" }, "p"]);
  assert.equal(records.length, 2);
  assert.deepEqual(records[1].slice(0, 2), [0, 1]);
  assert.equal(records[1][2].late, true);
  assert.deepEqual(made.map((worker) => worker.ended), [true, false]);
});

for (const [how, message, expected] of [
  ["exits", "Exit: Program terminated with exit(0)", { error: undefined, signal: 0 }],
  ["has no memory", "RangeError: WebAssembly.Memory(): could not allocate memory", { error: "MemoryError", signal: 0 }],
  ["overflows", "RangeError: Maximum call stack size exceeded", { error: undefined, signal: 11 }],
])
  test(`a case that ${how} is blamed, not the page`, async () => {
    const { session } = scripted((asked, say) => {
      opens(asked, say);
      if (asked.type !== "check") return;
      say({ type: "loaded", load: {}, printed: "" });
      say({ type: "step", at: [0, 0], seconds: 9 });
      say({ type: "crashed", message });
    }, judges);
    const { records } = JSON.parse((await session.check(JOB, "x", quiet)).ran);
    assert.equal(records[0][2].error_type, expected.error);
    assert.equal(records[0][2].signal, expected.signal);
  });

test("loading without end is told as loading", async () => {
  const { session } = scripted((message, say) => {
    opens(message, say);
    if (message.type === "check") say({ type: "step", at: null, seconds: 0.02 });
  }, judges);
  const { load, records } = JSON.parse((await session.check(JOB, "x", quiet)).ran);
  assert.equal(load.error_type, "Late");
  assert.deepEqual(records, []);
});

test("Stop ends the worker at once, whoever waits is told, and it runs again after", async () => {
  const { session, made } = scripted(opens, (message, say) => {
    opens(message, say);
    if (message.type === "check") say({ type: "judged", result: '{"passed":1}' });
  });
  await session.begin(quiet);
  const waiting = session.check(JOB, "x", quiet);
  await new Promise((done) => setTimeout(done, 5));
  session.stop();
  await assert.rejects(waiting, Stopped);
  assert.equal(made[0].ended, true);
  assert.equal((await session.check(JOB, "x", quiet)).passed, 1);
});

test("Stop while Python is fetched stops what waits for it, too", { timeout: 5_000 }, async () => {
  const { session, made } = scripted(quiet);
  const opening = session.begin(quiet);
  const waiting = session.check(JOB, "x", quiet);
  await new Promise((done) => setTimeout(done, 5));
  session.stop();
  await assert.rejects(opening, Stopped);
  await assert.rejects(waiting, Stopped);
  assert.equal(made.length, 1);
});

test("Python that cannot be fetched is told, and tried anew the next time", async () => {
  const { session, made } = scripted(
    (message, say) => say({ type: "crashed", message: "404" }),
    opens,
  );
  await assert.rejects(session.begin(quiet), Unopened);
  assert.equal(made[0].ended, true);
  await session.begin(quiet);
  assert.equal(made.length, 2);
});

test("a query is answered; a worker that breaks meanwhile is not taken for an answer", async () => {
  const { session } = scripted((message, say) => {
    opens(message, say);
    if (message.type === "query" && message.query === "good")
      say({ type: "answered", answer: '{"columns":["a"],"rows":[[1]],"more":false}' });
    else if (message.type === "query") say({ type: "crashed", message: "x" });
  });
  const about = { tables: {}, language: "ko" };
  assert.deepEqual((await session.query(about, "good", quiet)).rows, [[1]]);
  await assert.rejects(session.query(about, "bad", quiet), Broke);
  assert.deepEqual((await session.query(about, "good", quiet)).columns, ["a"]);
});
