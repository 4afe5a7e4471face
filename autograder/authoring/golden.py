"""Golden cases: submissions with the verdict that each must get, kept beside the assignment.

golden/inner-join/case.toml     what is wrong in it, which solution cells it replaces, and
                                for each answer the status, the finding and the hint
golden/odd/notebook.ipynb       instead of cells: a whole submission
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from autograder import kinds
from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.models import Report

CASE = "case.toml"
_STRICT = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Verdict:
    """What one check must come to."""

    __pydantic_config__ = _STRICT

    status: Literal["pass", "fail", "error", "skipped"]
    finding: str = ""
    hint: bool = False


@dataclass(frozen=True)
class _File:
    __pydantic_config__ = _STRICT

    format_version: Literal[1]
    why: str
    score: Annotated[float, Field(ge=0)]
    verdict: dict[str, Verdict]
    base: Literal["solution", "starter"] = "solution"
    cells: dict[str, str] | None = None


@dataclass(frozen=True)
class Case:
    """One golden case."""

    name: str
    folder: Path
    why: str
    score: float
    verdicts: dict[str, Verdict]
    base: str
    cells: dict[str, str]


def load_cases(assignment: Assignment) -> list[Case]:
    """The golden cases of an assignment, by name.

    Raises:
        AssignmentError: a case.toml is not right.
    """
    return [_load(path) for path in sorted((assignment.folder / "golden").glob(f"*/{CASE}"))]


def _load(path: Path) -> Case:
    try:
        file = TypeAdapter(_File).validate_python(tomllib.loads(path.read_text("utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}", fix="mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise AssignmentError(f"{path}: {key}: {first['msg']}", fix="mend that key") from error
    return Case(
        path.parent.name,
        path.parent,
        file.why,
        file.score,
        file.verdict,
        file.base,
        file.cells or {},
    )


def write_submission(case: Case, assignment: Assignment, folder: Path) -> Path:
    """Write the submission of a case into `folder`; what to grade."""
    kind = kinds.of(assignment)
    own = [path for path in case.folder.iterdir() if path.name != CASE]
    if own:
        return own[0] if len(own) == 1 else case.folder
    if case.base == "starter":
        return kind.write_starter(assignment, folder / case.name)
    return kind.write_variant(assignment, case.cells, folder / case.name)


def differences(case: Case, report: Report) -> list[str]:
    """How a report departs from what the case must get, a line each."""
    if report.status != "graded":
        return [f"status {report.status}: {report.message}"]
    found = []
    if abs(report.score - case.score) > 1e-6:
        found.append(f"score {report.score:g}, must be {case.score:g}")
    checks = {check.id: check for check in report.checks}
    for name, verdict in case.verdicts.items():
        check = checks.get(name)
        if check is None:
            found.append(f"{name}: no such check")
            continue
        if check.status != verdict.status:
            found.append(f"{name}: {check.status}, must be {verdict.status}")
        first = check.findings[0].code if check.findings else ""
        if verdict.finding and first != verdict.finding:
            found.append(f"{name}: finding {first or 'none'}, must be {verdict.finding}")
        if verdict.hint and not check.hint:
            found.append(f"{name}: no hint")
    return found
