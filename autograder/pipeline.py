"""One grade from end to end, as a tuple of stages that read in the order they happen.

    stage the files → capture submission and reference side by side, while the data are drawn
    → seal → grade → report → grade once more by the solution, where a quick reference failed work
    → capture and grade once more, where one clock alone failed a check

Each stage takes a `Grade` and returns a fuller one. A fault of the member's ends in a report with
status `invalid`, a fault of ours in one with `infra_error`; neither is an exception to the caller.
"""

from __future__ import annotations

import math
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import __version__, kinds
from autograder.assignment import Assignment
from autograder.bundle import Bundle
from autograder.capture import java
from autograder.capture.captured import Captured
from autograder.errors import InfrastructureError, SubmissionInvalid
from autograder.grade.process import GradingProcess
from autograder.grade.request import Request
from autograder.models import Language, Provenance, Report, Timing, dataset_id
from autograder.reference import PUBLIC_SEED, Reference
from autograder.report import build_report, failed_report, invalid_report
from autograder.submission import Submission
from autograder.text.catalogue import catalogue

Say = Callable[[str], None]
TIMED = frozenset({"growth.above"})
"""Findings that rest on a clock alone: rivals for the processor's cache can bend any of them."""
BORNE_OUT = frozenset({"cases.time"})
"""Findings that make such a one believable: the kernel has counted the same program's seconds."""


@dataclass(frozen=True)
class Ran:
    """A submission that has been run already.

    Attributes:
        data: the folder of tables that it ran on, or None.
        expected: the reference's answers on them.
    """

    captured: Captured
    data: Path | None
    expected: Bundle


@dataclass(frozen=True)
class Grade:
    """One grade on its way.

    Attributes:
        seed: of the data; drawn at grading time unless asked for.
        official: in the sandbox, all checks; else a member's own check.
        run: which run of the submission this is; a second one confirms what a clock said.
        drawn: the seed is nobody's but this grade's, so that a quick reference may pass the work.
        thrifty: the solution runs only if it is wanted; see `Reference`.
        ran: what came out of a run before; None runs it here.
        scratch: a private folder that is removed at the end.
        open: what is closed at the end.
        reference: that has the last word, where a quick one has had the first; else None.
    """

    assignment: Assignment
    path: Path
    seed: int
    language: Language = "ko"
    official: bool = True
    sandboxed: bool = True
    say: Say = field(default=lambda _: None)
    run: int = 1
    drawn: bool = False
    thrifty: bool = False
    ran: Ran | None = None
    scratch: Path = Path()
    open: ExitStack = field(default_factory=ExitStack)
    grader: GradingProcess | None = None
    submission: Submission | None = None
    data: Path | None = None
    bundle: Bundle | None = None
    expected: Bundle | None = None
    reference: Reference | None = None
    report: Report | None = None
    timing: Timing = Timing()


def draw_seed() -> int:
    """A fresh seed from the operating system's randomness."""
    return secrets.randbelow(2**48)


def grade(  # noqa: PLR0913 - each by name
    assignment: Assignment,
    path: Path,
    *,
    seed: int | None = None,
    language: Language = "ko",
    out: Path | None = None,
    official: bool = True,
    sandboxed: bool = True,
    thrifty: bool = False,
    ran: Ran | None = None,
    say: Say = lambda _: None,
) -> Report:
    """Grade the submission at `path`; with `out`, keep its bundle there.

    Args:
        seed: the data's seed; None draws a fresh one, or takes the assignment's own.
        official: False runs the public checks only.
        sandboxed: False runs without a sandbox (never official).
        thrifty: where an author's quick reference has passed work, the solution has not run at all;
            where it has not, that takes longer than running both side by side.
        ran: what came out of a run of it on this seed's data; None runs it.
        say: told each step, for a progress bar.

    Raises:
        UsageError: the assignment or the path cannot be used.
    """
    own = assignment.data.seed if assignment.data else None
    drawn = seed is None and own is None
    if seed is None:
        seed = own if own is not None else (draw_seed() if official else PUBLIC_SEED)
    target = assignment if official else assignment.public()
    frames = target.tests is not None
    with (
        tempfile.TemporaryDirectory(prefix="pioneers-") as name,
        GradingProcess(frames=frames) as grader,
        ExitStack() as stack,
    ):
        Path(name).chmod(0o755)
        state = Grade(
            target,
            path,
            seed,
            language,
            official,
            sandboxed,
            say,
            drawn=drawn,
            thrifty=thrifty,
            ran=ran,
            scratch=Path(name),
            open=stack,
            grader=grader,
        )
        try:
            for each in STAGES:
                state = each(state)
        except SubmissionInvalid as error:
            message = catalogue(language).say(f"invalid.{error.code}", **error.params)
            state = replace(state, report=_ungraded(state, invalid_report, message))
        except InfrastructureError as error:
            message = catalogue(language).say("infra.detail", error=str(error))
            state = replace(state, report=_ungraded(state, failed_report, message))
        if out is not None and state.bundle is not None:
            shutil.rmtree(out / "bundle", ignore_errors=True)
            out.mkdir(parents=True, exist_ok=True)
            shutil.copytree(state.bundle.folder, out / "bundle")
    if state.report is None:
        raise AssertionError("the last stage makes the report")
    return state.report


