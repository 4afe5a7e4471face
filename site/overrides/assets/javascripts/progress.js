/**
 * Progress: which lessons the reader has marked, on the lesson, in the navigation and wherever a
 * page asks for it. The navigation of the page says which lessons there are.
 *
 * `<span data-progress="week1/ assignments/w1*">` gets a ring and "2 of 5 done" for the pages whose
 * names begin so; a name without a slash or star at its end is one page. Links in tables of the home
 * page get the same check as the navigation. `<div data-progress-reset>` gets the button that
 * removes all marks.
 */

import { load, nothing, update } from "./store.js";
import { solves } from "./quiz.js";
import { words } from "./words.js";

/**
 * A page's name in both languages: its address below the site's root.
 * @param {string} address  a link's full address
 * @param {string} root  the full address of the site's root, with a slash at its end
 * @returns {string | null} such as "week1/day2"; null for a page elsewhere
 */
export function identity(address, root) {
  const path = address.split(/[?#]/)[0];
  if (!path.startsWith(root)) return null;
  return path.slice(root.length).replace(/^en(\/|$)/, "").replace(/(index\.html|\/)$/, "");
}

/**
 * Counts the marked pages among those that a list of names asks for.
 * @param {string} asked  such as "week1/ coding/hash"
 * @param {string[]} pages  every page of the navigation
 * @param {Record<string, string>} done
 * @returns {{done: number, all: number}}
 */
export function count(asked, pages, done) {
  const names = asked.split(/\s+/).filter(Boolean);
  const fits = (page, name) =>
    /[/*]$/.test(name) ? page.startsWith(name.replace("*", "")) : page === name;
  const found = new Set(pages.filter((page) => names.some((name) => fits(page, name))));
  return { done: [...found].filter((page) => page in done).length, all: found.size };
}

/** @param {Document} page */
export function start(page) {
  const root = new URL(settings(page).base.replace(/\/*$/, "/"), page.location.href).href;
  const named = (links) =>
    [...links].map((link) => [link, identity(link.href, root)]).filter(([, name]) => name);
  const course = named(page.querySelectorAll(".md-nav--primary a.md-nav__link[href]"));
  const pages = course.map(([, name]) => name);
  const links = [...course, ...named(page.querySelectorAll(".home table a[href]"))];
  const paint = (reading) => {
    for (const [link, name] of links) mark(link, name in reading.done);
    for (const place of page.querySelectorAll("[data-progress]"))
      ring(place, count(place.dataset.progress, pages, reading.done));
    for (const place of page.querySelectorAll("[data-done]")) button(place, reading);
  };
  for (const place of page.querySelectorAll("[data-done]"))
    place.querySelector("button").addEventListener("click", () => toggle(place));
  for (const place of page.querySelectorAll("[data-progress-reset]")) resetter(place);
  page.addEventListener("pioneers:reading", (event) => paint(event.detail));
  globalThis.addEventListener("storage", () => paint(load()));
  paint(load());
}

/** @param {Document} page */
function settings(page) {
  return JSON.parse(page.getElementById("__config")?.textContent ?? '{"base": "."}');
}

/** @param {HTMLElement} link @param {boolean} done */
function mark(link, done) {
  const inside = link.matches(".md-nav__link");
  const old = inside ? link.querySelector(".nav-done") : link.parentElement.querySelector(".nav-done");
  if (!done) return void old?.remove();
  if (old) return;
  const check = document.createElement("span");
  check.className = "nav-done";
  check.setAttribute("role", "img");
  check.setAttribute("aria-label", words().done);
  if (inside) link.append(check);
  else link.after(check);
}

/** @param {HTMLElement} place @param {{done: number, all: number}} state */
function ring(place, { done, all }) {
  if (all === 0) return;
  place.classList.add("progress");
  place.style.setProperty("--part", String(done / all));
  place.dataset.state = done === all ? "all" : done ? "some" : "none";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", words().progress(done, all));
  place.textContent = done === all ? "✓" : `${done}/${all}`;
}

/** @param {HTMLElement} place @param {import("./store.js").Reading} reading */
function button(place, reading) {
  const control = place.querySelector("button");
  control.setAttribute("aria-pressed", String(place.dataset.done in reading.done));
  const forms = [...document.querySelectorAll("form.quiz")];
  const solved = forms.filter((form) =>
    solves(form.dataset.shape, reading.quiz[form.dataset.quiz]),
  ).length;
  const line = place.querySelector(".done__quiz");
  if (line) line.textContent = forms.length ? words().quizCount(solved, forms.length) : "";
}

/** @param {HTMLElement} place */
function toggle(place) {
  const name = place.dataset.done;
  const reading = update((kept) => {
    if (name in kept.done) delete kept.done[name];
    else kept.done[name] = new Date().toISOString().slice(0, 10);
  });
  place.querySelector("[role=status]").textContent =
    words()[name in reading.done ? "marked" : "unmarked"];
}

/** @param {HTMLElement} place */
function resetter(place) {
  const control = document.createElement("button");
  control.type = "button";
  control.className = "progress-reset";
  control.textContent = words().reset;
  control.addEventListener("click", () => {
    if (globalThis.confirm(words().sure)) update((kept) => Object.assign(kept, nothing()));
  });
  place.replaceChildren(control);
}
