"""`pioneers site …`: build the course site strictly, with the boards beside the pages, or show it.

What is on the pages is the business of `autograder.site` and of mkdocs.yml.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import screen
from autograder.errors import UsageError

FAILED = 1
BUILD_HELP = """Build the course site; a dead link or a page that nothing leads to is an error.

What was built before stays until the new site is whole.

Examples:

  pioneers site build

  pioneers site build --boards boards --out public
"""
SERVE_HELP = """Show the site on this machine, and show it anew whenever a page is saved.

Examples:

  pioneers site serve

  pioneers site serve --port 9000
"""
Boards = Annotated[
    Path | None,
    typer.Option(help="What `pioneers leaderboard --out` wrote; shown as pages.", metavar="DIR"),
]

app = typer.Typer(no_args_is_help=True, help="The course site.")


@app.callback()
def _noun() -> None:
    """The course site."""


@app.command(help=BUILD_HELP)
def build(
    out: Annotated[Path | None, typer.Option(help="Where it goes.", metavar="DIR")] = None,
    boards: Boards = None,
    address: Annotated[
        str, typer.Option(help="Where the site will be read; by default cohort.toml's.")
    ] = "",
) -> None:
    """Build the pages."""
    from autograder import paths

    folder = (out or paths.cache() / "site").resolve()
    _see_that_it_may_go(folder)
    environment = _environment(boards, address)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".site-") as scratch:
        built = Path(scratch) / "new"
        with screen.progress("building the site"):
            done = _mkdocs(environment, "build", "--strict", "--site-dir", str(built))
        if done:
            screen.note("pioneers: the site was not built; the lines above say why")
            raise typer.Exit(FAILED)
        built.chmod(0o755)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        built.rename(folder)
    screen.note(f"written: {folder}")


@app.command(help=SERVE_HELP)
def serve(
    port: Annotated[int, typer.Option(help="The port on this machine.", min=1, max=65535)] = 8000,
    boards: Boards = None,
) -> None:
    """Show the pages."""
    done = _mkdocs(_environment(boards, ""), "serve", "--dev-addr", f"127.0.0.1:{port}")
    if done:
        raise typer.Exit(FAILED)


def _see_that_it_may_go(folder: Path) -> None:
    """A folder that is replaced as a whole must be a site, or empty, or not there yet.

    Raises:
        UsageError: it holds something else.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", fix="name a folder with --out")
    # MkDocs writes a site map into every site, beside the page for what is not found.
    ours = all((folder / name).is_file() for name in ("sitemap.xml", "404.html"))
    if folder.is_dir() and any(folder.iterdir()) and not ours:
        raise UsageError(
            f"{folder} holds files that are no site, and a build would replace them",
            fix="name an empty folder with --out",
        )


def _environment(boards: Path | None, address: str) -> dict[str, str]:
    """What mkdocs.yml asks the environment for.

    Raises:
        UsageError: the folder of boards holds none.
    """
    from autograder import cohort

    if boards is not None and not (boards / "boards.json").is_file():
        raise UsageError(
            f"{boards} holds no boards.json", fix="run pioneers leaderboard --out first"
        )
    return {
        **os.environ,
        "PIONEERS_BOARDS": str(boards.resolve()) if boards is not None else "",
        "PIONEERS_SITE": address or cohort.load().site,
        "NO_MKDOCS_2_WARNING": "1",  # the version is pinned below 2
    }


def _mkdocs(environment: dict[str, str], *words: str) -> int:
    """Run MkDocs in the cohort's repository. Returns its exit code."""
    from autograder import paths

    command = [sys.executable, "-P", "-m", "mkdocs", *words]
    return subprocess.run(command, cwd=paths.root(), env=environment, check=False).returncode  # noqa: S603
