"""`pioneers validate` and `pioneers release`: for those who write assignments."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen

if TYPE_CHECKING:
    from autograder.assignment import Assignment

FAILED = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        help="Prove assignments right: starter fails, solution passes, golden cases hold.\n\n"
        "Examples:\n\n  pioneers validate\n\n  pioneers validate w1d3-joins --mutants 5\n\n"
        "  pioneers validate w1d3-joins --sample"
    )(validate)
    app.command(
        help="Make the members' starter from an assignment's source notebook.\n\n"
        "Example:\n\n  pioneers release w1d3-joins --out submissions/haneul-example/w1d3-joins"
    )(release)


def validate(
    which: Annotated[list[str] | None, typer.Argument(help="Assignments; all by default.")] = None,
    golden: Annotated[bool, typer.Option(help="Also grade the golden cases (slow).")] = True,
    mutants: Annotated[int, typer.Option(min=0, help="How many broken solutions to try.")] = 0,
    sample: Annotated[
        bool, typer.Option("--sample", help="First write golden/sample.json for the site anew.")
    ] = False,
) -> None:
    """Validate assignments."""
    from autograder import assignment as assignments
    from autograder import kinds
    from autograder.authoring.sample import keep_sample
    from autograder.authoring.validate import validate as prove

    targets = [assignments.load(each) for each in which] if which else assignments.load_all()
    kinds.fit(targets)
    _fit_starters(targets)
    for target in targets if sample else ():
        with screen.progress(target.id) as tell:
            if (path := keep_sample(target, say=tell)) is not None:
                typer.echo(f"written: {path}")
    failed = 0
    with screen.bar("validating") as say:
        for target, result in prove(targets, golden=golden, mutants=mutants, say=say):
            typer.echo(f"{'✓' if result.ok else '✗'} {target.id}: {result.what}")
            failed += not result.ok
    if failed:
        raise typer.Exit(FAILED)


def release(
    which: Annotated[str, typer.Argument(help="An assignment's id or folder.")],
    out: Annotated[Path, typer.Option(help="The folder to put notebook.ipynb into.")] = Path(),
    force: Annotated[
        bool, typer.Option("--force", help="Replace a notebook that is there.")
    ] = False,
) -> None:
    """Write the starter."""
    from autograder import assignment as assignments
    from autograder.authoring.release import release as make

    target = assignments.load(which)
    _fit_starters([target])
    with screen.progress("writing the starter") as say:
        path = make(target, out, force=force, say=say)
    typer.echo(str(path))


def _fit_starters(targets: Iterable[Assignment]) -> None:
    """Have nbgrader for notebooks' starters; who wants a coding test need not install it."""
    from autograder import environment, kinds

    notebooks = any(kinds.of(each).solution(each).suffix == ".ipynb" for each in targets)
    environment.fit(["nbgrader"] if notebooks else [])
