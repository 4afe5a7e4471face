"""An executed notebook as a page to look at: the caller's side of `page`.

Rendering is done in a process of its own, with a cleared environment and within limits of time and
memory, because a notebook can be made to keep any renderer busy. The process is started early and
waits, so that its imports are done when the notebook arrives. A notebook that cannot be rendered
simply has no page; it never costs the grade.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from types import TracebackType

from autograder import paths
from autograder.models import Language
from autograder.text.catalogue import catalogue

WALL_S = 30.0
MAX_CELLS = 300
MAX_NOTEBOOK_BYTES = 16 * 2**20
MAX_PAGE_BYTES = 20 * 2**20
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")


class Renderer:
    """One process that makes one page; use it as a context manager.

    Args:
        language: of the few words around the notebook.
        assignment: its id, for the title.
        wall_s: seconds that a page may take.
    """

    def __init__(self, language: Language, assignment: str, *, wall_s: float = WALL_S) -> None:
        say = catalogue(language).say
        self._wall_s = wall_s
        self._words = {
            "language": language,
            "max_cells": MAX_CELLS,
            "title": say("pull.page.title", assignment=assignment).replace("`", ""),
            "note": say("pull.page.note"),
            "cut": say("pull.page.cut"),
            "cut_cells": say("pull.page.cut_cells", count=MAX_CELLS),
            "not_shown": say("pull.page.not_shown"),
        }
        self._folder = tempfile.TemporaryDirectory(prefix="pioneers-page-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Renderer:
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        environment |= {
            "HOME": self._folder.name,  # Jupyter looks for settings there
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONPATH": str(paths.PACKAGE.parent),
            "PYTHONHASHSEED": "0",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "autograder.pull.page"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self._folder.name,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._stop(self._process)
        self._folder.cleanup()

    def render(self, notebook: bytes) -> bytes | None:
        """The page, or None if there is none to be had; once for each renderer."""
        process, self._process = self._process, None
        if process is None:
            raise AssertionError("one page for each renderer")
        if len(notebook) > MAX_NOTEBOOK_BYTES:
            self._stop(process)
            return None
        try:
            made, _ = process.communicate(
                json.dumps(self._words).encode() + b"\n" + notebook, timeout=self._wall_s
            )
        except (subprocess.TimeoutExpired, OSError):
            self._stop(process)
            return None
        good = process.returncode == 0 and 0 < len(made) <= MAX_PAGE_BYTES
        return made if good else None

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was not sent cannot be
                if pipe:
                    pipe.close()
