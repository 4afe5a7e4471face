"""`pioneers grade-all`: every merged submission, side by side, with a progress bar."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import screen

FAULT = 3
HELP = """Grade every submission in submissions/, as an organiser does after a test was mended.

What was graded before from the same files, assignment and grader is not graded again, so a run
that was stopped goes on where it was. Exit codes: 0 all graded, whatever the scores; 3 a fault of
ours met at least one submission (run again; the others are done).

Examples:

  pioneers grade-all --assignment w1d3-joins --jobs 4

  pioneers grade-all --shard 2/4 --out regraded
"""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(name="grade-all", help=HELP)(grade_all)


def grade_all(
    assignment: Annotated[str, typer.Option(help="One assignment's id; all if empty.")] = "",
    shard: Annotated[str, typer.Option(help="Part I of N equal ones.", metavar="I/N")] = "1/1",
    jobs: Annotated[
        int, typer.Option(min=0, max=64, help="How many side by side; 0 is half the cores.")
    ] = 0,
    out: Annotated[Path | None, typer.Option(help="Where the reports go.", metavar="DIR")] = None,
) -> None:
    """Grade everything."""
    from autograder import batch, kinds, paths

    works, strange = batch.find(assignment, batch.read_shard(shard))
    for name in strange:
        screen.note(f"passed over: submissions/{ascii(name)[1:-1]} names no assignment")
    kinds.fit(work.assignment for work in works)
    folder = out or paths.cache() / "graded"
    counts: Counter[str] = Counter()
    with _bar(len(works)) as tell:
        for done in batch.run(works, folder, jobs=jobs or max(1, (os.cpu_count() or 2) // 2)):
            counts[done.status] += 1
            tell(f"{done.work.name}: {_outcome(done.status, done.report.score)}")
    told = ", ".join(f"{counts[status]} {status}" for status in sorted(counts)) or "nothing to do"
    screen.note(f"{len(works)} submissions: {told}; written: {folder}")
    if counts["infra_error"]:
        raise typer.Exit(FAULT)


def _outcome(status: str, score: float) -> str:
    return status if status in ("invalid", "infra_error") else f"{score:g} ({status})"


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that tells one thing done: a bar on a terminal, lines in a log."""
    if not sys.stderr.isatty():
        seen = 0

        def line(what: str) -> None:
            nonlocal seen
            seen += 1
            screen.note(f"[{seen}/{total}] {what}")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, what="")
        yield lambda what: bar.update(task, advance=1, what=what)
