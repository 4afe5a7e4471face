"""Python for the page with its imports compiled: a browser takes longer for them than for the rest.

Pyodide comes with the source of the standard library. The modules that a start imports are compiled
by Pyodide itself while the site is built, so that a reader who opens an editor waits half as long.
It knows nothing of what the modules do.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.site import node


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
    told = {"grader": base64.b64encode(grader).decode("ascii"), "uses": list(uses)}
    return Compiled(**node.files(tool, modules, told, cache / "compiled"))
