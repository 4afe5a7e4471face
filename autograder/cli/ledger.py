"""`pioneers ledger`: what is recorded, whether it is sound, and a regrade's reports put into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen
from autograder.errors import UsageError
from autograder.text import escape

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autograder.ledger import Store
    from autograder.ledger.record import Record

app = typer.Typer(help="The ledger of graded work.", no_args_is_help=True)
FAILED = 1
Address = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        help="folder:PATH, branch:NAME or s3://BUCKET/PREFIX; by default that of cohort.toml.",
    ),
]


def open_ledger(address: str | None) -> Store:
    """The ledger asked for, else the cohort's."""
    from autograder import cohort, ledger

    return ledger.open_store(address or cohort.load().ledger)


@app.command(
    help="""Read every record again and prove its hash, its schema and its name.

Ends with 0 if all are sound, 1 if some are not, 3 if the ledger cannot be reached.

Examples:

  pioneers ledger verify

  pioneers ledger verify --ledger s3://our-bucket/ledger
"""
)
def verify(ledger: Address = None) -> None:
    """Look for damage."""
    from autograder.ledger.verify import verify as prove

    store = open_ledger(ledger)
    sound = faults = 0
    with screen.progress("reading the ledger") as say:
        for finding in prove(store, say):
            if finding.fault:
                typer.echo(f"✗ {escape.log_line(finding.fault)}")
                faults += 1
            elif finding.foreign:
                typer.echo(f"· {escape.log_line(finding.name)}: not a record; left alone")
            else:
                sound += 1
    typer.echo(f"{sound} sound, {faults} not")
    if faults:
        raise typer.Exit(FAILED)


@app.command(
    "list",
    help="""Show what is recorded, as it arrived.

Examples:

  pioneers ledger list --assignment w1d3-joins

  pioneers ledger list --login haneul-example --json
""",
)
def show(
    assignment: Annotated[str | None, typer.Option(help="One assignment's id.")] = None,
    login: Annotated[str | None, typer.Option(help="One member.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the records as a JSON list and nothing else.")
    ] = False,
    ledger: Address = None,
) -> None:
    """List records."""
    from zoneinfo import ZoneInfo

    from autograder import cohort
    from autograder.ledger.reading import arrival, read
    from autograder.ledger.record import dump

    store = open_ledger(ledger)
    with screen.progress("reading the ledger"):
        names = _names(store, assignment, login)
        found = sorted((read(store, name) for name in names), key=arrival)
    if as_json:
        told = [{"name": record.name, **json.loads(dump(record))} for record in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    zone = ZoneInfo(cohort.load().zone)
    for record in found:
        typer.echo(escape.log_line(_line(record, zone)))


def _names(store: Store, assignment: str | None, login: str | None) -> Iterator[str]:
    """The names of one assignment's and one member's records, of all kinds."""
    for name in store.names():
        _, of, by, _ = name.split("/")
        if assignment in (None, of) and (login is None or login.lower() == by):
            yield name


def _line(record: Record, zone: ZoneInfo) -> str:
    when = f"{record.received_at.astimezone(zone):%Y-%m-%d %H:%M}"
    what = f"{record.score:g}/{record.max_score:g}{' late' if record.late else ''}"
    told = what if record.kind == "grade" else record.detail
    return (
        f"{when}  {record.login}  {record.assignment}  {record.kind}  {told}  "
        f"#{record.pull_request} {record.commit[:7]} {record.trigger}"
    )


@app.command(
    help="""Record the reports of a folder `<login>/<assignment>/report.json`, as a regrade makes.

Work that the ledger knows keeps its time of arrival. Run again, it adds nothing. Ends with 1 if a
report could not be recorded; the others are.

Examples:

  pioneers ledger add out --trigger regrade-4711

  pioneers ledger add out --trigger regrade-1 --repository owner/name --ledger folder:ledger

  pioneers ledger add out --trigger regrade-4711 --known folder:checkout-of-the-ledger
"""
)
def add(
    folder: Annotated[Path, typer.Argument(help="The folder with the reports.")],
    trigger: Annotated[
        str, typer.Option(help="Why they were graded: a word, or a word-number as in regrade-4711.")
    ],
    repository: Annotated[
        str | None, typer.Option(envvar="GITHUB_REPOSITORY", help="owner/name.")
    ] = None,
    commit: Annotated[
        str | None, typer.Option(help="Of work the ledger does not know; by default HEAD.")
    ] = None,
    order: Annotated[
        int | None,
        typer.Option(min=0, envvar="GITHUB_RUN_ID", help="Of two grades the greater is the later."),
    ] = None,
    known: Annotated[
        str | None,
        typer.Option(help="Read what is known from this copy, such as a checkout of the branch."),
    ] = None,
    ledger: Address = None,
) -> None:
    """Record a regrade."""
    from autograder.ledger.record import Origin
    from autograder.ledger.recording import record_folder

    if not repository:
        raise UsageError("no repository to record", fix="add --repository owner/name")
    origin = Origin(
        repository=repository,
        pull_request=0,
        login="",
        commit=commit or _head(),
        trigger=trigger,
        received_at=datetime.now(UTC),
        order=order or 0,
    )
    store, copy = open_ledger(ledger), open_ledger(known) if known else None
    outcomes: Counter[str] = Counter()
    with screen.progress("recording") as say:
        for done in record_folder(store, folder, origin, _is_late(), known=copy):
            outcomes[done.outcome] += 1
            say(f"{outcomes.total()} reports")
            if done.what:
                where = done.what if done.outcome == "fault" else f"{done.login}: {done.what}"
                typer.echo(f"{'✗' if done.outcome == 'fault' else '·'} {escape.log_line(where)}")
    typer.echo(", ".join(f"{outcomes[each]} {each}" for each in ("new", "known", "passed")))
    if outcomes["fault"]:
        raise typer.Exit(FAILED)


def _head() -> str:
    """The commit that is checked out.

    Raises:
        UsageError: there is none.
    """
    from autograder import paths

    done = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=paths.root(),
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UsageError("no commit is checked out here", fix="add --commit SHA")
    return done.stdout.strip()


def _is_late() -> Callable[[str, datetime], bool]:
    from autograder import assignment as assignments

    def is_late(which: str, received_at: datetime) -> bool:
        due = assignments.load(which).due
        return due is not None and received_at > due

    return is_late
