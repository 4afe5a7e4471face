/**
 * Compiles what in-page Python imports at its start, so that no reader's browser has to: reads
 * {"grader": zip in base64, "uses": [module]} as JSON, writes {"grader": zip, "library": zip}, both
 * in base64. Of the standard library, modules that those and Pyodide itself load come compiled and
 * without their source; the rest stays as it is, for compiled it is larger. Loaded with the site's
 * packages as its surroundings.
 */
import { constants } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { loadPyodide } from "pyodide";

const COMPILE = `
import importlib, importlib.util, marshal, os, sys, zipfile

LIBRARY = next(path for path in sys.path if path.endswith(".zip"))
UNCHECKED = (1).to_bytes(4, "little") + bytes(8)  # the source is not there to be compared with
LONG_AGO = (1980, 1, 1, 0, 0, 0)

def compiled(source, target, place, wanted):
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            body, path = given.read(name), os.path.join(place, name)
            if name.endswith(".py") and wanted(path):
                code = compile(body, path, "exec", dont_inherit=True)
                name, body = name + "c", importlib.util.MAGIC_NUMBER + UNCHECKED + marshal.dumps(code)
            made.writestr(zipfile.ZipInfo(name, LONG_AGO), body, zipfile.ZIP_DEFLATED, 9)

sys.path.insert(0, "/grader.zip")
for name in uses:
    importlib.import_module(name)
loaded = {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
compiled("/grader.zip", "/grader.made", "/grader", lambda path: True)
compiled(LIBRARY, "/library.made", LIBRARY, loaded.__contains__)
`;

try {
  process.stdout.write(JSON.stringify(await compiled(JSON.parse(await text(process.stdin)))));
} catch (error) {
  // Else node shows the line of Pyodide that it came through, a megabyte long.
  console.error(String(error.message ?? error).trim().split("\n").at(-1));
  process.exitCode = 1;
}

async function compiled({ grader, uses }) {
  process.binding = () => ({ fs: constants }); // all that Pyodide asks of it; the real one is forbidden
  const { FS, globals, runPython, toPy } = await loadPyodide({ stdout: () => {} });
  FS.writeFile("/grader.zip", Buffer.from(grader, "base64"));
  globals.set("uses", toPy(uses));
  runPython(COMPILE);
  const made = (name) => Buffer.from(FS.readFile(`/${name}.made`)).toString("base64");
  return { grader: made("grader"), library: made("library") };
}
