"""Golden cases: submissions with the verdict that each must get, kept beside the assignment.

golden/inner-join/case.toml     what is wrong in it, which solution cells it replaces, and
                                for each answer the status, the finding and the hint
golden/odd/notebook.ipynb       instead of cells: a whole submission
golden/sample.json              the report of the case that says `sample = true`: the feedback that
                                the assignment's page shows before anybody has handed in
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from autograder import kinds
from autograder.assignment import Assignment
from autograder.errors import AssignmentError, UsageError
from autograder.files import write_whole
from autograder.models import Check, Provenance, Report, Timing
from autograder.report import from_json, to_json
from autograder.text.catalogue import describe

CASE = "case.toml"
SAMPLE = "sample.json"
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
    sample: bool = False


@dataclass(frozen=True)
class Case:
    """One golden case.

    Attributes:
        sample: True for the one whose report is kept as `golden/sample.json`.
    """

    name: str
    folder: Path
    why: str
    score: float
    verdicts: dict[str, Verdict]
    base: str
    cells: dict[str, str]
    sample: bool = False


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
        file.sample,
    )


def sample_case(assignment: Assignment) -> Case | None:
    """The case whose report the assignment's page shows; None where its author chose none.

    Raises:
        AssignmentError: two say that they are it.
    """
    chosen = [case for case in load_cases(assignment) if case.sample]
    if len(chosen) > 1:
        raise AssignmentError(
            f"{chosen[1].folder / CASE}: sample = true, as in {chosen[0].name}",
            fix="choose one of them",
        )
    return chosen[0] if chosen else None


def read_sample(assignment: Assignment) -> Report | None:
    """The kept report; None where there is none.

    Raises:
        AssignmentError: it is not a report.
    """
    path = assignment.folder / "golden" / SAMPLE
    try:
        return from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (UsageError, UnicodeDecodeError) as error:
        again = f"run pioneers validate {assignment.id} --sample"
        raise AssignmentError(f"{path}: not a report", fix=again) from error


def write_sample(case: Case, report: Report) -> Path:
    """Keep the report of the case that is the sample; its path."""
    path = case.folder.parent / SAMPLE
    write_whole(path, _lasting(report))
    return path


def _lasting(report: Report) -> str:
    """A report as JSON, of which nothing changes while what was found stays the same.

    A message that its findings tell is left to the catalogues of the day.
    """
    drawn = Provenance(data=report.provenance.data)
    checks = tuple(
        replace(check, message="") if check.message == _told(check, report)[0] else check
        for check in report.checks
    )
    return to_json(replace(report, timing=Timing(), provenance=drawn, checks=checks))


def _told(check: Check, report: Report) -> tuple[str, str]:
    """What its findings say and the next step."""
    return describe(check.findings, check.visibility, report.language)


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
    if case.sample and not _is_kept(case, report):
        found.append(f"{SAMPLE} tells another story: run pioneers validate --sample")
    return found


def silent(report: Report) -> list[str]:
    """The checks that fail without a message or a next step, a line each."""
    return [
        f"{check.id}: {check.status}, and it does not say what to do next"
        for check in report.checks
        if check.status != "pass" and not all((check.message, *_told(check, report)))
    ]


def _is_kept(case: Case, report: Report) -> bool:
    path = case.folder.parent / SAMPLE
    return path.is_file() and path.read_text("utf-8") == _lasting(report)
