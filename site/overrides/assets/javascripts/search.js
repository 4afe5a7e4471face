/**
 * Under the search box, when something asked for is not on the site: words that may have been meant.
 *
 * The search worker tells them over a channel; the theme draws everything else.
 */

(() => {
  const TEXTS = {
    ko: { meant: "혹시 이런 말을 찾으셨나요?" },
    en: { meant: "Did you mean one of these?" },
  };

  const box = /** @type {HTMLInputElement | null} */ (
    document.querySelector('[data-md-component="search-query"]')
  );
  const list = document.querySelector(".md-search-result__list");
  if (!box || !list) return;

  const hints = document.createElement("div");
  hints.className = "pioneers-search-hints";
  hints.hidden = true;
  list.before(hints);

  new BroadcastChannel("pioneers-search").addEventListener("message", ({ data }) => {
    if (data.query !== box.value) return; // another tab asked
    hints.replaceChildren();
    hints.hidden = !data.nearest.length;
    if (hints.hidden) return;
    const language = document.documentElement.lang.startsWith("en") ? "en" : "ko";
    const lead = document.createElement("p");
    lead.textContent = TEXTS[language].meant;
    hints.append(lead, ...data.nearest.map(word));
  });

  /** @param {string} text @returns {HTMLButtonElement} */
  function word(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      if (!box) return;
      box.value = text;
      box.focus();
      box.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    });
    return button;
  }
})();
