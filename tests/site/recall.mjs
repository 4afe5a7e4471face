/**
 * What the search finds for many questions: `node recall.mjs SEARCH_FOLDER < questions.json`.
 *
 * Reads `[{"language", "ask"}, …]`, writes the first three pages of each as paths in curriculum/.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Engine } from "../../site/overrides/assets/javascripts/search/engine.js";
import { result } from "../../site/overrides/assets/javascripts/search/show.js";

const engines = new Map();

for (const language of ["ko", "en"]) {
  const file = join(process.argv[2], `${language}.json`);
  engines.set(language, new Engine(JSON.parse(readFileSync(file, "utf8"))));
}

const found = JSON.parse(readFileSync(0, "utf8")).map(({ language, ask }) => {
  const engine = engines.get(language);
  const urls = result(engine, ask).items.slice(0, 3).map(([{ location }]) => location.split("#")[0]);
  return urls.map((url) => url.replace(/^en\//, "").replace(/\/$/, "") || "index");
});
process.stdout.write(JSON.stringify(found));
