"""Runs the grading process and reads its verdicts: the caller's side.

If an answer's bytes kill the decoder, the process is started again without that answer, which
then fails as unreadable; every other crash is a fault of ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from autograder import paths
from autograder.errors import GraderFailed
from autograder.grade.request import Request, read_checks, write_request
from autograder.models import Check

WALL_S = 120.0
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "HOME")


def grade(request: Request) -> tuple[Check, ...]:
    """Make the checks of one request, in the order of the assignment.

    Raises:
        GraderFailed: the process crashed, timed out or wrote no verdicts, by no answer's fault.
    """
    with tempfile.TemporaryDirectory(prefix="pioneers-grade-") as name:
        folder = Path(name)
        while True:
            code, said = _run(request, folder)
            if code == 0:
                return read_checks(folder / "checks.json")
            marker = folder / "checks.decoding"
            poison = marker.read_text("utf-8") if marker.is_file() else ""
            if not poison or poison in request.poisoned:
                why = said.strip().splitlines()[-1][:300] if said.strip() else f"exit status {code}"
                raise GraderFailed(
                    f"the grading process failed: {why}", fix="run pioneers validate"
                )
            request = replace(request, poisoned=(*request.poisoned, poison))


def _run(request: Request, folder: Path) -> tuple[int, str]:
    write_request(request, folder / "request.json")
    command = [sys.executable, "-P", "-m", "autograder.grade.session"]
    environment = {key: os.environ[key] for key in KEPT if key in os.environ}
    environment |= {"PYTHONPATH": str(paths.PACKAGE.parent), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    try:
        done = subprocess.run(  # noqa: S603
            [*command, str(folder / "request.json"), str(folder / "checks.json")],
            capture_output=True,
            timeout=WALL_S,
            check=False,
            env=environment,
            cwd=folder,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no verdict within {WALL_S:.0f} s"
    return done.returncode, done.stderr.decode("utf-8", "replace")
