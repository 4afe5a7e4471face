"""The boards as a page, from the `boards.json` that `pioneers leaderboard` writes, and that file.

Names are whatever people call themselves: they are shown as text, apart from the line around them.
Without any record the page says how the first one comes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from autograder import assignment as assignments
from autograder.errors import ConfigError
from autograder.files import Unreadable, read_regular
from autograder.leaderboard.standings import Board, Standing
from autograder.models import LANGUAGES, Language
from autograder.site.generate import markup
from autograder.site.generated import Generated, Sources
from autograder.text import escape
from autograder.text.catalogue import catalogue

FILE: Final = "boards.json"
_MOST_BYTES: Final = 20 * 2**20
_MEDALS: Final = {1: "🥇", 2: "🥈", 3: "🥉"}


@dataclass(frozen=True)
class _File:
    """The whole file."""

    format_version: Literal[1]
    boards: tuple[Board, ...]


def pages(sources: Sources) -> Iterator[Generated]:
    """The page in each language; and the file beside it, for who draws boards otherwise.

    Raises:
        ConfigError: there is a file and it is not one of boards; the message says where.
    """
    boards: tuple[Board, ...] = ()
    if sources.boards is not None:
        body = _body(sources.boards / FILE)
        boards = read(body, sources.boards / FILE)
        yield Generated(f"boards/{FILE}", body)
    known = {each.id: each.title for each in assignments.load_all()}
    names = {each.login.lower(): each.name for each in sources.cohort.members}
    for language in LANGUAGES:
        titles = {name: title[language] for name, title in known.items()}
        yield Generated(f"{language}/boards/index.md", _text(boards, language, titles, names))


def read(body: bytes, path: Path) -> tuple[Board, ...]:
    """The boards of a file.

    Raises:
        ConfigError: it is something else.
    """
    try:
        file = TypeAdapter(_File).validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        said = escape.clean(first["msg"])
        raise _wrong(path, f"{key}: {said}") from error
    for board in file.boards:
        for standing in board.standings:
            if not (math.isfinite(standing.score) and math.isfinite(standing.max_score)):
                raise _wrong(path, f"a score of {escape.clean(standing.login)!r} is no number")
    return file.boards


def _body(path: Path) -> bytes:
    try:
        return read_regular(path, _MOST_BYTES)
    except FileNotFoundError as error:
        raise _wrong(path, "no such file") from error
    except Unreadable as error:
        raise _wrong(path, str(error)) from error


def _wrong(path: Path, what: str) -> ConfigError:
    return ConfigError(f"{path}: {what}", fix="write it with pioneers leaderboard --out")


def _text(
    boards: tuple[Board, ...], language: Language, titles: dict[str, str], names: dict[str, str]
) -> str:
    words = catalogue(language)
    parts = [f"# {words.say('boards.title')}", words.say("boards.lead")]
    if not any(board.standings for board in boards):
        title = markup.words(language, "board.empty_title")
        parts.append(markup.note("tip", title, markup.words(language, "board.empty")))
        return markup.page(*parts)
    for board in boards:
        title = words.say("boards.all")
        if board.assignment:
            title = escape.page(titles.get(board.assignment, board.assignment))
        parts.append(markup.heading(2, title, _anchor(board, titles)))
        if board.assignment in titles:
            said = markup.words(language, "board.assignment")
            parts.append(f"[{said}](../assignments/{board.assignment}.md)")
        parts.append(_table(board, language, names) or words.say("boards.empty"))
    return markup.page(*parts)


def _anchor(board: Board, titles: dict[str, str]) -> str:
    """The assignment's id; one that is not known could be anything and is left out."""
    return board.assignment if board.assignment in titles else "all"


def _table(board: Board, language: Language, names: dict[str, str]) -> str:
    words = catalogue(language)
    last = "attempts" if board.assignment else "assignments"
    heads = [words.say(f"boards.{each}") for each in ("rank", "member", "score", last)]
    rows = []
    for standing in board.standings:
        count = len(standing.results)
        if board.assignment and standing.results:
            count = standing.results[0].attempts
        late = f" ({words.say('boards.late')})" if standing.late else ""
        score = f"{markup.points(standing.score)} / {markup.points(standing.max_score)}{late}"
        rows.append([_rank(standing), _name(standing, names), score, str(count)])
    return markup.table(heads, rows, "--:|---|--:|--:")


def _rank(standing: Standing) -> str:
    medal = _MEDALS.get(standing.rank, "") if standing.score > 0 else ""
    return f"{medal} {standing.rank}".strip()


def _name(standing: Standing, names: dict[str, str]) -> str:
    """Name and login, each apart from the direction of the line that it stands in."""
    login = f"<bdi>{escape.page_code(standing.login, limit=60)}</bdi>"
    name = names.get(standing.login.lower(), "")
    return f"<bdi>{escape.page(name, limit=60)}</bdi> {login}" if name else login
