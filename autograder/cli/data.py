"""`pioneers data`: build the shared sample data, and look whether they are whole."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen, storage

if TYPE_CHECKING:
    from autograder.data.requests import Need
    from autograder.data.workers import Engine

app = typer.Typer(help="The shared sample data.", no_args_is_help=True)
FAILED = 1


class EngineName(StrEnum):
    """Who draws and writes the parts."""

    LOCAL = "local"
    SPARK = "spark"


@app.command(
    help="""Build a dataset: the same bytes for the same scale and seed on every machine.

Examples:

  pioneers data build games

  pioneers data build games --scale 100 --dry-run

  pioneers data build games --scale 0.1 --seed 7 --out /tmp/games

  pioneers data build games --scale 100 --engine spark --remote sc://cluster:15002 --out /mnt/games
"""
)
def build(
    dataset: Annotated[str, typer.Argument(help="Its name in datasets/.")] = "games",
    scale: Annotated[float, typer.Option(help="1 is about a million play sessions.")] = 0.01,
    seed: Annotated[int, typer.Option(min=0)] = 42,
    out: Annotated[
        Path | None, typer.Option(help="The folder to make; by default in the cache.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Parts made at a time; default: all cores.")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="This process, or Spark: the same bytes.")
    ] = EngineName.LOCAL,
    remote: Annotated[
        str, typer.Option(help="A Spark Connect server; its executors must see the folder.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would need, and build nothing.")
    ] = False,
) -> None:
    """Build it."""
    from autograder import data, paths
    from autograder.errors import UsageError

    if remote and engine is EngineName.LOCAL:
        raise UsageError("--remote without Spark", fix="Add --engine spark")
    needs = data.forecast(dataset, scale=scale, seed=seed)  # says what is wrong before Spark starts
    folder = (out or paths.cache() / "data" / data.dataset_id(dataset, scale, seed)).absolute()
    if dry_run:
        _say_needs(needs, folder)
        return
    count = workers or os.cpu_count() or 1
    with _makers(engine, remote, count) as makers, screen.bar(f"building {dataset}") as say:
        manifest = data.build(
            dataset,
            scale=scale,
            seed=seed,
            out=folder,
            formats=True,
            workers=makers,
            progress=say,
        )
    for table in manifest.tables:
        typer.echo(f"{table.name:24}{table.rows:>14,} rows")
    typer.echo(str(folder))


def _say_needs(needs: list[Need], folder: Path) -> None:
    from autograder.data import requests

    typer.echo(f"{'table':24}{'from rows':>18}{'files':>9}{'on disk':>12}")
    for need in needs:
        size = requests.bytes_told(need.bytes)
        typer.echo(f"{need.name:24}{need.rows:>18,}{need.files:>9,}{size:>12}")
    free = requests.bytes_told(requests.free(folder))
    typer.echo(f"about {requests.told(needs)}; {free} free for {folder}")


@contextlib.contextmanager
def _makers(engine: EngineName, remote: str, workers: int) -> Iterator[int | Engine]:
    """Yield who makes the parts: a number of threads here, or Spark, started here or joined."""
    if engine is EngineName.LOCAL:
        yield workers
        return
    from autograder.capture import java
    from autograder.data import spark

    if not remote:
        for name, value in java.environment().items():
            os.environ.setdefault(name, value)
    with contextlib.ExitStack() as stack:
        with screen.progress("starting Spark"):
            session = stack.enter_context(spark.session(remote, workers))
        yield spark.cluster(session)


@app.command(
    help="""Check every hash, key and declared rate of a built dataset, or published data.

Examples:

  pioneers data verify .pioneers/data/games@0.01#42

  pioneers data verify s3://cohort-data/shared --deep
"""
)
def verify(
    where: Annotated[
        str, typer.Argument(metavar="FOLDER", help="What `data build` made, or s3://BUCKET/PREFIX.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="On S3: read every byte, not only sizes and kept hashes.")
    ] = False,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="On S3: without a key.")] = False,
) -> None:
    """Look for damage."""
    from autograder import data

    if where.startswith("s3://"):
        storage.verify(where, deep=deep, anonymous=anonymous, as_json=as_json)
        return
    folder = Path(where)
    with screen.bar(f"verifying {folder}") as say:
        problems = data.verify(folder, progress=say)
    if as_json:
        found = {"format_version": 1, "folder": str(folder), "problems": problems}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            typer.echo(problem)
    if problems:
        raise typer.Exit(FAILED)
    if not as_json:
        typer.echo(f"{folder}: whole")


storage.register(app)
