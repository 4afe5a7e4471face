"""`pioneers pr …`: the commands that the workflows call for a pull request.

`pr grade` is here; it runs members' work, so it needs a token that can only read. The commands
that answer are added to `app` by `cli/answering.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FAULT = 3
HELP = """The pull-request loop: grade what arrived, answer on the pull request.

Inputs come from GitHub Actions' environment: GITHUB_EVENT_PATH,
GITHUB_EVENT_NAME, GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL.
"""
GRADE_HELP = """Grade what a pull request brings, and write a folder for `pr publish`.

The pull request's files are fetched as blobs, only the author's own, and
run nowhere but in the sandbox. The token needs to read only.

Exit codes: 0 graded, whatever the score; 2 an event that cannot be used;
3 a fault of ours (the folder is written and says so).

Examples:

  pioneers pr grade --out handover

  pioneers pr grade --event event.json --out /tmp/handover
"""

app = typer.Typer(no_args_is_help=True, help=HELP)


@app.command(help=GRADE_HELP)
def grade(
    event: Annotated[
        Path | None,
        typer.Option(help="The event's payload; else GITHUB_EVENT_PATH.", metavar="FILE"),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for the next job.", metavar="DIR")] = Path(
        "handover"
    ),
) -> None:
    """Grade one event."""
    from autograder.pull import event as events
    from autograder.pull import grading

    handover = grading.run(events.from_environment(event), out, say=_tell)
    if any(item.outcome == "infra_error" for item in handover.items):
        raise typer.Exit(FAULT)


def _tell(line: str) -> None:
    """A line for the log, at once: whoever reads it watches a job at work."""
    from autograder.text import escape

    typer.echo(escape.log_line(line))
