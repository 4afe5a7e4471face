"""Runs a coding test's public cases in the page, and judges them with the grader's own code.

A case comes to the same record as in the sandbox, and records are compared by the same functions;
only limits are the page's. It ends the whole interpreter when a step takes too long, and has a new
one judge what was recorded until then. Texts come in and go out as JSON, since the other side is
JavaScript. It must not know hidden cases: it is given none.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.capture.worker.program import Program
from autograder.errors import SubmissionInvalid
from autograder.grade.compare.cases import compare_cases, given, unloaded, verdict
from autograder.grade.compare.checkers import custom
from autograder.grade.compare.verdicts import read
from autograder.models import AnswerSpec, Finding, Language
from autograder.submission.program import check_program
from autograder.text.catalogue import catalogue, describe

FILE = "solution.py"
SHOWN = 1200
"""Signs of an input, an output or a value that the page shows."""
PRINTED = 4000
LATE = {"error_type": "Late", "error": "", "line": 0}
Job = Mapping[str, Any]


class TooMuchPrinted(BaseException):
    """More was printed than the limit of output allows."""


class _Capped(io.RawIOBase):
    """A stream that keeps the first bytes written to it and refuses more."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self.cap = cap
        self.kept = bytearray()
        self.full = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        room = self.cap - len(self.kept)
        self.kept += bytes(data[:room])
        if len(data) > room:
            self.full = True
            raise TooMuchPrinted
        return len(data)


def unfit(source: str, job: str) -> str:
    """Why a source cannot be run at all: `{"message", "next", "line"}`, or `null`."""
    task = json.loads(job)
    entry = task["entry"] if task["mode"] == "function" else None
    try:
        check_program(source, FILE, entry, task["starter"])
    except SubmissionInvalid as error:
        words = catalogue(task["language"])
        return _json(
            {
                "message": words.say(f"invalid.{error.code}", **error.params),
                "next": words.say(f"invalid.{error.code}.next", **error.params),
                "line": error.params.get("line", 0),
            }
        )
    return "null"


def load(source: str, job: str) -> str:
    """Load a source once: `{"load": what went wrong, "printed": text}`."""
    task = json.loads(job)
    with _place(source) as path, _streams("", task) as out:
        outcome = _program(path, task).load()
    if out.full:
        outcome = {"error_type": TooMuchPrinted.__name__, "error": "", "line": 0}
    return _json({"load": outcome, "printed": _printed(out)})


def run(source: str, job: str, group: int, index: int) -> str:
    """Run one case, in a module of its own as in the sandbox; its record, and what was printed."""
    task = json.loads(job)
    text = task["groups"][group]["expected"]["cases"][index]["given"]
    called = task["mode"] == "function"
    with _place(source) as path, _streams("" if called else text, task) as out:
        program = _program(path, task)
        outcome = program.load()
        del out.kept[:]  # what loading printed is told apart
        if not outcome:
            outcome = program.call(text, measured=False) if called else program.run()
    # What was complained about on the other stream counts, too, as in the sandbox.
    full = out.full or outcome.get("error_type") == TooMuchPrinted.__name__
    record = {"status": "ran", "full": full, "late": False, "signal": 0, "exit": 0, **outcome}
    if len(record.get("value", "")) > out.cap:
        del record["value"]
        record["full"] = True
    if not called:
        record |= _text(bytes(out.kept))
    return _json({"record": record, "printed": _printed(out)})


