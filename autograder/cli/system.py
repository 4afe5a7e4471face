"""`pioneers doctor`, `test`, `demo`, `lab`: the machine, the tests, a look around, a desk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import screen

FAILED = 1
ALL_TESTS = ("-q", "--dist=worksteal")
MOST_AT_ONCE = 4
"""Every grading test starts two Java processes: more than four at once only wait for memory."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help="Say what this machine has and lacks, with the fix for each.")(doctor)
    app.command(
        help="Run the project's tests, side by side; arguments go to pytest, which then runs "
        "one after another.\n\nExamples:\n\n  pioneers test\n\n  pioneers test -k sandbox",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(test)
    app.command(help="Grade a small sample cohort for real and say where to look.")(demo)
    app.command(
        help="Open JupyterLab with the Java that Spark needs; arguments go to JupyterLab.\n\n"
        "In a notebook, %load_ext autograder and then %check show the public checks.\n\n"
        "Examples:\n\n  pioneers lab\n\n  pioneers lab --no-browser --port 8890",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(lab)


def doctor(spark: Annotated[bool, typer.Option(help="Also start Spark.")] = True) -> None:
    """Look at the machine."""
    from autograder import doctor as examination

    bad = 0
    for finding in examination.examine(start_spark=spark):
        mark = {"ok": "✓", "warn": "!", "bad": "✗"}[finding.state]
        typer.echo(
            f"{mark} {finding.name:14}{finding.found}"
            + (f"  → {finding.fix}" if finding.fix else "")
        )
        bad += finding.state == "bad"
    if bad:
        raise typer.Exit(FAILED)


def test(context: typer.Context) -> None:
    """Run pytest on the project's tests."""
    from autograder import paths

    chosen = context.args or [*ALL_TESTS, f"--numprocesses={_at_once()}"]
    if not context.args:
        _see_to_a_browser(paths.root() / ".ci" / "browser")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", *chosen], cwd=paths.root(), check=False
    )
    raise typer.Exit(done.returncode)


def _at_once() -> int:
    """How many tests run side by side: two more than there are cores, for some only wait."""
    return min((os.cpu_count() or 1) + 2, MOST_AT_ONCE)


def _see_to_a_browser(script: Path) -> None:
    """Install Chromium where the user may; without one the site's browser tests are skipped."""
    quiet = subprocess.DEVNULL
    done = subprocess.run([str(script)], stdin=quiet, stdout=quiet, stderr=quiet, check=False)  # noqa: S603
    if done.returncode:
        screen.note(
            "pioneers: no Chromium here, so the site's browser tests are skipped "
            "(sudo apt install chromium-headless-shell)"
        )


def demo(lang: Annotated[str | None, typer.Option("--lang", help="ko or en.")] = None) -> None:
    """Grade the sample cohort."""
    from autograder import cohort
    from autograder import demo as show

    show.run(cohort.language(lang), screen.note, screen.progress)


def lab(context: typer.Context) -> None:
    """Open JupyterLab."""
    from autograder import desk

    raise typer.Exit(desk.lab(context.args, screen.note))
