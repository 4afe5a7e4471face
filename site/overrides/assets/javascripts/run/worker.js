/**
 * The worker in which Python runs. Whoever made it ends it when it has to stop: from inside, an
 * endless loop cannot be reached. Nothing is loaded before the message `open`.
 */

/** What can ask others, or keep things: gone before a reader's code begins. */
const REACHING = [
  "BroadcastChannel", "EventSource", "WebSocket", "WebTransport", "Worker", "XMLHttpRequest",
  "caches", "cookieStore", "fetch", "importScripts", "indexedDB",
];

const post = (message) => self.postMessage(message);
let judge = null;
let tables = null;

const HANDLERS = {
  open: async ({ base }) => {
    const told = await (await self.fetch(new URL("assets/python/manifest.json", base))).json();
    count(told.bytes);
    const [{ loadPyodide }, body] = await Promise.all([
      import(new URL(`${told.pyodide}pyodide.mjs`, base).href),
      bytes(new URL(told.grader, base)),
    ]);
    const quiet = () => {};
    const pyodide = await loadPyodide({
      indexURL: new URL(told.pyodide, base).href,
      stdLibURL: new URL(told.library, base).href,
      stdout: quiet,
      stderr: quiet,
      stdin: () => null,
    });
    post({ type: "starting" });
    pyodide.unpackArchive(body, "zip", { extractDir: "/grader" });
    pyodide.runPython("import sys; sys.path.insert(0, '/grader')");
    judge = pyodide.pyimport("autograder.site.inpage.judge");
    tables = pyodide.pyimport("autograder.site.inpage.tables");
    shut();
    post({ type: "ready" });
  },

  check: ({ job, source, loadSeconds }) => {
    const task = JSON.parse(job);
    const unfit = JSON.parse(judge.unfit(source, job));
    if (unfit) return post({ type: "unfit", unfit });
    post({ type: "step", at: null, seconds: loadSeconds });
    const { load, printed } = JSON.parse(judge.load(source, job));
    post({ type: "loaded", load, printed });
    const records = [];
    if (Object.keys(load).length === 0) {
      task.groups.forEach((group, number) => {
        group.expected.cases.forEach((_, index) => {
          const at = [number, index];
          post({ type: "step", at, seconds: task.limits.wall_s });
          const ran = JSON.parse(judge.run(source, job, number, index));
          records.push([...at, ran.record, ran.printed]);
          post({ type: "ran", at, ...ran });
        });
      });
    }
    HANDLERS.judge({ job, ran: JSON.stringify({ load, records }) });
  },

  judge: ({ job, ran }) => post({ type: "judged", result: judge.judge(job, ran) }),

  query: (asked) =>
    post({ type: "answered", answer: tables.answer(asked.tables, asked.query, asked.language) }),
};

self.onmessage = async ({ data }) => {
  try {
    await HANDLERS[data.type](data);
  } catch (error) {
    post({ type: "crashed", message: String(error).slice(0, 500) });
  }
};

/** Has every byte that is fetched from here on counted. @param {number} total */
function count(total) {
  const plain = self.fetch.bind(self);
  let loaded = 0;
  self.fetch = async (...given) => {
    const answer = await plain(...given);
    if (!answer.ok || !answer.body) return answer;
    const counter = new TransformStream({
      transform(chunk, control) {
        loaded += chunk.byteLength;
        post({ type: "bytes", loaded: Math.min(loaded, total), total });
        control.enqueue(chunk);
      },
    });
    const { headers, status } = answer;
    return new Response(answer.body.pipeThrough(counter), { headers, status });
  };
}

/** @param {URL} address */
async function bytes(address) {
  const answer = await self.fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
  return answer.arrayBuffer();
}

/** Closes the ways out of this worker: a slip in a reader's code asks nobody for anything. */
function shut() {
  for (let place = self; place; place = Object.getPrototypeOf(place)) {
    for (const name of REACHING) delete place[name];
  }
}
