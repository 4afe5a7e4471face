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


def place(site: Path, built: Path) -> None:
    """Write the zip into a built site, and the manifest that tells where it and Pyodide are.

    Args:
        site: the folder with `package-lock.json`; `assets.place` has copied Pyodide before.
        built: the root of the built site.

    Raises:
        ConfigError: `package-lock.json` is missing or not such a file.
    """
    body = archive()
    name = f"grader-{hashlib.sha256(body).hexdigest()[:12]}.zip"
    pyodide = assets.addresses(site)["pyodide"]
    loaded = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
    sizes = [(built / pyodide / each).stat().st_size for each in loaded]
    told = {"grader": f"{FOLDER}/{name}", "pyodide": f"{pyodide}/", "bytes": sum(sizes) + len(body)}
    write_whole(built / FOLDER / name, body)
    write_whole(built / FOLDER / MANIFEST, json.dumps(told))


def _add(zipped: zipfile.ZipFile, name: str, body: bytes) -> None:
    zipped.writestr(zipfile.ZipInfo(name, _LONG_AGO), body, zipfile.ZIP_DEFLATED)
