/**
 * A small code editor: a text area above its own coloured copy, with line numbers. The browser
 * keeps undo, selection, spelling of screen readers and touch keyboards; this adds what keys do.
 */

import { dedent, indent, lineAt, newLine } from "./editing.js";
import { pieces } from "./highlight.js";
import { button, make } from "./dom.js";

let count = 0;

/**
 * @param {{language: "python" | "sql", label: string, help: string, text: string,
 *   changed: () => void, run: () => void}} setting
 * @returns {{element: HTMLElement, text: () => string, replace: (text: string) => void,
 *   goTo: (line: number) => void, focus: () => void}}
 */
export function editor({ language, label, help, text, changed, run }) {
  count += 1;
  const helpId = `run-help-${count}`;
  const area = /** @type {HTMLTextAreaElement} */ (
    make("textarea.run-editor__area", {
      "aria-label": label,
      "aria-describedby": helpId,
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      spellcheck: "false",
      wrap: "off",
    })
  );
  area.value = text;
  const numbers = make("pre.run-editor__numbers", { "aria-hidden": "true" });
  const copy = make("pre.run-editor__copy", { "aria-hidden": "true" });
  const element = make(
    "div.run-editor",
    {},
    make("div.run-editor__frame", {}, numbers, make("div.run-editor__text", {}, copy, area)),
    make("p.run-editor__help", { id: helpId }, help),
  );
  let leaving = false;

  function draw() {
    const lines = area.value.split("\n").length;
    numbers.textContent = Array.from({ length: lines }, (_, number) => number + 1).join("\n");
    copy.replaceChildren(
      ...pieces(area.value, language).map(({ kind, text: piece }) =>
        kind ? make(`span.run-editor__${kind}`, {}, piece) : piece,
      ),
      "\n",
    );
    area.rows = Math.max(lines, 4);
    follow();
  }

  function follow() {
    copy.style.transform = `translate(${-area.scrollLeft}px, ${-area.scrollTop}px)`;
    numbers.style.transform = `translateY(${-area.scrollTop}px)`;
  }

  function put(edit) {
    area.setSelectionRange(edit.from, edit.to);
    // The one way to change a text area that the browser's own undo knows of.
    const done = document.execCommand(edit.with ? "insertText" : "delete", false, edit.with);
    if (!done) area.setRangeText(edit.with, edit.from, edit.to, "end");
    area.setSelectionRange(edit.start, edit.end);
    if (!done) written();
  }

  function written() {
    draw();
    changed();
  }

  function pressed(event) {
    if (event.isComposing) return;
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const now = { text: area.value, start: area.selectionStart, end: area.selectionEnd };
    if (key === "Enter" && (ctrlKey || metaKey)) {
      event.preventDefault();
      run();
    } else if (key === "Tab" && !leaving && !ctrlKey && !metaKey && !altKey) {
      event.preventDefault();
      const edit = shiftKey ? dedent(now) : indent(now);
      if (edit.with !== now.text.slice(edit.from, edit.to)) put(edit);
    } else if (key === "Enter" && !shiftKey && !altKey) {
      event.preventDefault();
      put(newLine(now));
    }
    // After Escape the next Tab leaves; the keys that are held with it change nothing of that.
    if (!["Shift", "Control", "Alt", "Meta"].includes(key)) leaving = key === "Escape";
  }

  area.addEventListener("keydown", pressed);
  area.addEventListener("input", written);
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", () => (leaving = false));
  draw();

  return {
    element,
    text: () => area.value,
    replace(next) {
      area.focus();
      put({ from: 0, to: area.value.length, with: next, start: 0, end: 0 });
      area.scrollTop = 0;
    },
    goTo(line) {
      const { start, end } = lineAt(area.value, line);
      area.focus();
      area.setSelectionRange(start, end);
      element.scrollIntoView({ block: "nearest" });
    },
    focus: () => area.focus(),
  };
}

/**
 * The two buttons that bring back how it began, and what the reader had.
 * @param {ReturnType<typeof editor>} pad
 * @param {{first: string, reset: string, back: string, wasReset: string, wasBack: string,
 *   say: (text: string) => void}} setting
 */
export function resetButton(pad, { first, reset, back, wasReset, wasBack, say }) {
  let kept = null;
  const made = button(reset, () => {
    if (kept === null && pad.text() === first) return;
    const next = kept ?? first;
    const before = kept === null ? pad.text() : null;
    pad.replace(next);
    kept = before;
    made.textContent = kept === null ? reset : back;
    say(kept === null ? wasBack : wasReset);
  });
  return made;
}
