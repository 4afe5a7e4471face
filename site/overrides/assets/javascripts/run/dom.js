/** Elements in one call each. Text is always text, never markup. */

/**
 * @param {string} tag  with classes after dots, such as `p.run__note`
 * @param {Record<string, any>} attributes  `onclick` and the like are listeners, null is left out
 * @param {...(Node | string | null | undefined | false)} inside
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...inside) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...inside.filter((each) => each || each === ""));
  return element;
}

/** A sentence of the catalogues with its `names` as code. @param {{code: boolean, text: string}[]} parts */
export const sentence = (parts) =>
  parts.map(({ code, text }) => (code ? make("code", {}, text) : text));

/** @param {string} label @param {() => void} press @param {boolean} [primary] */
export const button = (label, press, primary = false) =>
  make(
    `button.md-button${primary ? ".md-button--primary" : ""}`,
    { type: "button", onclick: press },
    label,
  );

/** Gives the keyboard to an element, but not to a text area that would open a touch keyboard. */
export function focusOn(area, other) {
  const touch = matchMedia("(hover: none) and (pointer: coarse)").matches;
  (touch ? other : area).focus();
}
