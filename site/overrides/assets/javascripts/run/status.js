/** The line that says what Python is doing, aloud and with a bar while it is fetched. */

import { make } from "./dom.js";
import { Broke, Stopped, Unopened } from "./session.js";
import { megabytes } from "./telling.js";

/** @param {ReturnType<typeof import("./words.js").words>} say */
export function statusLine(say) {
  const text = make("p.run__status", { role: "status" });
  const bar = /** @type {HTMLProgressElement} */ (
    make("progress.run__bar", { "aria-label": say.fetching, hidden: true })
  );
  const amount = make("span.run__amount", { "aria-hidden": "true" });
  const element = make("div.run__state", {}, text, bar, amount);

  function plain(sentence) {
    if (text.textContent !== sentence) text.textContent = sentence;
    bar.hidden = true;
    amount.textContent = "";
  }

  return {
    element,
    say: plain,
    /** @param {any} progress  what a session tells; @param {number} cases  how many there are */
    progress(progress, cases = 0) {
      if (progress.step === "fetch" || progress.loaded) {
        // Said aloud once; the amount is for the eyes.
        if (bar.hidden) plain(say.fetching);
        bar.hidden = false;
        if (progress.total) {
          bar.max = progress.total;
          bar.value = progress.loaded;
          amount.textContent = `${megabytes(progress.loaded)} / ${megabytes(progress.total)} MB`;
        }
      } else if (progress.step === "case") plain(say.running(progress.done, cases));
      else {
        const steps = { start: say.starting, load: say.loading, again: say.again, query: say.asking };
        plain(steps[progress.step] ?? "");
      }
    },
    /** What went wrong, in words. @param {unknown} error */
    failed(error) {
      if (error instanceof Stopped) plain(say.stopped);
      else if (error instanceof Unopened)
        plain(globalThis.location?.protocol === "file:" ? say.file : say.failed);
      else plain(say.broke);
      const known = [Stopped, Unopened, Broke].some((kind) => error instanceof kind);
      if (!known) throw error;
    },
  };
}