def _stage(state: Grade) -> Grade:
    state.say("reading the submission")
    kind = kinds.of(state.assignment)
    staged = kind.stage(state.assignment, state.path, state.scratch / "submission")
    return replace(state, submission=staged)


def _capture(state: Grade) -> Grade:
    """Draw the tables for this seed, and run submission and reference on them, all side by side.

    Sandboxes, kernels and JVMs start while the data are drawn. A reference whose answers are
    cached is not run.
    """
    if state.submission is None:
        raise AssertionError("staged first")
    if state.ran is not None:
        sealed = state.ran.captured.seal(state.scratch / "bundle")
        return replace(state, data=state.ran.data, bundle=sealed, expected=state.ran.expected)
    if state.submission.mentions("pyspark"):
        java.prepare(state.say)
    state.say("running the submission")
    started = time.monotonic()
    reference = state.open.enter_context(
        Reference(
            state.assignment,
            state.scratch,
            seed=state.seed,
            sandboxed=state.sandboxed,
            quick=state.drawn and state.official,
            thrifty=state.thrifty,
        )
    )
    around = reference.around
    if state.grader is not None:
        # Until then every processor is busy with starting the member's code.
        around = replace(around, spare=state.grader.start)
    captured = kinds.of(state.assignment).capture(state.submission, state.assignment, around)
    seconds = time.monotonic() - started
    expected, quick = reference.first()
    return replace(
        state,
        data=around.data,
        bundle=captured.seal(state.scratch / f"bundle-{state.run}"),
        expected=expected,
        reference=reference if quick else None,
        timing=replace(state.timing, capture_s=round(seconds, 3)),
    )


def _grade(state: Grade) -> Grade:
    """Check the bundle against the expected answers, in a process of its own."""
    if state.bundle is None or state.expected is None or state.grader is None:
        raise AssertionError("captured first")
    state.say("checking the answers")
    started = time.monotonic()
    checks = state.grader.grade(
        Request(
            answers=state.assignment.answers,
            bundle=state.bundle.folder,
            expected=state.expected.folder,
            tests=state.assignment.tests,
            data=state.data,
            language=state.language,
            public_only=not state.official,
        )
    )
    state = replace(
        state, timing=replace(state.timing, grade_s=round(time.monotonic() - started, 3))
    )
    report = build_report(
        assignment=state.assignment.id,
        checks=checks,
        max_score=math.fsum(check.max_points for check in checks),
        language=state.language,
        timing=state.timing,
        provenance=_provenance(state),
    )
    return replace(state, report=report)


def _by_the_solution(state: Grade) -> Grade:
    """Fail nobody by a quick reference: who differs from it is graded by the solution."""
    if state.report is None or state.grader is None:
        raise AssertionError("graded first")
    if state.reference is None or all(check.status == "pass" for check in state.report.checks):
        return state
    state.say("running the reference")
    state.grader.start()
    return _grade(replace(state, expected=state.reference.last(), reference=None))


def _confirm(state: Grade) -> Grade:
    """Fail nobody because the machine was busy: what only a clock says must be said twice."""
    if state.report is None:
        raise AssertionError("graded first")
    found = {each.code for check in state.report.checks for each in check.findings}
    if not found & TIMED or found & BORNE_OUT:
        return state
    state.say("measuring the time once more")
    with GradingProcess() as grader:
        again = _grade(_capture(replace(state, run=state.run + 1, ran=None, grader=grader)))
    better = again.report is not None and again.report.score > state.report.score
    return again if better else state


def _provenance(state: Grade) -> Provenance:
    request = state.assignment.data
    draws = kinds.of(state.assignment).draws
    drawn = f"{draws}#{state.seed}" if draws else ""
    return Provenance(
        submission_sha256=state.submission.sha256 if state.submission else "",
        assignment_sha256=state.assignment.sha256,
        data=dataset_id(request.dataset, request.scale, state.seed) if request else drawn,
        grader_version=__version__,
        sandbox="bwrap" if state.sandboxed else "none",
    )


def _ungraded(state: Grade, make: Callable[..., Report], message: str) -> Report:
    return make(
        state.assignment.id,
        message,
        max_score=state.assignment.max_points,
        language=state.language,
        provenance=_provenance(state),
    )


STAGES: tuple[Callable[[Grade], Grade], ...] = (
    _stage,
    _capture,
    _grade,
    _by_the_solution,
    _confirm,
)
