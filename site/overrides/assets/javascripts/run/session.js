/**
 * One Python in a worker: opened on demand, asked one thing after the other, ended at once when
 * somebody stops it or a step takes too long, and then opened anew. It must not know the page.
 */

/** Told to whoever waits when the reader has pressed Stop. */
export class Stopped extends Error {}
/** Python could not be fetched or started. */
export class Unopened extends Error {}
/** Python broke without any case being at fault. */
export class Broke extends Error {}

/** Seconds that loading a file may take, and that a query may. */
const LOAD_S = 10;
const QUERY_S = 12;
/** A worker that says nothing at all for this long is not going to start. */
const OPEN_S = 180;

/**
 * @typedef {{postMessage: (message: object) => void, terminate: () => void,
 *   onmessage: ((event: {data: any}) => void) | null, onerror: ((event: any) => void) | null}} Runner
 * @typedef {(progress: object) => void} Tell
 *   `{step: "fetch", loaded, total}`, `{step: "start" | "load" | "again" | "query"}` or
 *   `{step: "case", done}`
 */

export class Session {
  /**
   * @param {() => Runner} start  makes a new worker
   * @param {string} base  the address of the site
   */
  constructor(start, base) {
    this.start = start;
    this.base = base;
    /** @type {Runner | null} */
    this.worker = null;
    this.open = false;
    /** @type {((message: any) => void) | null} */
    this.heard = null;
    this.end = null;
    this.timer = undefined;
    this.queue = Promise.resolve();
    /** How often it was stopped: what was asked before does not begin after. */
    this.stops = 0;
  }

  /**
   * Opens Python if it is not open.
   * @param {Tell} tell
   */
  begin(tell) {
    return this.#next(() => this.#opened(tell));
  }

  /**
   * Runs all cases of a job and has them judged.
   * @param {object} job
   * @param {string} source
   * @param {Tell} tell
   * @returns {Promise<object>} what `judge` returns, and `printed` while loading; or `{unfit}`
   */
  check(job, source, tell) {
    return this.#next(() => this.#check(job, source, tell));
  }

  /**
   * Asks SQLite.
   * @param {{tables: object, language: string}} about
   * @param {string} query
   * @param {Tell} tell
   */
  query(about, query, tell) {
    return this.#next(async () => {
      await this.#opened(tell);
      tell({ step: "query" });
      const { tables, language } = about;
      const said = await this.#ask(
        { type: "query", tables: JSON.stringify(tables), language, query },
        ({ type, answer }) => (type === "answered" ? { answer } : null),
        QUERY_S,
      );
      if (said.answer) return JSON.parse(said.answer);
      throw new Broke(said.crashed ?? "late");
    });
  }

  /** Ends whatever runs or waits to run, at once. Who waits for it is told `Stopped`. */
  stop() {
    this.stops += 1;
    this.#drop();
    const { end } = this;
    this.end = null;
    end?.(new Stopped());
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #next(work) {
    const { stops } = this;
    const done = this.queue.then(() => {
      if (stops !== this.stops) throw new Stopped();
      return work();
    });
    this.queue = done.catch(() => {});
    return done;
  }

  #drop() {
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = null;
    this.open = false;
    this.heard = null;
  }

  /** @param {Tell} tell */
  async #opened(tell) {
    if (this.open) return;
    this.worker = this.start();
    this.worker.onmessage = ({ data }) => this.heard?.(data);
    this.worker.onerror = (event) => {
      event.preventDefault?.();
      this.heard?.({ type: "crashed", message: event.message ?? "" });
    };
    tell({ step: "fetch", loaded: 0, total: 0 });
    const said = await this.#ask(
      { type: "open", base: this.base },
      (message) => {
        if (message.type === "bytes") tell({ step: "fetch", ...message });
        if (message.type === "starting") tell({ step: "start" });
        return message.type === "ready" ? { ready: true } : null;
      },
      OPEN_S,
    );
    if (!said.ready) {
      this.#drop();
      throw new Unopened(said.crashed ?? "late");
    }
    this.open = true;
  }

  /**
   * @param {object} message
   * @param {(message: any) => object | null} take  the answer, or null to go on listening
   * @param {number} seconds  of silence after which it is given up; a message `step` sets it anew
   * @returns {Promise<any>} the answer; `{late: true}` or `{crashed: why}`, the worker gone then
   */
  #ask(message, take, seconds) {
    return new Promise((resolve, reject) => {
      const settle = (answer) => {
        clearTimeout(this.timer);
        this.heard = null;
        this.end = null;
        if (answer.late || answer.crashed !== undefined) this.#drop();
        resolve(answer);
      };
      const wait = (limit) => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => settle({ late: true }), limit * 1000);
      };
      this.end = reject;
      this.heard = (said) => {
        if (said.type === "crashed") return settle({ crashed: said.message });
        const answer = take(said);
        if (answer) return settle(answer);
        wait(said.seconds ?? seconds);
      };
      wait(seconds);
      this.worker.postMessage(message);
    });
  }

  /**
   * @param {any} job
   * @param {string} source
   * @param {Tell} tell
   */
  async #check(job, source, tell) {
    await this.#opened(tell);
    const ran = { load: {}, records: [] };
    const state = { at: null, printed: "" };
    const asked = { type: "check", job: JSON.stringify(job), source, loadSeconds: LOAD_S };
    const said = await this.#ask(asked, (message) => this.#hear(message, ran, state, tell), LOAD_S);
    if (said.unfit || said.judged) return { ...(said.judged ?? said), printed: state.printed };
    blame(job, ran, state.at, said);
    tell({ step: "again" });
    return { ...(await this.#judged(job, ran, tell)), printed: state.printed };
  }

  #hear(message, ran, state, tell) {
    if (message.type === "step") {
      state.at = message.at;
      tell(message.at ? { step: "case", done: ran.records.length } : { step: "load" });
    }
    if (message.type === "loaded") {
      ran.load = message.load;
      state.printed = message.printed;
    }
    if (message.type === "ran") ran.records.push([...message.at, message.record, message.printed]);
    if (message.type === "unfit") return { unfit: message.unfit };
    return message.type === "judged" ? { judged: JSON.parse(message.result) } : null;
  }

  /** Has a new Python judge what the one that is gone has recorded. */
  async #judged(job, ran, tell) {
    await this.#opened((progress) => progress.loaded && tell(progress));
    const asked = { type: "judge", job: JSON.stringify(job), ran: JSON.stringify(ran) };
    const take = ({ type, result }) => (type === "judged" ? { judged: JSON.parse(result) } : null);
    const said = await this.#ask(asked, take, LOAD_S);
    if (!said.judged) throw new Broke(said.crashed ?? "late");
    return said.judged;
  }
}

/**
 * Writes the step at which Python was ended, or broke, into what has been recorded.
 * @param {any} job
 * @param {{load: object, records: any[]}} ran
 * @param {[number, number] | null} at  the case, or null while the file was loaded
 * @param {{late?: boolean, crashed?: string}} said
 */
export function blame(job, ran, at, said) {
  if (at === null) {
    ran.load = { error_type: said.late ? "Late" : "Died", error: "", line: 0 };
    return;
  }
  const record = { status: "ran", full: false, late: false, signal: 0, exit: 0 };
  if (said.late) Object.assign(record, { late: true, cpu_s: job.limits.wall_s });
  else if (/memory/i.test(said.crashed)) record.error_type = "MemoryError";
  else if (/call stack|recursion/i.test(said.crashed)) record.signal = 11;
  ran.records.push([...at, record, ""]);
}