def judge(job: str, ran: str) -> str:
    """What the recorded cases came to.

    Args:
        ran: `{"load": outcome, "records": [[group, index, record, printed], …]}`; a case that is
            not among them was not run.

    Returns:
        `{"passed", "total", "told": [{"title", "code", "message", "next", "hint"}], "cases": […]}`;
        `told` has the groups that are not accepted.
    """
    task, found = json.loads(job), json.loads(ran)
    rows = {(group, index): (record, said) for group, index, record, said in found["records"]}
    told, cases = [], []
    for number, group in enumerate(task["groups"]):
        expected = group["expected"]
        spec = AnswerSpec(
            group["name"],
            "cases",
            1.0,
            visibility="public",
            tolerance=group["tolerance"],
            options={"checker": group["checker"]},
        )
        mine = [
            {**rows[number, each][0], "index": row["index"]}
            for each, row in enumerate(expected["cases"])
            if (number, each) in rows
        ]
        actual = {"load": found["load"], "entry": task["entry"], "cases": mine}
        findings = compare_cases(spec, actual, expected)
        if findings:
            told.append({**_told(findings, task["language"]), **_heads(group)})
        if unloaded(actual) is None:
            own = custom(expected["checker"]) if expected["checker"] else None
            for each, row in enumerate(expected["cases"]):
                record, said = rows.get((number, each), ({"status": "not_run"}, ""))
                verdict_ = verdict(spec, record, row, expected, own)
                shown = _case(record, row, verdict_, called=task["mode"] == "function")
                cases.append({**shown, "printed": said, "entry": task["entry"]})
    passed = sum(case["ok"] for case in cases)
    total = sum(len(group["expected"]["cases"]) for group in task["groups"])
    return _json({"passed": passed, "total": total, "told": told, "cases": cases})


def _told(findings: list[Finding], language: Language) -> dict[str, str]:
    message, step = describe(findings, "public", language)
    return {"code": findings[0].code, "message": message, "next": step}


def _heads(group: Mapping[str, Any]) -> dict[str, str]:
    return {"title": group["title"], "hint": group["hint"]}


def _case(
    record: Mapping[str, Any], right: Mapping[str, Any], finding: Finding | None, *, called: bool
) -> dict[str, Any]:
    """One case as the page shows it."""
    value = given(right, called=called)
    shown = {
        "ok": finding is None,
        "code": finding.code if finding else "",
        "given": ", ".join(_written(each) for each in value)[:SHOWN] if called else value[:SHOWN],
        "expected": _output(right, called=called),
    }
    if "value" in record or record.get("text"):
        shown["got"] = _output(record, called=called)
    if "error_type" in record and not record.get("full"):
        shown["error"] = f"{record['error_type']}: {record.get('error', '')}".rstrip(": ")
        shown["line"] = record.get("line", 0)
    if finding is not None and finding.code == "cases.checker":
        shown["error"] = str(finding.params["said"])
    return shown


def _output(record: Mapping[str, Any], *, called: bool) -> str:
    value, unreadable = read(record, called=called)
    if unreadable is not None:
        return "…"
    return _written(value) if called else str(value)[:SHOWN]


def _written(value: Any) -> str:
    """A value as it is written in Python, cut."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits
        return "…"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _program(path: Path, task: Job) -> Program:
    entry = task["entry"] if task["mode"] == "function" else None
    return Program(path, entry, task["keep_arguments"])


@contextlib.contextmanager
def _place(source: str) -> Iterator[Path]:
    """The source as a file in a folder of its own, where the program runs."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name) / FILE
        path.write_text(source, "utf-8")
        os.chdir(name)
        try:
            yield path
        finally:
            os.chdir(before)


@contextlib.contextmanager
def _streams(text: str, task: Job) -> Iterator[_Capped]:
    """Standard streams of a program that is given a text; what it prints is kept up to the cap."""
    out = _Capped(task["limits"]["output_kb"] * 1024)
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogateescape")), "utf-8")
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(_Capped(out.cap), "utf-8", "backslashreplace")
    try:
        yield out
    finally:
        with contextlib.suppress(TooMuchPrinted, ValueError, OSError):
            sys.stdout.flush()
        sys.stdin, sys.stdout, sys.stderr = kept


def _text(body: bytes) -> dict[str, Any]:
    """What a program printed, as its record tells it."""
    try:
        return {"text": body.decode("utf-8"), "encoded": True}
    except UnicodeDecodeError:
        return {"text": body.decode("utf-8", "replace"), "encoded": False}


def _printed(out: _Capped) -> str:
    text = out.kept[: 4 * PRINTED].decode("utf-8", "replace")
    return text if len(text) <= PRINTED and not out.full else text[:PRINTED] + "…"


def _json(value: Any) -> str:
    """JSON that a text of halves of surrogate pairs cannot break."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False)
