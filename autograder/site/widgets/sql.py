"""SQL in a lesson: a fence whose answer stands below it, and which a reader can change and run.

    ```sql-run tables="club"
    SELECT person FROM club_people
    ```

The tables are a set of `curriculum/tables.toml`:

    [club.club_people]
    columns = ["club", "person"]
    rows.ko = [["가", "하린"]]     # or rows = [...] where both languages have the same
    rows.en = [["A", "Harin"]]

The answer is made while the site is built, so that the page says it without scripts, and a query
that SQLite refuses stops the build.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mkdocs.exceptions import BuildError
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SqlLexer
from pymdownx.superfences import SuperFencesException

from autograder import paths
from autograder.models import Language
from autograder.site.inpage import tables as inpage
from autograder.site.widgets import place
from autograder.site.widgets.fences import fences
from autograder.site.widgets.run import embedded
from autograder.text.catalogue import catalogue

NAME = "sql-run"
FILE = "curriculum/tables.toml"
_KINDS = (str, int, float)


class SqlError(ValueError):
    """A fence that cannot be shown: what is wrong, and the fix, on one line."""


class Unshowable(SuperFencesException, BuildError):  # type: ignore[misc]
    """The same, for those who stop: superfences lets it through, and MkDocs says it in one line."""


def validate(
    _language: str, inputs: dict[str, str], options: dict[str, Any], *_rest: object
) -> bool:
    """Superfences asks which words after the fence's name are options: all, that none be lost."""
    options.update(inputs)
    return True


def fence(
    source: str, _name: str, _class: str, options: Mapping[str, str], md: Any, **_rest: Any
) -> str:
    """The formatter that mkdocs.yml names for the fence `sql-run`.

    Raises:
        Unshowable: file, line, fault and fix.
    """
    path = place.source(md)
    language = place.language(path)
    try:
        if set(options) != {"tables"}:
            raise SqlError('a sql-run fence has no tables; write ```sql-run tables="…"')
        tables = table_set(paths.root() / FILE, options["tables"], language)
        return render(source.strip(), tables, language)
    except SqlError as error:
        raise Unshowable(f"curriculum/{_place(path, source)}: {error}") from error


def table_set(file: Path, name: str, language: Language) -> inpage.Tables:
    """The tables of one set in one language.

    Raises:
        SqlError: the file, the set or a table in it is not right.
    """
    try:
        sets = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SqlError(f"{FILE} cannot be read: {error}; mend it") from error
    found = sets.get(name)
    if not isinstance(found, dict) or not found:
        known = ", ".join(sorted(sets)) or "none yet"
        raise SqlError(f"no tables {name!r} in {FILE}; use one of: {known}")
    return {table: _table(f"{name}.{table}", body, language) for table, body in found.items()}


def _table(name: str, body: Any, language: Language) -> Mapping[str, Any]:
    columns = body.get("columns") if isinstance(body, dict) else None
    rows = body.get("rows") if isinstance(body, dict) else None
    rows = rows.get(language) if isinstance(rows, dict) else rows
    fits = isinstance(columns, list) and all(isinstance(each, str) for each in columns)
    if not (fits and columns and len({each.lower() for each in columns}) == len(columns)):
        raise SqlError(f"{FILE}: {name} has no columns; write columns = [names]")
    if not isinstance(rows, list):
        raise SqlError(f"{FILE}: {name} has no rows in {language}; write rows.{language} = [[…]]")
    for number, row in enumerate(rows, 1):
        right = isinstance(row, list) and len(row) == len(columns)
        if not (right and all(isinstance(cell, _KINDS) for cell in row)):
            raise SqlError(
                f"{FILE}: row {number} of {name} is not {len(columns)} texts or numbers; mend it"
            )
    # An empty text is what TOML has for nothing.
    return {"columns": columns, "rows": [[c if c != "" else None for c in row] for row in rows]}


def render(query: str, tables: inpage.Tables, language: Language) -> str:
    """The query with its answer, and what the page's script needs to run another.

    Raises:
        SqlError: SQLite refuses the query.
    """
    try:
        columns, rows = inpage.ask(tables, query)
    except inpage.Refused as error:
        message, step = inpage.told(error, "en")
        raise SqlError(f"the query does not run: {message} {step}") from error
    words = catalogue(language)
    data = embedded({"language": language, "query": query, "tables": tables})
    shown = highlight(query, SqlLexer(), HtmlFormatter(nowrap=True))
    said = {key: html.escape(words.say(f"run.{key}")) for key in ("query", "answer", "edit")}
    return (
        f'<div class="sql-run">'
        f'<div class="highlight sql-run__query" role="group" aria-label="{said["query"]}">'
        f'<pre tabindex="0"><code>{shown}</code></pre></div>'
        f'<p class="run__begin"><button type="button" class="md-button" disabled>{said["edit"]}'
        f"</button></p>"
        f'<div class="sql-run__answer" role="group" aria-label="{said["answer"]}">'
        f"{grid(columns, rows[: inpage.MAX_ROWS])}</div>"
        f'<script type="application/json">{data}</script></div>'
    )


def grid(columns: list[str], rows: list[list[Any]]) -> str:
    """Rows as a table of HTML; every cell is text."""
    head = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in columns)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return '<td class="sql-run__null">NULL</td>'
    number = ' class="sql-run__number"' if isinstance(value, int | float) else ""
    return f"<td{number}>{html.escape(str(value))}</td>"


def _place(path: str, source: str) -> str:
    """The page and, if it can be found, the line on which the fence opens."""
    try:
        text = (paths.root() / "curriculum" / path).read_text("utf-8")
    except OSError:
        return path
    found = (
        each.line
        for each in fences(text)
        if each.language == NAME and each.body.strip() == source.strip()
    )
    line = next(found, 0)
    return f"{path}:{line}" if line else path
