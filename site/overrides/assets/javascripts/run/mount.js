/** Turns the blocks of a page into what runs, when their button is pressed. */

import * as python from "./python.js";
import { Session } from "./session.js";
import * as sql from "./sql.js";
import { words } from "./words.js";

/** @param {Document} page */
export function all(page) {
  const say = words(page.documentElement.lang);
  const base = new URL("../../../", import.meta.url).href;
  // One Python for the whole page; it is made when somebody first wants it.
  const session = new Session(
    () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
    base,
  );
  for (const [selector, { mount }] of [[".run", python], [".sql-run", sql]]) {
    for (const block of page.querySelectorAll(selector)) {
      const begin = block.querySelector(".run__begin button");
      const about = JSON.parse(block.querySelector("script").textContent);
      begin.disabled = false;
      begin.addEventListener("click", () => mount(block, about, session, say), { once: true });
    }
  }
}
