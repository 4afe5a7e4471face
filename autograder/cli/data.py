"""`pioneers data`: build the shared sample data, and look whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import screen

app = typer.Typer(help="The shared sample data.", no_args_is_help=True)
FAILED = 1


@app.command(
    help="""Build a dataset: the same bytes for the same scale and seed on every machine.

Examples:

  pioneers data build games

  pioneers data build games --scale 0.1 --seed 7 --out /tmp/games
"""
)
def build(
    dataset: Annotated[str, typer.Argument(help="Its name in datasets/.")] = "games",
    scale: Annotated[float, typer.Option(help="1 is about a million play sessions.")] = 0.01,
    seed: Annotated[int, typer.Option(min=0)] = 42,
    out: Annotated[
        Path | None, typer.Option(help="The folder to make; by default in the cache.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
) -> None:
    """Build it."""
    from autograder import data, paths

    folder = out or paths.cache() / "data" / data.dataset_id(dataset, scale, seed)
    with screen.progress(f"building {dataset}") as say:
        manifest = data.build(
            dataset, scale=scale, seed=seed, out=folder, workers=workers, progress=say
        )
    for table in manifest.tables:
        typer.echo(f"{table.name:24}{sum(file.rows for file in table.files):>12,} rows")
    typer.echo(str(folder))


@app.command(help="Check every hash, key and declared rate of a built dataset.")
def verify(folder: Annotated[Path, typer.Argument(help="What `data build` made.")]) -> None:
    """Look for damage."""
    from autograder import data

    problems = data.verify(folder)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(FAILED)
    typer.echo(f"{folder}: whole")
