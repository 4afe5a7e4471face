"""Runs the grading process and reads its verdicts: the caller's side.

The process is started early and waits, so that its imports are done when the answers arrive. If
an answer's bytes kill the decoder, it is started again without that answer, which then fails as
unreadable; every other crash is a fault of ours.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from autograder import paths
from autograder.errors import GraderFailed
from autograder.grade.request import Request, read_checks, write_request
from autograder.models import Check

WALL_S = 120.0
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "HOME")


class GradingProcess:
    """One trusted process that makes the checks of one request; use it as a context manager.

    Attributes:
        frames: whether to import pandas ahead, for tests that an author wrote.
    """

    def __init__(self, *, frames: bool = False) -> None:
        self.frames = frames
        self._folder = tempfile.TemporaryDirectory(prefix="pioneers-grade-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> GradingProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        self._folder.cleanup()

    def start(self) -> None:
        """Let the process start and import; `grade` also works without."""
        folder = Path(self._folder.name)
        environment = {key: os.environ[key] for key in KEPT if key in os.environ}
        environment |= {"PYTHONPATH": str(paths.PACKAGE.parent), "PYTHONHASHSEED": "0", "TZ": "UTC"}
        command = [sys.executable, "-P", "-m", "autograder.grade.session"]
        ahead = ["pandas"] if self.frames else []
        self._process = subprocess.Popen(  # noqa: S603
            [*command, str(folder / "request.json"), str(folder / "checks.json"), *ahead],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
        )

    def grade(self, request: Request) -> tuple[Check, ...]:
        """Make the checks of one request, in the order of the assignment.

        Raises:
            GraderFailed: the process crashed, timed out or wrote no verdicts, by no answer's fault.
        """
        folder = Path(self._folder.name)
        while True:
            code, said = self._run(request)
            # A test that calls os._exit(0) ends the process with neither verdict nor complaint.
            if code == 0 and (folder / "checks.json").is_file():
                return read_checks(folder / "checks.json")
            marker = folder / "checks.decoding"
            poison = marker.read_text("utf-8") if marker.is_file() else ""
            if not poison or poison in request.poisoned:
                why = said.strip().splitlines()[-1][:300] if said.strip() else f"exit status {code}"
                raise GraderFailed(
                    f"the grading process failed: {why}", fix="run pioneers validate"
                )
            request = replace(request, poisoned=(*request.poisoned, poison))

    def _run(self, request: Request) -> tuple[int, str]:
        write_request(request, Path(self._folder.name) / "request.json")
        if self._process is None:
            self.start()
        process, self._process = self._process, None
        if process is None:
            raise GraderFailed("the grading process did not start")
        try:
            _, said = process.communicate(b"go\n", timeout=WALL_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return -1, f"no verdict within {WALL_S:.0f} s"
        return process.returncode, said.decode("utf-8", "replace")

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(OSError, ValueError):
                self._process.communicate()
            self._process = None


def grade(request: Request) -> tuple[Check, ...]:
    """Make the checks of one request in a process of its own.

    Raises:
        GraderFailed: as `GradingProcess.grade`.
    """
    with GradingProcess() as process:
        return process.grade(request)
