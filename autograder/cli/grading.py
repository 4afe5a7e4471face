"""`pioneers grade` and `pioneers check`: one submission, officially or as a member's own check."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen
from autograder.errors import SubmissionNotFound, UsageError

if TYPE_CHECKING:
    from autograder.assignment import Assignment
    from autograder.models import Report

FAILED, FAULT = 1, 3
GRADE_HELP = """Grade one submission officially: in the sandbox, on fresh data, all checks.

Examples:

  pioneers grade w1d3-joins haneul-example

  pioneers grade w1d3-joins path/to/notebook.ipynb --seed 7 --json
"""
CHECK_HELP = """Check your own work quickly: the public checks, on the public data.

Examples:

  pioneers check submissions/haneul-example/w1d3-joins

  pioneers check --watch
"""
Lang = Annotated[str | None, typer.Option("--lang", help="ko or en.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help=GRADE_HELP)(grade)
    app.command(help=CHECK_HELP)(check)


def grade(
    assignment: Annotated[str, typer.Argument(help="An assignment's id or folder.")],
    submission: Annotated[
        str, typer.Argument(help="A member's login, or a notebook, or its folder.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where to write report.json, report.md and bundle/.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json and nothing else.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The data's seed, to make a report again.")
    ] = None,
    lang: Lang = None,
) -> None:
    """Grade officially."""
    from autograder import assignment as assignments
    from autograder import cohort, kinds, pipeline
    from autograder.report import to_json, to_markdown, to_terminal

    target = assignments.load(assignment)
    kinds.fit([target])
    path = find_submission(target, submission)
    with screen.progress("starting") as say:
        report = pipeline.grade(
            target, path, seed=seed, language=cohort.language(lang), out=out, say=say
        )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.json").write_text(to_json(report), "utf-8")
        (out / "report.md").write_text(
            to_markdown(
                report,
                lesson=cohort.load().lesson_address(target.lesson, report.language),
                path=str(path),
            ),
            "utf-8",
        )
    if as_json:
        sys.stdout.write(to_json(report))
    else:
        _print(to_terminal(report, path=submission))
        if out is not None:
            screen.note(f"written: {out / 'report.md'}")
    if report.status == "infra_error":
        raise typer.Exit(FAULT)


def check(
    path: Annotated[Path, typer.Argument(help="Your work's file, or its folder.")] = Path(),
    assignment: Annotated[
        str | None, typer.Option(help="Its assignment, if the folder is not named for it.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever you save.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the report as JSON and nothing else.")
    ] = False,
    lang: Lang = None,
) -> None:
    """Run the public checks."""
    from autograder import kinds

    target = _guess_assignment(path, assignment)
    kinds.fit([target])
    if watch:
        report = _watch(target, path, as_json, lang)
    else:
        report = _check_once(target, path, as_json, lang, watched=False)
    if report.status == "infra_error":
        raise typer.Exit(FAULT)
    if report.status == "invalid" or report.score < report.max_score:
        raise typer.Exit(FAILED)


def _check_once(
    target: Assignment, path: Path, as_json: bool, lang: str | None, *, watched: bool
) -> Report:
    from autograder import cohort, pipeline
    from autograder.capture import sandbox
    from autograder.report import to_json, to_terminal

    why = sandbox.unavailable()
    if why:
        screen.note(f"no sandbox ({why}): your work runs as you; the official grade uses one")
    with screen.progress("starting") as say:
        report = pipeline.grade(
            target, path, language=cohort.language(lang), official=False, sandboxed=not why, say=say
        )
    if as_json:
        sys.stdout.write(to_json(report))
    else:
        _print(to_terminal(report, path=str(path), watched=watched))
    return report


def _watch(target: Assignment, path: Path, as_json: bool, lang: str | None) -> Report:
    """Check now and at every save until Ctrl-C; the last report."""
    try:
        from watchfiles import watch
    except ImportError as error:
        raise UsageError(
            "--watch needs watchfiles", fix="run ./pioneers with PIONEERS_REQUIREMENTS=desk"
        ) from error
    folder = path if path.is_dir() else path.parent
    saves = watch(folder, debounce=800, rust_timeout=200, yield_on_timeout=True)
    next(saves)  # the folder is watched from here on: a save during a check counts, too
    report = _check_once(target, path, as_json, lang, watched=True)
    screen.note("watching for changes; Ctrl-C ends")
    # Ctrl-C is how watching ends, not a fault; watchfiles would say more of it than is of use.
    with contextlib.suppress(KeyboardInterrupt):
        for changes in saves:
            if any(".ipynb_checkpoints" not in name for _, name in changes):
                screen.note(time.strftime("\n— %H:%M:%S —"))
                report = _check_once(target, path, as_json, lang, watched=True)
    screen.note("")
    return report


def find_submission(target: Assignment, which: str) -> Path:
    """The path of a submission given by login or by path.

    Raises:
        SubmissionNotFound: neither names one.
    """
    from autograder import paths

    path = Path(which)
    by_login = paths.submissions() / which / target.id
    for each in (path, by_login) if "/" not in which else (path,):
        if os.path.lexists(each):
            return each
    shown = which if len(which) < 200 else f"{which[:200]}…"
    raise SubmissionNotFound(
        f"no submission {shown!r} for {target.id}", fix="give a member's login, or a path"
    )


def _guess_assignment(path: Path, asked: str | None) -> Assignment:
    from autograder import assignment as assignments

    if asked:
        return assignments.load(asked)
    if not path.exists():
        raise SubmissionNotFound(
            f"{path}: no such file or folder", fix="give the path of your notebook"
        )
    if (found := assignments.of_folder(path)) is not None:
        return found
    raise UsageError(f"{path} does not say which assignment it is", fix="add --assignment ID")


def _print(text: object) -> None:
    from rich.console import Console

    Console().print(text)
