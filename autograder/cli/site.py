"""`pioneers site build`: the course site, strictly, with the boards beside the pages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import screen
from autograder.errors import UsageError

FAILED = 1
BUILD_HELP = """Build the course site; a dead link or a page that nothing leads to is an error.

Examples:

  pioneers site build

  pioneers site build --boards boards --out public
"""

app = typer.Typer(no_args_is_help=True, help="The course site.")


@app.callback()
def _noun() -> None:
    """The course site."""


@app.command(help=BUILD_HELP)
def build(
    out: Annotated[Path | None, typer.Option(help="Where it goes.", metavar="DIR")] = None,
    boards: Annotated[
        Path | None,
        typer.Option(
            help="What `pioneers leaderboard --out` wrote; served as boards/.", metavar="DIR"
        ),
    ] = None,
    address: Annotated[
        str, typer.Option(help="Where the site will be read; by default cohort.toml's.")
    ] = "",
) -> None:
    """Build the pages."""
    from autograder import cohort, paths

    if boards is not None and not (boards / "boards.json").is_file():
        raise UsageError(
            f"{boards} holds no boards.json", fix="run pioneers leaderboard --out first"
        )
    folder = (out or paths.cache() / "site").resolve()
    environment = {**os.environ, "PIONEERS_SITE": address or cohort.load().site}
    environment["NO_MKDOCS_2_WARNING"] = "1"  # the version is pinned below 2
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=paths.root(), env=environment, check=False,
    )  # fmt: skip
    if done.returncode:
        screen.note("pioneers: the site was not built; the lines above say why")
        raise typer.Exit(FAILED)
    if boards is not None:
        (folder / "boards").mkdir(exist_ok=True)
        (folder / "boards" / "boards.json").write_bytes((boards / "boards.json").read_bytes())
    screen.note(f"written: {folder}")
