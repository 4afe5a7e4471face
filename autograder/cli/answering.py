"""`pioneers pr publish` and `pr command`: the commands that answer on a pull request.

They need a token that can write and run nobody's work, so they never import what grades.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FAULT = 3
PUBLISH_HELP = """Answer a pull request: ledger record, comment, check runs, labels.

Reads the folder that `pr grade` wrote. Killed anywhere and run again, it loses nothing and does
nothing twice. Exit codes: 0 all done; 2 the event or cohort.toml cannot be used; 3 something
could not be done, one line each, and the rest was.

Examples:

  pioneers pr publish --handover handover

  pioneers pr publish --handover handover --notebook-url https://example.org/artifacts/1
"""
COMMAND_HELP = """Answer a comment on a pull request: /hint, /appeal, /regrade.

Only the pull request's author and organisers are heard. Exit codes: 0 answered, or nothing to
answer; 2 the event, cohort.toml or the ledger cannot be used; 3 GitHub or the ledger failed.

Examples:

  pioneers pr command

  pioneers pr command --event event.json
"""
EventFile = Annotated[
    Path | None,
    typer.Option("--event", help="The event's payload; else GITHUB_EVENT_PATH.", metavar="FILE"),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `pioneers pr`."""
    app.command(help=PUBLISH_HELP)(publish)
    app.command(help=COMMAND_HELP)(command)


def publish(
    event: EventFile = None,
    handover: Annotated[
        Path, typer.Option(help="The folder that `pr grade` wrote.", metavar="DIR")
    ] = Path("handover"),
    notebook_url: Annotated[
        str, typer.Option(help="Where the executed notebooks are read.", metavar="URL")
    ] = "",
    run_url: Annotated[
        str, typer.Option(help="The job's page; else that of this run.", metavar="URL")
    ] = "",
) -> None:
    """Publish one event's reports."""
    from autograder.pull import event as events
    from autograder.pull import publishing
    from autograder.pull.publisher import publisher

    desk = publisher(events.from_environment(event), notebook_url=notebook_url, run_url=run_url)
    if publishing.run(desk, handover, say=_tell):
        raise typer.Exit(FAULT)


def command(event: EventFile = None) -> None:
    """Answer one comment."""
    from autograder.pull import commands
    from autograder.pull import event as events
    from autograder.pull.publisher import publisher

    commands.run(publisher(events.from_environment(event)), say=_tell)


def _tell(line: str) -> None:
    """A line for the log, at once: whoever reads it watches a job at work."""
    from autograder.text import escape

    typer.echo(escape.log_line(line))
