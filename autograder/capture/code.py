"""Captures a coding test: all groups and cases of a program in one start of the sandbox.

The inputs are drawn here while the sandbox starts, and go in by a pipe; what each case came to
comes out as an answer for each group. Nothing is expected here, and nothing is decided.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autograder.assignment.code import CodeTable
from autograder.capture.captured import Captured
from autograder.capture.case_listener import BROKE, NOT_RUN, CaseListener, Record
from autograder.capture.drawing import Drawn
from autograder.capture.errand import WORKER, errand
from autograder.capture.languages import Language
from autograder.capture.sandbox import Ended
from autograder.capture.surroundings import Surroundings
from autograder.capture.worker import wire
from autograder.errors import InfrastructureError
from autograder.models import AnswerSpec, Limits, Run
from autograder.submission import Submission

LOAD_CPU_S, LOAD_WALL_S = 10.0, 15.0
"""What loading a program may take before its first case."""
GO_FRAME = "go"


@dataclass(frozen=True)
class CodeTest:
    """What to run, besides the submission.

    Attributes:
        drawn: returns the inputs; called while the sandbox starts.
        checker: the author's own comparator as source, for those groups that use it.
    """

    answers: Sequence[AnswerSpec]
    limits: Limits
    settings: CodeTable
    language: Language
    drawn: Callable[[], Drawn]
    checker: str = ""


def capture(submission: Submission, test: CodeTest, around: Surroundings) -> Captured:
    """Run a staged program on every input.

    Raises:
        SandboxUnavailable: official, and there is no sandbox here.
        InfrastructureError: the run broke before any of the member's code ran.
        AssignmentError: the inputs cannot be drawn.
    """
    official = around.official
    if not official and sys.platform == "win32":
        raise InfrastructureError("coding tests cannot run on Windows itself", fix="use WSL")
    expected: dict[str, set[int]] = {spec.name: set() for spec in test.answers}
    listener = CaseListener(expected, test.limits.output_mb * 2**20, around.spare)

    def prepare() -> None:
        for frame in test.drawn().frames:
            expected[frame.text("group")].add(int(frame.number("index")))

    with errand([submission], replace(around, data=None)) as given:
        ended = given.run(
            f"{WORKER}.judge",
            [_job(test, given.submissions[0], official)],
            [listener],
            limits=test.limits,
            environment=_environment(given.code),
            prepare=prepare,
            go=lambda: test.drawn().body + _go(),
        )
    return _conclude(listener, ended, test, official)


def _go() -> bytes:
    stream = io.BytesIO()
    wire.write(stream, GO_FRAME)
    return stream.getvalue()


def _job(test: CodeTest, folder: Path, official: bool) -> dict[str, Any]:
    settings = test.settings
    return {
        "program": str(folder / test.language.file),
        "prepare": list(test.language.prepare),
        "command": list(test.language.command) or None,
        "entry": settings.entry if settings.mode == "function" else None,
        "keep_arguments": settings.keep_arguments,
        "limits": asdict(settings.limits),
        "load_cpu_s": LOAD_CPU_S,
        "load_wall_s": LOAD_WALL_S,
        "wall_s": test.limits.wall_s,
        "output_bytes": test.limits.output_mb * 2**20,
        "sandboxed": official,
    }


def _environment(code: Path) -> dict[str, str]:
    """The judge's whole environment, and so the programs': nothing of the grader's own."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": tempfile.gettempdir(),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(code),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _conclude(listener: CaseListener, ended: Ended, test: CodeTest, official: bool) -> Captured:
    if not listener.ready:
        raise ended.before("the first case")
    stopped = ended.stopped
    if not stopped and (listener.flooded or listener.broken):
        stopped = "output"
    if not stopped and not listener.done:
        stopped = "crash"
    if stopped == "crash" and not listener.load:
        _blame(listener, test)
    answers = {
        spec.name: ("json", json.dumps(_answer(spec, listener, test), ensure_ascii=True).encode())
        for spec in test.answers
    }
    run = Run(
        seconds=ended.seconds,
        cpu_s=ended.usage.cpu_s,
        peak_mb=ended.usage.peak_mb,
        stopped=stopped,  # type: ignore[arg-type]
    )
    return Captured(
        answers, run=run, sandbox="bwrap" if official else "none", unfit=_unfit(listener, test)
    )


def _blame(listener: CaseListener, test: CodeTest) -> None:
    """Where the judge itself was ended, the first case that it did not report did it."""
    for frame in test.drawn().frames:
        key = frame.text("group"), int(frame.number("index"))
        if key not in listener.records:
            listener.records[key] = BROKE
            return


def _answer(spec: AnswerSpec, listener: CaseListener, test: CodeTest) -> dict[str, Any]:
    """One group as the grading side takes it; what is given and asked is this side's own word."""
    frames = [frame for frame in test.drawn().frames if frame.text("group") == spec.name]
    sized = spec.type == "growth"
    rows = [
        {
            "index": int(frame.number("index")),
            "given": "" if sized else frame.payload.decode("utf-8", "replace"),
            "note": frame.fields.get("note"),
            **listener.records.get((spec.name, int(frame.number("index"))), NOT_RUN),
        }
        for frame in frames
    ]
    return {
        "mode": test.settings.mode,
        "entry": test.settings.entry,
        "limits": asdict(test.settings.limits),
        "checker": test.checker if spec.options.get("checker") == "custom" else "",
        "load": listener.load,
        "cases": [_pointed(row, test.language) for row in rows],
    }


def _pointed(row: Mapping[str, Any], language: Language) -> Record:
    """A row whose complaint has been read: what went wrong, and on which line."""
    complaint = row.get("complaint", "")
    told = {key: value for key, value in row.items() if key != "complaint"}
    found = language.error.search(complaint[-2000:]) if language.command and complaint else None
    if found is None:
        return told
    groups = found.groupdict()
    told["error"] = (groups.get("error") or "")[:300]
    if (line := groups.get("line") or "").isdecimal():
        told["line"] = int(line)
    return told


def _unfit(listener: CaseListener, test: CodeTest) -> str:
    """Why this run will not do as a reference; empty if it will."""
    if listener.load:
        return f"it does not load: {listener.load.get('error_type')} {listener.load.get('error')}"
    for frame in test.drawn().frames:
        record = listener.records.get((frame.text("group"), int(frame.number("index"))), NOT_RUN)
        if frame.kind == "size" and (record is NOT_RUN or record.get("late")):
            continue  # sizes are tried until one takes too long
        limits = test.settings.limits
        bad = record["status"] != "ran" or record["late"] or record["full"] or record["signal"]
        bad = bad or "error_type" in record or "refused" in record or record["exit"]
        if bad or (frame.kind == "case" and record["cpu_s"] > limits.cpu_s):
            said = record.get("error_type") or record.get("refused") or "a limit, or its status"
            return f"{frame.text('group')}, case {int(frame.number('index'))}: {said}"
    return ""
