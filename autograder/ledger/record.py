"""The ledger's record: one graded commit, one hint taken, one appeal; a frozen value, no I/O.

A record's *identity* is what it is about (pull request, commit, assignment, trigger), and its name
is made from that alone. Two jobs that grade the same commit for the same reason therefore want the
same name: the first one stays, and a retried job adds nothing. `sha256` covers the whole record.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from autograder.errors import LedgerError
from autograder.models import FORMAT_VERSION, CheckStatus, Provenance, Report, Visibility

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Points = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
_Short = Annotated[str, Field(max_length=200)]
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$")]
AssignmentId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Trigger = Annotated[str, Field(pattern=r"^[a-z]+(-[0-9]{1,20})?$")]
Kind = Literal["grade", "hint", "appeal"]


@dataclass(frozen=True)
class Line:
    """One check of a graded commit, as the boards need it."""

    __pydantic_config__ = _STRICT

    id: _Short
    points: _Points
    max_points: _Points
    status: CheckStatus
    visibility: Visibility


@dataclass(frozen=True)
class Record:
    """One immutable record.

    Attributes:
        repository: `owner/name`.
        login: the member, as the roster writes it.
        commit: the graded head of the pull request.
        trigger: `push`, or `regrade-<comment id>`, `hint-<comment id>`, `appeal-<comment id>`.
        received_at: when the work arrived; deadlines look at this, never at commit dates.
        order: GitHub's run id; of two grades of one member's the greater is the later.
        detail: the check of a hint, the words of an appeal; empty for a grade.
    """

    __pydantic_config__ = _STRICT

    kind: Kind
    repository: _Short
    pull_request: Annotated[int, Field(ge=0)]
    login: Login
    assignment: AssignmentId
    commit: Commit
    trigger: Trigger
    received_at: AwareDatetime
    order: Annotated[int, Field(ge=0)] = 0
    late: bool = False
    score: _Points = 0.0
    max_score: _Points = 0.0
    checks: tuple[Line, ...] = ()
    provenance: Provenance = Provenance()
    detail: Annotated[str, Field(max_length=4000)] = ""
    format_version: Literal[1] = 1

    @property
    def name(self) -> str:
        """Where the record lives: `grade/w1d3-joins/haneul-example/<32 hex digits>.json`."""
        identity = (
            self.kind,
            self.repository.lower(),
            self.pull_request,
            self.login.lower(),
            self.assignment,
            self.commit,
            self.trigger,
        )
        digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
        return f"{self.kind}/{self.assignment}/{self.login.lower()}/{digest}.json"


_ADAPTER = TypeAdapter(Record)


@dataclass(frozen=True)
class Origin:
    """Where a record comes from: the part that all kinds share; words as in `Record`."""

    repository: str
    pull_request: int
    login: str
    commit: str
    trigger: str
    received_at: datetime
    order: int = 0


def grade_record(report: Report, origin: Origin, *, late: bool = False) -> Record:
    """The record of one graded report.

    Raises:
        LedgerError: the report was not graded, or a value cannot be recorded.
    """
    if report.status != "graded":
        raise LedgerError(f"a report with status {report.status} is not recorded")
    lines = [
        {
            "id": check.id,
            "points": check.points,
            "max_points": check.max_points,
            "status": check.status,
            "visibility": check.visibility,
        }
        for check in report.checks
    ]
    graded = {
        "kind": "grade",
        "assignment": report.assignment,
        "late": late,
        "score": report.score,
        "max_score": report.max_score,
        "checks": lines,
        "provenance": asdict(report.provenance),
    }
    return _validated(asdict(origin) | graded, "a report")


def event_record(
    kind: Literal["hint", "appeal"], assignment: str, detail: str, origin: Origin
) -> Record:
    """The record of one hint taken (`detail` is the check) or one appeal (its words).

    Raises:
        LedgerError: a value cannot be recorded.
    """
    told = {"kind": kind, "assignment": assignment, "detail": detail}
    return _validated(asdict(origin) | told, kind)


def dump(record: Record) -> bytes:
    """The record's file: canonical JSON with its own hash, one line end at the end."""
    raw = _ADAPTER.dump_python(record, mode="json")
    body = {**raw, "sha256": _hash(raw)}
    return (json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def load(body: bytes, name: str) -> Record:
    """The record in a file, proven to be whole and to be the one its name says.

    Raises:
        LedgerError: damaged, changed, of another version, or under a wrong name.
    """
    try:
        raw = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"{name}: not JSON", fix="restore it from history") from error
    if not isinstance(raw, dict):
        raise LedgerError(f"{name}: not a record", fix="restore it from history")
    version = raw.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise LedgerError(
            f"{name}: written by a newer version ({str(version)[:20]})",
            fix="bring this repository up to date",
        )
    told = raw.pop("sha256", None)
    record = _validated(raw, name)
    if told != _hash(_ADAPTER.dump_python(record, mode="json")):
        raise LedgerError(f"{name}: changed after it was written", fix="restore it from history")
    if record.name != name:
        raise LedgerError(f"{name}: holds the record {record.name}", fix="move it there")
    return record


def _hash(raw: Any) -> str:
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def _validated(raw: Any, name: str) -> Record:
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))[:120]
        shown = key if key.isprintable() else ascii(key)
        raise LedgerError(f"{name}: {shown}: {first['msg']}") from error
