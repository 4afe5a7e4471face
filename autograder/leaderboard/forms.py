"""Boards as `boards.json` and as a Markdown page in each language; the same boards, the same bytes.

It must not know records or ranks' rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from autograder.leaderboard.standings import Board, Standing
from autograder.models import FORMAT_VERSION, Language
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, spoken
from autograder.text.tables import grid


def to_json(boards: Sequence[Board]) -> str:
    """`boards.json`: a list of boards, the one of all assignments first."""
    body = {"format_version": FORMAT_VERSION, "boards": [asdict(board) for board in boards]}
    return json.dumps(body, ensure_ascii=False, indent=1, default=lambda at: at.isoformat()) + "\n"


def to_page(
    boards: Sequence[Board],
    language: Language,
    *,
    names: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> str:
    """One page with every board.

    Args:
        boards: from `standings.boards`.
        language: the page's.
        names: what members are called, by login in small letters; a login stands for itself.
        titles: of assignments in this language, by id; an id stands for itself.
    """
    words = catalogue(language)
    parts = [f"# {words.say('boards.title')}", words.say("boards.lead")]
    for board in boards:
        title = (titles or {}).get(board.assignment, board.assignment)
        parts.append(f"## {escape.text(title) if title else words.say('boards.all')}")
        if board.standings:
            parts.append(_table(words, board, names or {}))
        else:
            parts.append(words.say("boards.empty"))
    return "\n\n".join(parts) + "\n"


def _table(words: Catalogue, board: Board, names: Mapping[str, str]) -> str:
    last = "boards.attempts" if board.assignment else "boards.assignments"
    heads = [words.say(f"boards.{each}") for each in ("rank", "member", "score")]
    rows = [_row(words, board, standing, names) for standing in board.standings]
    return grid([*heads, words.say(last)], rows, "--:|---|--:|--:")


def _row(words: Catalogue, board: Board, standing: Standing, names: Mapping[str, str]) -> list[str]:
    name = names.get(standing.login.lower(), "")
    login = escape.code(standing.login)
    late = f" ({words.say('boards.late')})" if standing.late else ""
    count = standing.results[0].attempts if board.assignment else len(standing.results)
    return [
        str(standing.rank),
        f"{escape.text(name, limit=60)} {login}" if name else login,
        f"{spoken(standing.score)} / {spoken(standing.max_score)}{late}",
        str(count),
    ]
