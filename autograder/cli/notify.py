"""`pioneers notify digest`: what happened within the last day, to Discord or to the terminal."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from autograder.cli import screen
from autograder.cli.ledger import Address, open_ledger
from autograder.errors import AssignmentError, LedgerError, UsageError
from autograder.models import Language
from autograder.text import escape

if TYPE_CHECKING:
    from autograder.cohort import Cohort
    from autograder.ledger import Store
    from autograder.ledger.record import Record
    from autograder.publish.digest import Entry

HELP = """Tell who handed in what, and who solved it.

Goes to Discord if DISCORD_WEBHOOK is set, else to the terminal. Nobody is mentioned by it.

Examples:

  pioneers notify digest --since 24h --dry-run

  pioneers notify digest --since 7d --ledger folder:ledger
"""

app = typer.Typer(no_args_is_help=True, help="Messages to the cohort.")


@app.callback()
def _noun() -> None:
    """Messages to the cohort."""


@app.command(help=HELP)
def digest(
    since: Annotated[str, typer.Option(help="How far back: hours (24h) or days (7d).")] = "24h",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.")] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="ko or en.")] = None,
    ledger: Address = None,
) -> None:
    """Tell the day."""
    from autograder import cohort
    from autograder.publish import discord
    from autograder.publish.digest import write

    known = cohort.load()
    language = cohort.language(lang)
    begin = datetime.now(UTC) - _duration(since)
    found = _entries(_graded(open_ledger(ledger), begin), known, language)
    message = write(found, since=begin.astimezone(ZoneInfo(known.zone)), language=language)
    webhook = os.environ.get("DISCORD_WEBHOOK", "")
    if webhook and not dry_run:
        discord.post(webhook, message)
        screen.note(f"told Discord: {len(found)} entries")
        return
    for line in message.splitlines():
        sys.stdout.write(escape.log_line(line, limit=2000) + "\n")


def _duration(word: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,4})([hd])", word)
    if found is None or int(found[1]) == 0:
        raise UsageError(f"--since {word[:20]!r} is no time", fix="write 24h or 7d")
    return timedelta(hours=int(found[1]) * (24 if found[2] == "d" else 1))


def _graded(store: Store, begin: datetime) -> Iterator[Record]:
    """The grades of work that arrived since then; a damaged record is told and passed over."""
    from autograder.ledger.reading import read

    for name in store.names("grade/"):
        try:
            record = read(store, name)
        except LedgerError as error:
            screen.note(f"✗ {escape.log_line(str(error))}")
            continue
        if record.received_at >= begin:
            yield record


def _entries(records: Iterator[Record], known: Cohort, language: Language) -> list[Entry]:
    """One entry for each member and assignment: the best grade, and how many there were."""
    from autograder.ledger.attempts import attempts, best
    from autograder.publish.digest import Entry

    grouped: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        grouped[record.login.lower(), record.assignment].append(record)
    names = {member.login.lower(): member.name or member.login for member in known.members}
    found = []
    for (login, assignment), graded in sorted(grouped.items()):
        counts = best(graded)
        if counts is not None:
            found.append(
                Entry(
                    name=names.get(login, counts.grade.login),
                    title=_title(assignment, language),
                    score=counts.grade.score,
                    max_score=counts.grade.max_score,
                    attempts=len(attempts(graded)),
                    late=counts.late,
                )
            )
    return found


def _title(assignment: str, language: Language) -> str:
    from autograder import assignment as assignments

    try:
        return assignments.load(assignment).title[language]
    except AssignmentError:  # of an earlier season
        return assignment
