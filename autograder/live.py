"""`%check` in JupyterLab: the public checks on the live kernel's variables, with the same feedback.

    %load_ext autograder
    %check                 # the assignment is that of the notebook's folder
    %check w1d3-joins

Nothing is run again: the variables are taken as they are, by the worker's own collector, sealed
and graded like any submission. Never official.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import bundle
from autograder.assignment import Assignment
from autograder.capture import sandbox
from autograder.capture.worker.collect import Collector
from autograder.errors import PioneersError, UsageError
from autograder.grade.process import grade as run_checks
from autograder.grade.request import Request
from autograder.kinds import Surroundings
from autograder.models import Language, Report, Run
from autograder.reference import PUBLIC_SEED, draw_data, expected_answers
from autograder.report import build_report


def register(shell: Any) -> None:
    """Add the magic to an IPython shell."""
    shell.register_magic_function(
        lambda line: check(shell, line), magic_kind="line", magic_name="check"
    )


def check(shell: Any, line: str) -> None:
    """Run the public checks and show the feedback; errors are shown in words, never raised."""
    from IPython import display as shown

    from autograder.cohort import language
    from autograder.text.html import error_html, report_html

    try:
        report = check_namespace(shell.user_ns, pick(line.strip(), Path.cwd()), language())
    except PioneersError as error:
        shown.display(shown.HTML(error_html(str(error))))  # type: ignore[no-untyped-call]
        return
    shown.display(shown.HTML(report_html(report)))  # type: ignore[no-untyped-call]


def pick(word: str, cwd: Path) -> Assignment:
    """The assignment named, or else the one whose name a folder above `cwd` has.

    Raises:
        UsageError: there is none.
    """
    if word:
        return assignments.load(word)
    if (found := assignments.of_folder(cwd)) is not None:
        return found
    known = [each.id for each in assignments.load_all()]
    raise UsageError("which assignment?", fix=f"say it: %check {next(iter(known), 'ID')}")


def check_namespace(
    namespace: dict[str, Any], assignment: Assignment, language: Language
) -> Report:
    """Grade the public answers found in a namespace; the report."""
    target = assignment.public()
    specs = {
        spec.name: {"type": spec.type, "calls": [list(call) for call in spec.calls]}
        for spec in target.answers
    }
    with tempfile.TemporaryDirectory(prefix="pioneers-live-") as name:
        scratch = Path(name)
        scratch.chmod(0o755)
        collector = Collector(scratch, specs)
        answers: dict[str, tuple[str, bytes]] = {}
        problems: dict[str, tuple[str, str]] = {}
        for outcome in collector.collect(list(specs), namespace):
            if "file" in outcome:
                path = scratch / outcome["file"]
                answers[outcome["name"]] = (path.suffix.removeprefix("."), path.read_bytes())
            else:
                problems[outcome["name"]] = (outcome["code"], outcome["detail"])
        sealed = bundle.seal(scratch / "bundle", answers, problems=problems, run=Run())
        data = draw_data(target, PUBLIC_SEED, scratch)
        around = Surroundings(data, PUBLIC_SEED, official=not sandbox.unavailable())
        expected = expected_answers(target, scratch, around)
        checks = run_checks(
            Request(
                target.answers,
                sealed.folder,
                expected.folder,
                target.tests,
                data,
                language,
                public_only=True,
            )
        )
    return build_report(
        target.id, checks, max_score=sum(each.max_points for each in checks), language=language
    )
