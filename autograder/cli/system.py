"""`pioneers doctor`, `test` and `demo`: the machine, the project's tests, a look at everything."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from autograder.cli import screen

FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help="Say what this machine has and lacks, with the fix for each.")(doctor)
    app.command(
        help="Run the project's tests; arguments go to pytest.\n\n"
        "Example:\n\n  pioneers test -k sandbox",
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(test)
    app.command(help="Grade a small sample cohort for real and say where to look.")(demo)


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

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", *context.args], cwd=paths.root(), check=False
    )
    raise typer.Exit(done.returncode)


def demo(lang: Annotated[str | None, typer.Option("--lang", help="ko or en.")] = None) -> None:
    """Grade the sample cohort."""
    from autograder import cohort
    from autograder import demo as show

    show.run(cohort.language(lang), screen.note, screen.progress)
