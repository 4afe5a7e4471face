"""What the job that grades hands to the job that publishes: a folder of plain, validated files.

    handover.json             written last; a folder without it was never finished
    w1d3-joins.report.json    one for each graded assignment
    w1d3-joins.notebook.html  the executed notebook, rendered and sanitised; published as it is

The publisher treats the folder as hostile input and takes from its own event, never from here,
which pull request it may write to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from autograder.errors import EventError, UsageError
from autograder.ledger.record import AssignmentId, Commit, Login, Trigger
from autograder.models import Report
from autograder.report import from_json, to_json

FILE = "handover.json"
MAX_BYTES = 4 * 2**20
MAX_ITEMS = 50
MAX_WORD = 300
MAX_REFUSALS = 50

Outcome = Literal["graded", "invalid", "infra_error", "early", "closed", "unknown", "removed"]
"""What became of one assignment; the first three come with a report of that status."""

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Word = Annotated[str, Field(max_length=MAX_WORD)]


@dataclass(frozen=True)
class Item:
    """One assignment that the pull request touches.

    Attributes:
        assignment: its id, or the folder's name where the outcome is `unknown`.
        path: the notebook's path in the repository, for annotations; empty if there is none.
        cell_lines: line in that file, from 1, at which each cell begins, by position from 0.
        params: values for the sentence of outcomes without a report (`opens`, `nearest`, …).
    """

    __pydantic_config__ = _STRICT

    assignment: _Word
    outcome: Outcome
    late: bool = False
    path: _Word = ""
    cell_lines: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=5000)] = ()
    params: Mapping[_Word, _Word | int] = field(default_factory=dict)

    @property
    def has_report(self) -> bool:
        """True if a report belongs to it."""
        return self.outcome in ("graded", "invalid", "infra_error")


@dataclass(frozen=True)
class Refusal:
    """Something that was not graded, and why: a key of the catalogue under `pull.refused.`."""

    __pydantic_config__ = _STRICT

    code: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    params: Mapping[_Word, _Word | int | tuple[_Word, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Handover:
    """All that the publisher learns of one graded event.

    Attributes:
        author: the pull request's author on GitHub.
        login: the member whose folder it is, as the roster writes it; None for a stranger.
        received_at: when the work arrived.
    """

    __pydantic_config__ = _STRICT

    repository: _Word
    pull_request: Annotated[int, Field(ge=1)]
    commit: Commit
    trigger: Trigger
    received_at: AwareDatetime
    author: _Word
    login: Login | None = None
    items: Annotated[tuple[Item, ...], Field(max_length=MAX_ITEMS)] = ()
    refusals: Annotated[tuple[Refusal, ...], Field(max_length=MAX_REFUSALS)] = ()
    format_version: Literal[1] = 1


_ADAPTER = TypeAdapter(Handover)
_ID = TypeAdapter(AssignmentId)


def report_path(folder: Path, assignment: str) -> Path:
    """Where an assignment's report lies."""
    return folder / f"{_ID.validate_python(assignment)}.report.json"


def notebook_path(folder: Path, assignment: str) -> Path:
    """Where an assignment's rendered notebook lies."""
    return folder / f"{_ID.validate_python(assignment)}.notebook.html"


def write_report(folder: Path, report: Report) -> None:
    """Put one report into the folder."""
    report_path(folder, report.assignment).write_text(to_json(report), "utf-8")


def write(folder: Path, handover: Handover) -> None:
    """Finish the folder: `handover.json` goes last."""
    body = json.dumps(_ADAPTER.dump_python(handover, mode="json"), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(body + "\n", "utf-8")


def read(folder: Path) -> Handover:
    """The hand-over in a folder.

    Raises:
        EventError: missing, too large, or not what it must be.
    """
    try:
        return _ADAPTER.validate_json(_bytes(folder / FILE))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise EventError(f"{FILE}: {key}: {first['msg']}") from error


def read_report(folder: Path, item: Item) -> Report:
    """The report of one item, proven to be of this assignment and outcome.

    Raises:
        EventError: missing, damaged, or another assignment's.
    """
    path = report_path(folder, item.assignment)
    try:
        report = from_json(_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, UsageError) as error:
        raise EventError(f"{path.name}: {error}") from error
    if (report.assignment, report.status) != (item.assignment, item.outcome):
        raise EventError(f"{path.name}: not the report of {item.assignment} ({item.outcome})")
    return report


def _bytes(path: Path) -> bytes:
    try:
        if path.is_symlink() or path.stat().st_size > MAX_BYTES:
            raise EventError(f"{path.name}: a link, or larger than {MAX_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise EventError(f"{path.name}: {error.strerror}", fix="see the job that grades") from error
