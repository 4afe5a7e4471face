"""A boards.json as `pioneers leaderboard` writes it, with names that try to be more than names."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from autograder.leaderboard.forms import to_json
from autograder.leaderboard.standings import Board, Result, Standing

HOSTILE = ("<img src=x onerror=alert(1)>", "**bold**|`cell`", "\u202emoc.elpmaxe\u202c")
"""A tag, Markdown that ends a cell of a table, and a text that turns the line around."""


def write_boards(folder: Path) -> Path:
    """Write `boards.json` into `folder`; returns the folder."""
    at = datetime(2026, 6, 4, 12, 0, tzinfo=UTC)
    names = ("haneul-example", "bada-example", *HOSTILE)
    result = Result("w1d3-joins", 7.0, 10.0, False, 2, at)
    standings = tuple(
        Standing(rank, name, 10.0 - rank, 10.0, rank == 2, (result,))
        for rank, name in enumerate(names, 1)
    )
    folder.mkdir(parents=True, exist_ok=True)
    boards = (Board("", standings), Board("w1d3-joins", standings), Board("w1d2-dataframe", ()))
    (folder / "boards.json").write_text(to_json(boards), encoding="utf-8")
    return folder
