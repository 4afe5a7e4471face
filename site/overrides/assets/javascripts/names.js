/**
 * What the theme's own script leaves without a name or out of the keyboard's reach: the switches of
 * the menu and the search, the buttons at code, the numbers of notes in code. Some are made while
 * the page is read, so the page is watched.
 */

const WORDS = {
  ko: { menu: "메뉴 열기", search: "검색 열기", note: (number) => `설명 ${number}`, code: (number) => `코드 ${number}` },
  en: { menu: "Open the menu", search: "Open the search", note: (number) => `Note ${number}`, code: (number) => `Code ${number}` },
};

/** @param {string} language  of the page, such as "ko" */
export const words = (language) => WORDS[language.startsWith("en") ? "en" : "ko"];

/** @param {ParentNode} part  @param {string} language */
export function name(part, language) {
  const said = words(language);
  for (const bar of part.querySelectorAll("nav.md-code__nav:not([aria-label])"))
    bar.setAttribute("aria-label", said.code(1 + Number(/\d+$/.exec(bar.closest("[id]")?.id)?.[0] ?? 0)));
  for (const link of part.querySelectorAll("a.md-annotation__index:not([aria-label])")) {
    const number = link.querySelector("[data-md-annotation-id]")?.dataset.mdAnnotationId ?? "";
    link.setAttribute("aria-label", said.note(number));
  }
}

/** A label that switches something becomes a button, which the keyboard reaches.
 * @param {HTMLLabelElement} label  @param {string} said */
export function press(label, said) {
  const page = label.ownerDocument;
  const button = page.createElement("button");
  button.type = "button";
  button.className = label.className;
  button.dataset.switch = label.htmlFor;
  button.setAttribute("aria-label", said);
  button.append(...label.childNodes);
  button.addEventListener("click", () => {
    label.control?.click();
    if (label.htmlFor === "__search") page.querySelector(".md-search__input")?.focus();
  });
  label.hidden = true;
  label.after(button);
}

/** @param {Document} page */
export function start(page) {
  const language = page.documentElement.lang;
  for (const [id, said] of [["__drawer", words(language).menu], ["__search", words(language).search]])
    for (const label of page.querySelectorAll(`.md-header__button[for="${id}"]`)) press(label, said);
  name(page, language);
  new MutationObserver(() => name(page, language)).observe(page.body, { childList: true, subtree: true });
}

if (typeof document !== "undefined") start(document);
