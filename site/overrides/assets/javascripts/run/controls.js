/** Run and Stop: one piece of work at a time, and what went wrong with it said in words. */

import { button } from "./dom.js";

/**
 * @param {import("./session.js").Session} session
 * @param {ReturnType<typeof import("./status.js").statusLine>} status
 * @param {ReturnType<typeof import("./words.js").words>} say
 * @param {() => Promise<void>} work  what Run does
 */
export function controls(session, status, say, work) {
  let busy = false;
  const runButton = button(say.run, run, true);
  const stopButton = button(say.stop, () => busy && session.stop());
  mark(false);

  function mark(on) {
    busy = on;
    runButton.setAttribute("aria-disabled", String(on));
    stopButton.setAttribute("aria-disabled", String(!on));
  }

  async function run() {
    if (busy) return;
    mark(true);
    try {
      await work();
    } catch (error) {
      status.failed(error);
      session.begin(() => {}).catch(() => {}); // ready for the next time
    } finally {
      mark(false);
    }
  }

  /** Fetches Python while the reader reads. @param {() => string} ready  what is said then */
  async function open(ready) {
    try {
      await session.begin((progress) => status.progress(progress));
      if (!busy) status.say(ready());
    } catch (error) {
      status.failed(error);
    }
  }

  return { run, open, runButton, stopButton };
}
