"""What of the grader runs in a reader's browser: a few of its modules in one zip file.

The page's worker unpacks it beside Pyodide's standard library. Packages come without their own
`__init__`, so that nothing drags in a library which is not there.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Final

from autograder import paths
from autograder.files import write_whole
from autograder.site import assets
from autograder.site.widgets.compiled import Compiled

FOLDER = "assets/python"
MANIFEST = "manifest.json"
MODULES: Final = (
    "capture/worker/arguments.py",
    "capture/worker/growth.py",
    "capture/worker/plain.py",
    "capture/worker/program.py",
    "errors.py",
    "grade/compare/cases.py",
    "grade/compare/cells.py",
    "grade/compare/checkers.py",
    "grade/compare/closeness.py",
    "grade/compare/nested.py",
    "grade/compare/values.py",
    "grade/compare/verdicts.py",
    "models.py",
    "plain.py",
    "site/inpage/judge.py",
    "site/inpage/tables.py",
    "submission/notebook.py",
    "submission/program.py",
    "text/catalogue.py",
    "text/disclosure.py",
    "text/en/code.toml",
    "text/en/sql.toml",
    "text/escape.py",
    "text/ko/code.toml",
    "text/ko/sql.toml",
)
"""Files of the package, in order."""
IMPORTED: Final = ("autograder.site.inpage.judge", "autograder.site.inpage.tables")
"""Those that the page's worker asks for by name."""
LOADED: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
"""What of Pyodide a start loads, beside its library."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def archive() -> bytes:
    """The zip file; the same bytes for the same modules."""
    packages = {"autograder"}
    for name in MODULES:
        packages |= {f"autograder/{each}" for each in Path(name).parents if each != Path()}
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as zipped:
        for folder in sorted(packages):
            _add(zipped, f"{folder}/__init__.py", b"")
        for name in MODULES:
            _add(zipped, f"autograder/{name}", (paths.PACKAGE / name).read_bytes())
    return body.getvalue()


def place(python: Compiled, site: Path, built: Path) -> None:
    """Write what Python imports into a built site, and the manifest that tells where all of it is.

    Args:
        python: the archive and Pyodide's library, compiled.
        site: the folder with `package-lock.json`; `assets.place` has copied Pyodide before.
        built: the root of the built site.

    Raises:
        ConfigError: `package-lock.json` is missing or not such a file.
    """
    pyodide = assets.addresses(site)["pyodide"]
    grader = f"{FOLDER}/grader-{_digest(python.grader)}.zip"
    library = f"{pyodide}/library-{_digest(python.library)}.zip"
    write_whole(built / grader, python.grader)
    write_whole(built / library, python.library)
    loaded = [*(f"{pyodide}/{name}" for name in LOADED), grader, library]
    told = {
        "grader": grader,
        "library": library,
        "pyodide": f"{pyodide}/",
        "bytes": sum((built / each).stat().st_size for each in loaded),
    }
    write_whole(built / FOLDER / MANIFEST, json.dumps(told))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


def _add(zipped: zipfile.ZipFile, name: str, body: bytes) -> None:
    zipped.writestr(zipfile.ZipInfo(name, _LONG_AGO), body, zipfile.ZIP_DEFLATED)
