/** A query in a lesson that the reader can change and run. */

import { fit } from "../reach.js";
import { controls } from "./controls.js";
import { focusOn, make, sentence } from "./dom.js";
import { editor, resetButton } from "./editor.js";
import { statusLine } from "./status.js";
import { spans } from "./telling.js";

/**
 * @param {HTMLElement} block
 * @param {{query: string, tables: object, language: string}} about  what the page was built with
 * @param {import("./session.js").Session} session
 * @param {ReturnType<typeof import("./words.js").words>} say
 */
export function mount(block, about, session, say) {
  const answer = block.querySelector(".sql-run__answer");
  const status = statusLine(say);
  const pad = editor({
    language: "sql",
    label: say.query,
    help: say.help,
    text: about.query,
    changed: () => {},
    run: () => control.run(),
  });
  const control = controls(session, status, say, ask);
  const again = resetButton(pad, {
    ...say,
    reset: say.resetQuery,
    first: about.query,
    say: status.say,
  });
  block.replaceChildren(
    pad.element,
    make("div.run__buttons", {}, control.runButton, control.stopButton, again),
    status.element,
    answer,
  );
  focusOn(pad, control.runButton);
  control.open(() => say.ready);

  async function ask() {
    show(await session.query(about, pad.text(), status.progress));
  }

  function show(found) {
    if (found.message) {
      status.say("");
      answer.replaceChildren(
        make(
          "div.run__told",
          { role: "alert" },
          make("p", {}, ...sentence(spans(found.message))),
          make("p.run__next", {}, ...sentence(spans(found.next))),
        ),
      );
      return;
    }
    const { columns, rows, more } = found;
    const count = more ? say.more(rows.length) : rows.length ? say.rows(rows.length) : say.noRows;
    status.say(columns.length ? count : say.noTable);
    answer.replaceChildren(...(columns.length ? [table(columns, rows)] : []));
    answer.querySelectorAll("div.table").forEach(fit);
  }
}

function table(columns, rows) {
  const head = columns.map((name) => make("th", { scope: "col" }, name));
  const body = rows.map((row) => make("tr", {}, ...row.map(cell)));
  // As the theme writes tables of a page: a box that scrolls where the screen is narrow.
  return make(
    "div.table",
    {},
    make("table.plain", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body)),
  );
}

function cell(value) {
  if (value === null) return make("td.sql-run__null", {}, "NULL");
  return make(`td${typeof value === "number" ? ".sql-run__number" : ""}`, {}, String(value));
}
