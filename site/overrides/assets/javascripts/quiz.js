/** Quizzes (autograder/site/widgets/quiz.py makes the form): marks an answer and remembers it. */

import { load, update } from "./store.js";
import { words } from "./words.js";

/**
 * Judges a choice.
 * @param {string} shape  which choices are right, such as "0100"
 * @param {number[]} chosen
 * @returns {"empty" | "right" | "partly" | "wrong"}
 */
export function judge(shape, chosen) {
  if (chosen.length === 0) return "empty";
  if (chosen.some((number) => shape[number] !== "1")) return "wrong";
  return chosen.length === [...shape].filter((mark) => mark === "1").length ? "right" : "partly";
}

/**
 * Whether a kept answer solves the quiz as it is now.
 * @param {string} shape
 * @param {import("./store.js").Answer | undefined} answer
 */
export const solves = (shape, answer) =>
  answer !== undefined && answer.shape === shape && judge(shape, answer.chosen) === "right";

const SAID = { empty: "quizEmpty", right: "quizRight", partly: "quizPartly", wrong: "quizWrong" };

/** @param {Document} page */
export function start(page) {
  const kept = load().quiz;
  for (const form of page.querySelectorAll("form.quiz")) {
    const key = form.dataset.quiz;
    const answer = kept[key];
    if (answer?.shape === form.dataset.shape) restore(form, answer.chosen);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = choices(form);
      if (chosen.length) update((reading) => {
        reading.quiz[key] = { chosen, shape: form.dataset.shape };
      });
      show(form, chosen);
    });
    form.addEventListener("change", () => clear(form));
  }
  globalThis.addEventListener("beforeprint", () => {
    for (const why of page.querySelectorAll(".quiz__why")) why.open = true;
  });
  globalThis.addEventListener("afterprint", () => {
    for (const form of page.querySelectorAll("form.quiz"))
      if (form.dataset.state) show(form, choices(form));
      else clear(form);
  });
}

/** @param {HTMLFormElement} form */
function choices(form) {
  return [...form.querySelectorAll("input:checked")].map((input) => Number(input.value));
}

/** @param {HTMLFormElement} form @param {number[]} chosen */
function restore(form, chosen) {
  for (const input of form.querySelectorAll("input"))
    input.checked = chosen.includes(Number(input.value));
  show(form, chosen);
}

/**
 * Opens the reasons of what was chosen, and of every choice once the answer is right.
 * @param {HTMLFormElement} form
 * @param {number[]} chosen
 */
function show(form, chosen) {
  const verdict = judge(form.dataset.shape, chosen);
  if (verdict === "empty") clear(form);
  else form.dataset.state = verdict;
  for (const row of form.querySelectorAll(".quiz__choice")) {
    const open = verdict === "right" || row.querySelector("input").checked;
    row.classList.toggle("quiz__choice--open", verdict !== "empty" && open);
    row.querySelector(".quiz__why").open = verdict !== "empty" && open;
  }
  form.querySelector(".quiz__said").textContent = words()[SAID[verdict]];
}

/** @param {HTMLFormElement} form */
function clear(form) {
  delete form.dataset.state;
  form.querySelector(".quiz__said").textContent = "";
  for (const row of form.querySelectorAll(".quiz__choice")) {
    row.classList.remove("quiz__choice--open");
    row.querySelector(".quiz__why").open = false;
  }
}
