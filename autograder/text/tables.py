"""Markdown tables: the grid itself, and the rows that a finding gives as examples.

Every value of a submission is a code span that it cannot leave. It must not know reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.models import JSON, Finding
from autograder.text import escape
from autograder.text.catalogue import Catalogue

_CELL = 60


def examples(words: Catalogue, finding: Finding) -> list[str]:
    """Returns the tables of a finding: rows that differ, and rows that are missing."""
    params = finding.params
    tables: list[str] = []
    rows = [row for row in _items(params.get("examples")) if isinstance(row, dict)]
    if params.get("key_columns") and rows:
        tables.append(_differing(words, finding, rows))
    columns = _strings(params.get("expected_columns"))
    missing = [_strings(row) for row in _items(params.get("expected"))]
    if columns and missing:
        table = grid(_codes(columns), [_codes(row) for row in missing])
        tables.append(f"{words.say('report.missing_examples')}\n\n{table}")
    return tables


def _differing(words: Catalogue, finding: Finding, rows: list[dict[str, JSON]]) -> str:
    """Returns the table of rows that differ: key, own value and, where shown, the right one."""
    params = finding.params
    heads = _codes(_strings(params.get("key_columns")))
    cells = [_codes(_strings(row.get("key"))) for row in rows]
    if all("got" in row for row in rows):
        column = escape.code(str(params["column"]), limit=_CELL) if params.get("column") else ""
        heads.append(f"{column} · {words.say('report.got')}" if column else words.say("report.got"))
        for line, row in zip(cells, rows, strict=True):
            line += _codes([str(row["got"])])
        right = _strings(params.get("expected"))
        if finding.reveals and len(right) == len(rows):
            heads.append(words.say("report.expected"))
            for line, value in zip(cells, right, strict=True):
                line += _codes([value])
    return f"{words.say('report.examples')}\n\n{grid(heads, cells)}"


def grid(heads: Sequence[str], rows: Sequence[Sequence[str]], rule: str = "") -> str:
    """Returns a Markdown table; its cells are escaped already."""
    line = rule or "|".join(["---"] * len(heads))
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{line}|", *body])


def _codes(values: Iterable[str]) -> list[str]:
    return [escape.code(value, limit=_CELL) for value in values]


def _items(value: JSON) -> list[JSON]:
    return value[:20] if isinstance(value, list) else []


def _strings(value: JSON) -> list[str]:
    return [str(item)[:1000] for item in _items(value)]
