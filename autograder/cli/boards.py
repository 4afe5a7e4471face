"""`pioneers leaderboard`: the boards, made again from the ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import screen
from autograder.cli.ledger import FAILED, Address, open_ledger
from autograder.errors import AssignmentError, LedgerError, UsageError
from autograder.models import LANGUAGES, Language
from autograder.text import escape

if TYPE_CHECKING:
    from autograder.ledger import Store
    from autograder.ledger.record import Record

HELP = """Make the boards from the ledger: boards.json, and a page in each language.

Ends with 1 if a record was not sound; the boards are made from the others.

Examples:

  pioneers leaderboard --out site/boards

  pioneers leaderboard --ledger folder:ledger --json
"""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(help=HELP)(leaderboard)


def leaderboard(
    out: Annotated[
        Path | None, typer.Option(help="Where to write boards.json, boards.ko.md, boards.en.md.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print boards.json and nothing else.")
    ] = False,
    lang: Annotated[str | None, typer.Option("--lang", help="Of the page that is shown.")] = None,
    ledger: Address = None,
) -> None:
    """Make the boards."""
    from autograder import cohort
    from autograder.leaderboard.forms import to_json, to_page
    from autograder.leaderboard.standings import boards

    shown = cohort.language(lang)
    faults: list[str] = []
    with screen.progress("reading the ledger"):
        made = boards(_sound(open_ledger(ledger), faults))
    names = {each.login.lower(): each.name for each in cohort.load().members}
    pages = {
        language: to_page(made, language, names=names, titles=_titles(language))
        for language in LANGUAGES
    }
    if out is not None:
        _write(
            out, {"boards.json": to_json(made)} | {f"boards.{k}.md": v for k, v in pages.items()}
        )
    if as_json:
        sys.stdout.write(to_json(made))
    elif out is None:
        sys.stdout.write(pages[shown])
    else:
        screen.note(f"written: {out / f'boards.{shown}.md'}")
    for fault in faults:
        screen.note(f"✗ {escape.log_line(fault)}")
    if faults:
        raise typer.Exit(FAILED)


def _sound(store: Store, faults: list[str]) -> Iterator[Record]:
    """The grades of a ledger; one that is not sound is told and passed over."""
    from autograder.ledger.reading import read

    for name in store.names("grade/"):
        try:
            yield read(store, name)
        except LedgerError as error:
            faults.append(str(error))


def _titles(language: Language) -> dict[str, str]:
    """Titles of the assignments; one that cannot be read is shown by its id."""
    from autograder import assignment as assignments

    try:
        return {each.id: each.title[language] for each in assignments.load_all()}
    except AssignmentError as error:
        screen.note(f"{error} Its board has no title.")
        return {}


def _write(out: Path, files: dict[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}", fix="give another folder") from error
