/**
 * Cuts the site's typeface to the signs that its pages have: reads {"font": path, "parts": {name:
 * signs}, "called": word} as JSON, writes {name: woff2 in base64}. Loaded with the site's packages
 * as its surroundings.
 *
 * The licence (OFL) keeps the typeface's own name for the whole: a part must be called otherwise.
 */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import fontverter from "fontverter";
import subsetFont from "subset-font";

const RESERVED = "Pretendard";
const KEPT = {
  targetFormat: "truetype",
  keepFeatures: ["calt", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"],
  variationAxes: { wght: { min: 400, max: 700 } },
  noHinting: true,
};

const { font, parts, called } = JSON.parse(await text(process.stdin));
if (called.length !== RESERVED.length) throw new Error(`Error: ${called} must be as long as ${RESERVED}`);
const whole = await readFile(font);
const cut = {};
for (const [name, signs] of Object.entries(parts)) {
  const part = await subsetFont(whole, signs, KEPT);
  for (const encoding of ["latin1", "utf16be"]) rename(part, encoding);
  cut[name] = (await fontverter.convert(part, "woff2", "truetype")).toString("base64");
}
process.stdout.write(JSON.stringify(cut));

/** Puts the new name in the old one's place, byte for byte, wherever the font tells its name. */
function rename(bytes, encoding) {
  const [from, to] = [RESERVED, called].map((word) =>
    encoding === "latin1" ? Buffer.from(word, "latin1") : Buffer.from(word, "utf16le").swap16(),
  );
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) to.copy(bytes, at);
}
