"""One assignment that a pull request touches, and its answer: fetched, graded, rendered, written.

Whatever goes wrong with it, the member's fault or ours, becomes its own report and costs no other
assignment. It must not know why the pull request is graded, nor who may ask for it.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from github.GitTreeElement import GitTreeElement
from github.Repository import Repository

from autograder import assignment as assignments
from autograder import kinds, pipeline
from autograder.assignment import Assignment
from autograder.bundle import NOTEBOOK
from autograder.cohort import Cohort
from autograder.errors import AssignmentError, InfrastructureError, SubmissionInvalid
from autograder.models import Language, Report
from autograder.pull import changes, handover, scope
from autograder.pull.cells import cell_lines
from autograder.pull.event import Account, Event
from autograder.pull.handover import Item, Refusal
from autograder.pull.rendering import Renderer
from autograder.pull.scope import Place, Times
from autograder.report import failed_report, invalid_report
from autograder.text.catalogue import catalogue

Say = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """What one run works with.

    Attributes:
        author: the pull request's author as GitHub calls them now.
        state: `open`, `closed` or `merged`.
        base: the commit that it wants to be merged into.
        head: the pull request's newest commit.
        commit: the one to grade.
        known: each assignment's folder by its id.
    """

    event: Event
    cohort: Cohort
    repository: Repository
    out: Path
    say: Say
    language: Language
    zone: ZoneInfo
    author: Account
    state: str
    base: str
    head: str
    commit: str
    known: Mapping[str, Path]


def judge(job: Job, assignment: Assignment, received_at: datetime) -> Times:
    """What the calendar says of work on this assignment that arrived at a moment."""
    return scope.judge_times(
        opens=assignment.opens,
        due=assignment.due,
        closes=assignment.closes,
        asked_at=job.event.received_at,
        received_at=received_at,
        zone=job.zone,
    )


def answer(
    job: Job,
    snapshot: changes.Snapshot,
    name: str,
    places: tuple[Place, ...],
    received_at: datetime,
) -> tuple[Item | None, list[Refusal]]:
    """The answer to one assignment that was touched; None where there is nothing to say."""
    assignment: Assignment | None = None
    try:
        if name in job.known:
            assignment = assignments.load(job.known[name])
        there = [(place, changes.folder_at(snapshot, place.path)) for place in places]
    except AssignmentError as error:
        return _ours(job, name, 0.0, error), []
    except InfrastructureError as error:
        return _ours(job, name, assignment.max_points if assignment else 0.0, error), []
    except SubmissionInvalid as error:
        return (_theirs(job, assignment, error), []) if assignment else (None, [])
    present = [(place, folder) for place, folder in there if folder is not None]
    if assignment is None:
        return (_unknown(job, places[0].name) if present else None), []
    if not present:
        return Item(name, "removed"), []
    refusals = []
    if len(present) > 1:
        refusals = [scope.two_spellings(present[0][0], [place for place, _ in present[1:]])]
    times = judge(job, assignment, received_at)
    if times.outcome:
        return Item(name, times.outcome, params=times.params), refusals
    item = _grade(job, snapshot, assignment, *present[0])
    return replace(item, late=times.late, params=times.params), refusals


def _unknown(job: Job, name: str) -> Item:
    near = scope.nearest(name, job.known)
    return Item(scope.shown(name), "unknown", params={"nearest": near} if near else {})


def _grade(
    job: Job,
    snapshot: changes.Snapshot,
    assignment: Assignment,
    place: Place,
    folder: GitTreeElement,
) -> Item:
    """Fetch one folder, run and grade it, and write its report and its page."""
    with (
        tempfile.TemporaryDirectory(prefix="pioneers-pull-") as name,
        Renderer(job.language, assignment.id) as renderer,
    ):
        target = Path(name) / assignment.id
        job.say(f"{assignment.id}: fetching the files")
        try:
            files = changes.fetch(snapshot, folder, target)
        except SubmissionInvalid as error:
            return _theirs(job, assignment, error)
        except InfrastructureError as error:
            return _ours(job, assignment.id, assignment.max_points, error)
        report = _run(job, assignment, target, Path(name) / "kept")
        _write_page(job, renderer, assignment, Path(name) / "kept")
        item = _reported(job, report)
        graded = ""
        with contextlib.suppress(SubmissionInvalid):  # which is what the report says then
            graded = kinds.of(assignment).pick(assignment, target, files)
        path = f"{place.path}/{graded}"
        if not graded or len(path) > handover.MAX_WORD:
            return item
        lines = cell_lines(files[graded].read_bytes()) if graded.endswith(".ipynb") else ()
        return replace(item, path=path, cell_lines=lines)


def _run(job: Job, assignment: Assignment, target: Path, kept: Path) -> Report:
    """The pipeline's report; an error that it did not foresee is ours, and costs no other grade."""
    try:
        return pipeline.grade(
            assignment,
            target,
            language=job.language,
            out=kept,
            say=lambda step: job.say(f"{assignment.id}: {step}"),
        )
    except Exception as error:  # noqa: BLE001 - the next assignment is graded all the same
        job.say(f"{assignment.id}: {type(error).__name__}: {error}")
        said = catalogue(job.language).say("infra.detail", error=type(error).__name__)
        return failed_report(
            assignment.id, said, max_score=assignment.max_points, language=job.language
        )


def _write_page(job: Job, renderer: Renderer, assignment: Assignment, kept: Path) -> None:
    executed = kept / "bundle" / NOTEBOOK
    if executed.is_file() and (page := renderer.render(executed.read_bytes())) is not None:
        handover.notebook_path(job.out, assignment.id).write_bytes(page)


def _theirs(job: Job, assignment: Assignment, error: SubmissionInvalid) -> Item:
    """A submission that cannot be graded, and why."""
    said = catalogue(job.language).say(f"invalid.{error.code}", **error.params)
    return _reported(
        job,
        invalid_report(assignment.id, said, max_score=assignment.max_points, language=job.language),
    )


def _ours(job: Job, name: str, max_score: float, error: Exception) -> Item:
    """A fault of ours: no score, no attempt lost."""
    job.say(f"{name}: {error}")
    said = catalogue(job.language).say("infra.detail", error=str(error))
    report = failed_report(name, said, max_score=max_score, language=job.language)
    return _reported(job, report)


def _reported(job: Job, report: Report) -> Item:
    handover.write_report(job.out, report)
    return Item(report.assignment, report.status)
