"""Asks SQLite a question about small tables: in the page, and while the site is built.

Each question has a database of its own in memory, so that nothing it changes stays. What SQLite
refuses is said in words a beginner can use.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from difflib import get_close_matches
from typing import Any

from autograder.models import Language
from autograder.text.catalogue import catalogue

MAX_ROWS = 200
MAX_COLUMNS = 40
MAX_CELL = 300
MAX_BYTES = 1_000_000
"""The longest text or blob that a question may make."""
SECONDS = 5.0
_STEPS = 10_000
Tables = Mapping[str, Mapping[str, Any]]
"""By name: `{"columns": [...], "rows": [[...], ...]}`."""
_SAYINGS = (
    ("no_table", re.compile(r"no such table: (?P<name>.+)")),
    ("no_column", re.compile(r"no such column: (?P<name>.+)")),
    ("no_function", re.compile(r"no such function: (?P<name>.+)")),
    ("ambiguous", re.compile(r"ambiguous column name: (?P<name>.+)")),
    ("aggregate", re.compile(r"misuse of (?:aggregate|window)(?: function)?:? (?P<name>.+)")),
    ("syntax", re.compile(r'near "(?P<name>.+)": syntax error')),
    ("unfinished", re.compile(r"incomplete input|unrecognized token")),
    ("several", re.compile(r"one statement at a time")),
    ("late", re.compile(r"interrupted")),
)


class Refused(ValueError):
    """SQLite did not answer.

    Attributes:
        code: which sentence under `sql.` in the catalogues says so.
        name: what it is about.
        near: the table or column that was probably meant; may be empty.
    """

    def __init__(self, code: str, name: str, near: str = "") -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.name = name
        self.near = near


def ask(tables: Tables, query: str, seconds: float = SECONDS) -> tuple[list[str], list[list[Any]]]:
    """The columns and rows of one statement's answer; no columns where it gives none.

    Returns:
        At most `MAX_ROWS` + 1 rows of plain cells: None, numbers, texts.

    Raises:
        Refused: SQLite did not answer within the time, or at all.
    """
    with closing(sqlite3.connect(":memory:")) as base:
        _fill(base, tables)
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        ends = time.monotonic() + seconds
        base.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
        try:
            found = base.execute(query)
            columns = [str(each[0]) for each in found.description or ()]
            rows = found.fetchmany(MAX_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise _refused(str(error), tables) from error
    return columns[:MAX_COLUMNS], [[_cell(each) for each in row[:MAX_COLUMNS]] for row in rows]


def answer(tables: str, query: str, language: Language) -> str:
    """The same for the page, as JSON: `{"columns", "rows", "more"}` or `{"message", "next"}`."""
    try:
        columns, rows = ask(json.loads(tables), query)
    except Refused as error:
        message, step = told(error, language)
        return json.dumps({"message": message, "next": step}, ensure_ascii=True)
    shown = {"columns": columns, "rows": rows[:MAX_ROWS], "more": len(rows) > MAX_ROWS}
    return json.dumps(shown, ensure_ascii=True)


def told(error: Refused, language: Language) -> tuple[str, str]:
    """What happened, and what to do next."""
    words = catalogue(language)
    message = words.say(f"sql.{error.code}", name=error.name)
    if error.near:
        return message, words.say("sql.near", near=error.near)
    return message, words.say(f"sql.{error.code}.next")


def _fill(base: sqlite3.Connection, tables: Tables) -> None:
    for name, table in tables.items():
        columns = table["columns"]
        base.execute(f"CREATE TABLE {_quoted(name)} ({', '.join(map(_quoted, columns))})")
        places = ", ".join("?" * len(columns))
        base.executemany(f"INSERT INTO {_quoted(name)} VALUES ({places})", table["rows"])  # noqa: S608 - quoted, and in memory
    base.commit()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(value: Any) -> Any:
    """A cell as JSON can hold it and a table can show it."""
    if isinstance(value, bytes):
        value = f"x'{value[:MAX_CELL].hex()}'"
    if isinstance(value, str) and len(value) > MAX_CELL:
        return value[: MAX_CELL - 1] + "…"
    if isinstance(value, float | int) and not abs(value) < 2**53:
        return str(value)  # JavaScript has no such number
    return value


def _refused(said: str, tables: Tables) -> Refused:
    for code, pattern in _SAYINGS:
        if found := pattern.search(said):
            name = found.groupdict().get("name") or ""
            return Refused(code, name[:80], _near(code, name, tables))
    return Refused("other", said[:200])


def _near(code: str, name: str, tables: Tables) -> str:
    known: Iterable[str] = ()
    if code == "no_table":
        known = tables
    elif code == "no_column":
        known = {str(each) for table in tables.values() for each in table["columns"]}
    near = get_close_matches(name.rpartition(".")[2], sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""
