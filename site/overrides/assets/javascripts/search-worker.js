/**
 * The search worker in the theme's place: it speaks the theme's messages, so that its search box,
 * list and keys stay as they are. What it answers comes from `search/engine.js`.
 *
 * A classic script, since the theme starts it as one. It loads the index of the language that its
 * address ends with (`search-worker.js?ko`), and not before something is asked.
 */

const SETUP = 0;
const READY = 1;
const QUERY = 2;
const RESULT = 3;

const language = self.location.search.slice(1) === "en" ? "en" : "ko";
const hints = new BroadcastChannel("pioneers-search");

/** @type {Promise<{answer: (query: string) => object, nearest: (query: string) => string[]}> | null} */
let loading = null;
let newest = 0;

/** Engine and index, loaded once; a failed load is tried again at the next query. */
function load() {
  loading ??= start().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function start() {
  const [{ Engine }, { result }, index] = await Promise.all([
    import("./search/engine.js"),
    import("./search/show.js"),
    fetch(new URL(`../../search/${language}.json`, self.location.href)).then((answer) => {
      if (!answer.ok) throw new Error(`the search index is not there (${answer.status})`);
      return answer.json();
    }),
  ]);
  const engine = new Engine(index);
  return {
    answer: (/** @type {string} */ query) => result(engine, query),
    nearest: (/** @type {string} */ query) => engine.nearest(query),
  };
}

/** @param {string} query */
async function ask(query) {
  const turn = ++newest;
  if (!query.trim()) {
    postMessage({ type: RESULT, data: { items: [], suggest: [] } });
    hints.postMessage({ query, nearest: [] });
    return;
  }
  /** @type {{items: object[], suggest?: string[], strange?: string}} */
  let data = { items: [] };
  /** @type {string[]} */
  let nearest = [];
  try {
    const search = await load();
    if (turn !== newest) return; // typed on meanwhile
    data = /** @type {typeof data} */ (search.answer(query));
    if (data.strange) nearest = search.nearest(data.strange);
  } catch (error) {
    console.warn(error);
  }
  postMessage({ type: RESULT, data });
  hints.postMessage({ query, nearest });
}

self.addEventListener("message", ({ data }) => {
  if (data.type === SETUP) postMessage({ type: READY });
  else if (data.type === QUERY) ask(data.data);
});
