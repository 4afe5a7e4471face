"""Python for the page with its imports compiled: a browser takes longer for them than for the rest.

Pyodide comes with the source of the standard library. The modules that a start imports are compiled
by Pyodide itself while the site is built, so that a reader who opens an editor waits half as long.
It knows nothing of what the modules do.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.files import write_whole
from autograder.site import node

KEPT = 3
"""So many results stay in the cache; each takes 4 MB, and each change of a module makes one."""


@dataclass(frozen=True)
class Compiled:
    """Two zip files that Python in the page imports from: the grader's modules, and its own."""

    grader: bytes
    library: bytes


def compiled(
    grader: bytes, uses: Sequence[str], modules: Path, tool: Path, cache: Path
) -> Compiled:
    """Both zip files, compiled where a start imports them; the same modules are compiled once.

    Args:
        grader: the zip file of the grader's modules as they are written.
        uses: the names of those that a start imports.
        modules: what `assets.fetch` returned.
        tool: the script that compiles, `site/tools/precompile.mjs`.
        cache: a folder for what is dear to make.

    Raises:
        InfrastructureError: they cannot be compiled.
    """
    asked = json.dumps({"grader": base64.b64encode(grader).decode("ascii"), "uses": list(uses)})
    base = f"{modules.parent.name}\0{tool.read_text(encoding='utf-8')}\0{asked}"
    kept = cache / "compiled" / f"{hashlib.sha256(base.encode()).hexdigest()[:12]}.json"
    try:
        return _unpacked(kept.read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        made = node.script(tool, modules, asked).encode()
    write_whole(kept, made)
    _sweep(kept.parent)
    return _unpacked(made)


def _unpacked(made: bytes) -> Compiled:
    parts = json.loads(made)
    return Compiled(base64.b64decode(parts["grader"]), base64.b64decode(parts["library"]))


def _sweep(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # another build sweeps, too
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink()
