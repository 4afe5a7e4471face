/** A coding test in its page: editor, buttons, and what each public case came to. */

import { controls } from "./controls.js";
import { button, focusOn, make, sentence } from "./dom.js";
import { editor, resetButton } from "./editor.js";
import * as kept from "./kept.js";
import { statusLine } from "./status.js";
import { difference, spans } from "./telling.js";

/** More cases than this are counted, not shown. */
const MOST_CASES = 30;

/** A value that scrolls can be scrolled by keyboard. */
function reach({ currentTarget }) {
  for (const each of currentTarget.querySelectorAll("pre")) {
    if (each.scrollHeight > each.clientHeight) each.tabIndex = 0;
  }
}

/**
 * @param {HTMLElement} block
 * @param {any} job  what the page was built with
 * @param {import("./session.js").Session} session
 * @param {ReturnType<typeof import("./words.js").words>} say
 */
export function mount(block, job, session, say) {
  const own = kept.load(job.id);
  const cases = job.groups.reduce((sum, group) => sum + group.expected.cases.length, 0);
  const status = statusLine(say);
  const results = make("div.run__results");
  const pad = editor({
    language: "python",
    label: say.editor,
    help: say.help,
    text: own ?? job.starter,
    changed: () => kept.save(job.id, pad.text(), job.starter),
    run: () => control.run(),
  });
  const control = controls(session, status, say, check);
  const buttons = [
    control.runButton,
    control.stopButton,
    resetButton(pad, { ...say, first: job.starter, say: status.say }),
    button(say.copy, copy),
    button(say.download, download),
  ];
  const restored = own !== null && own !== job.starter;
  block.replaceChildren(
    pad.element,
    make("div.run__buttons", {}, ...buttons),
    status.element,
    results,
  );
  if (restored) status.say(say.restored);
  focusOn(pad, control.runButton);
  control.open(() => (restored ? say.restored : say.ready));

  async function check() {
    results.replaceChildren();
    show(await session.check(job, pad.text(), (progress) => status.progress(progress, cases)));
  }

  function show(found) {
    if (found.unfit) {
      status.say(say.some(0, cases));
      results.replaceChildren(told(found.unfit, found.unfit.line));
      return;
    }
    const all = found.passed === found.total;
    status.say(all ? say.passed(found.total, job.growth) : say.some(found.passed, found.total));
    const printed = found.printed
      ? make("div.run__printed", {}, make("p", {}, say.loadedPrint), box(found.printed))
      : null;
    const rows = found.cases.slice(0, MOST_CASES).map((each, number) => row(each, number + 1));
    results.replaceChildren(
      ...[
        ...found.told.map((each) => told(each, 0)),
        printed,
        rows.length ? make("ul.run__cases", {}, ...rows) : null,
      ].filter(Boolean),
    );
  }

  /** What the grader says, its next step, and the author's hint. */
  function told({ message, next, hint }, line) {
    return make(
      "div.run__told",
      {},
      make("p", {}, ...sentence(spans(message))),
      make("p.run__next", {}, ...sentence(spans(next))),
      line ? toLine(line) : null,
      hint ? make("details.run__fold", {}, make("summary", {}, say.hint), make("p", {}, hint)) : null,
    );
  }

  const toLine = (line) => make("p", {}, button(say.line(line), () => pad.goTo(line)));

  function row(found, number) {
    const verdict = say.verdict[found.ok ? "ok" : found.code] ?? found.code;
    const title = make(
      "summary",
      {},
      make("span.run__mark", { "aria-hidden": "true" }, found.ok ? "✓" : "✗"),
      `${say.case(number)} · ${verdict}`,
    );
    const given = job.mode === "function" ? `${found.entry}(${found.given})` : found.given;
    const parts = [[say.given, box(given)]];
    if (found.got !== undefined && !found.ok) {
      const apart = difference(found.got, found.expected);
      parts.push([say.got, box(apart.before, ["del", apart.got], apart.after)]);
      parts.push([say.expected, box(apart.before, ["ins", apart.expected], apart.after)]);
    } else parts.push([say.expected, box(found.expected)]);
    if (found.error) parts.push([say.error, box(found.error)]);
    if (found.printed) parts.push([say.printed, box(found.printed)]);
    const list = parts.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, value)),
    );
    return make(
      `li.run__case.run__case--${found.ok ? "ok" : "wrong"}`,
      {},
      make(
        "details.run__fold",
        { open: !found.ok && found.code !== "cases.not_run", ontoggle: reach },
        title,
        make("dl", {}, ...list),
        found.line ? toLine(found.line) : null,
      ),
    );
  }

  /** A value or an output; a pair is a part that differs. */
  function box(...inside) {
    const parts = inside.map((each) => {
      if (!Array.isArray(each)) return each;
      const [tag, text] = each;
      return text ? make(tag, {}, text) : "";
    });
    const empty = parts.every((each) => each === "");
    return make("pre.run__value", {}, ...(empty ? [say.nothing] : parts));
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(pad.text());
      status.say(say.copied);
    } catch {
      status.say(say.notCopied);
    }
  }

  function download() {
    const address = URL.createObjectURL(new Blob([pad.text()], { type: "text/x-python" }));
    const link = make("a", { href: address, download: "solution.py", hidden: true });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}
