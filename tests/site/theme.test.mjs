// The theme's scripts, apart from any page; test_theme.py runs it in node.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const scripts = "../../site/overrides/assets/javascripts/";
const { fit } = await import(scripts + "reach.js");
const { words } = await import(scripts + "names.js");
const { start } = await import(scripts + "offline.js");

test("a box is a stop for the keyboard only while it scrolls", () => {
  const box = {
    stop: null,
    setAttribute(name, value) {
      this.stop = [name, value];
    },
    removeAttribute() {
      this.stop = null;
    },
  };
  fit(Object.assign(box, { scrollWidth: 700, clientWidth: 390 }));
  assert.deepEqual(box.stop, ["tabindex", "0"]);
  fit(Object.assign(box, { scrollWidth: 390 }));
  assert.equal(box.stop, null);
});

test("names are in the language of the page", () => {
  assert.equal(words("ko").note("2"), "설명 2");
  assert.equal(words("en").code(1), "Code 1");
});

const page = (address, protocol = "https:") => ({
  querySelector: () => (address ? { content: address } : null),
  location: { href: "https://example.org/course/week1/day2/#a", protocol },
});

test("no worker for files from disk, without its address, or where none is allowed", async () => {
  const browser = { serviceWorker: { register: () => assert.fail("registered") } };
  await start(page("../sw.js", "file:"), browser);
  await start(page(""), browser);
  await start(page("../sw.js"), {});
  await start(page("../sw.js"), { serviceWorker: { register: () => Promise.reject(new Error("no")) } });
});

test("the worker is told what the first page had loaded", async () => {
  let told, address;
  const active = { postMessage: (message) => (told = message) };
  const register = (place) => Promise.resolve((address = place.href));
  await start(page("../../sw.js?v=1"), { serviceWorker: { register, ready: Promise.resolve({ active }) } });
  assert.equal(address, "https://example.org/course/sw.js?v=1");
  assert.equal(told.visited[0], "https://example.org/course/week1/day2/");
});

/** The worker with a network and a store that are ours. */
function worker(network, version = "2") {
  const stores = new Map([["pioneers-1", new Map()], ["other", new Map()]]);
  const opened = (name) => stores.get(name) ?? stores.set(name, new Map()).get(name);
  const address = (request) => request.url ?? request;
  const caches = {
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (request) => [...stores.values()].map((store) => store.get(address(request))).find(Boolean),
    open: async (name) => ({
      put: async (request, answer) => void opened(name).set(address(request), answer),
      keys: async () => [...opened(name).keys()],
      delete: async (key) => opened(name).delete(key),
    }),
  };
  const listeners = {};
  const self = {
    location: new URL(`https://example.org/course/sw.js?v=${version}`),
    addEventListener: (name, listener) => (listeners[name] = listener),
    skipWaiting() {},
    clients: { claim: async () => {} },
  };
  const code = readFileSync(new URL("../../site/overrides/sw.js", import.meta.url), "utf-8");
  new Function("self", "caches", "fetch", code)(self, caches, async (request) => network(address(request)));
  const send = async (name, event) => {
    const waits = [];
    let answer;
    listeners[name]({ ...event, waitUntil: (wait) => waits.push(wait), respondWith: (said) => (answer = said) });
    const said = await answer;
    await Promise.all(waits);
    return said;
  };
  const ask = (path, more = {}) =>
    send("fetch", {
      request: {
        url: new URL(path, "https://example.org/course/").href, method: "GET", destination: "document",
        headers: new Headers(), ...more,
      },
    });
  return { ask, send, stores };
}

const answer = (body, status = 200) => ({
  body, status, type: "basic", redirected: false, headers: new Headers({ "content-type": "text/html" }),
  clone() {
    return this;
  },
});
const gone = () => {
  throw new TypeError("no network");
};

test("a page comes from the network, and from what is kept without one", async () => {
  let network = () => answer("new");
  const { ask } = worker((address) => network(address));
  assert.equal((await ask("week1/day2/")).body, "new");
  network = () => answer("newer");
  assert.equal((await ask("week1/day2/")).body, "newer");
  network = gone;
  assert.equal((await ask("week1/day2/")).body, "newer");
  await assert.rejects(ask("week1/day3/"), /no network/);
});

test("what bears its version in its address is asked for once", async () => {
  let calls = 0;
  const { ask } = worker(() => answer(++calls));
  for (let time = 0; time < 3; time++) await ask("assets/vendor/a-1/b.wasm", { destination: "" });
  await ask("assets/stylesheets/main.57a0d79d.min.css", { destination: "style" });
  assert.equal(calls, 2);
});

test("errors are not kept, nor what is not ours, not read, or only a part", async () => {
  let network = () => answer("not found", 404);
  const { ask, stores } = worker((address) => network(address));
  assert.equal((await ask("week1/day2/")).status, 404);
  network = () => answer("x");
  assert.equal(await ask("https://elsewhere.example/a/"), undefined);
  assert.equal(await ask("week1/", { method: "POST" }), undefined);
  assert.equal(await ask("livereload/1/2", { destination: "" }), undefined);
  assert.equal(await ask("a.wasm", { headers: new Headers({ range: "bytes=0-1" }) }), undefined);
  assert.equal(stores.get("pioneers-2"), undefined);
});

test("a new version forgets the old one, and nothing of others", async () => {
  const { send, stores } = worker(gone);
  await send("activate", {});
  assert.deepEqual([...stores.keys()], ["other"]);
});

test("what the first page had loaded is kept, but for other hosts", async () => {
  const asked = [];
  const { send, stores } = worker((address) => answer(asked.push(address)));
  await send("message", { data: { visited: ["https://example.org/course/", "https://elsewhere.example/"] } });
  await send("message", { data: "anything" });
  assert.deepEqual([...stores.get("pioneers-2").keys()], ["https://example.org/course/"]);
});
