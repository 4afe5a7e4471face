/**
 * Draws Mermaid diagrams as SVG: reads {key: source} as JSON, writes {key: {svg} or {error}}.
 * Colours are names of CSS properties that the site's style sheet sets, so that one drawing serves
 * the light and the dark page. Loaded with the site's packages as its surroundings.
 */
import { text } from "node:stream/consumers";
import { renderMermaidSVG } from "beautiful-mermaid";

const LOOK = { bg: "var(--pioneers-surface)", fg: "var(--pioneers-ink)", font: "inherit", transparent: true };

const drawn = {};
for (const [key, source] of Object.entries(JSON.parse(await text(process.stdin)))) {
  try {
    drawn[key] = { svg: renderMermaidSVG(source, LOOK) };
  } catch (error) {
    drawn[key] = { error: String(error?.message ?? error) };
  }
}
process.stdout.write(JSON.stringify(drawn));
