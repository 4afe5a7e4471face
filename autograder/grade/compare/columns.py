"""The columns of two tables side by side: names, kinds, and what is wrong with either.

A column is judged by its kind (number, text, time, truth value …), not by its type: Spark, pandas
and Arrow write the same number as int32, int64, double or decimal. It must not know rows.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from autograder.grade.compare.cells import cell
from autograder.grade.compare.names import nearest
from autograder.models import Finding

Kind = Literal["number", "text", "time", "bool", "null", "other"]
_NAME_LIMIT = 100
_MAX_NAMES = 20


def kind_of(kind: pa.DataType) -> Kind:
    """Returns the kind of an Arrow type; a dictionary has the kind of its values."""
    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "time"
    if pa.types.is_boolean(kind):
        return "bool"
    return "null" if pa.types.is_null(kind) else "other"


def everyday_type(kind: pa.DataType) -> str:
    """Returns the type's name as a beginner meets it: `int`, `float`, `string`, `timestamp` …"""
    if pa.types.is_dictionary(kind):
        return everyday_type(kind.value_type)
    tests = (
        (pa.types.is_integer, "int"),
        (pa.types.is_floating, "float"),
        (pa.types.is_decimal, "decimal"),
        (pa.types.is_timestamp, "timestamp"),
        (pa.types.is_date, "date"),
        (pa.types.is_boolean, "bool"),
        (pa.types.is_null, "null"),
    )
    for test, name in tests:
        if test(kind):
            return name
    return "string" if kind_of(kind) == "text" else cell(str(kind), limit=40)


def shown_names(names: list[str]) -> list[str]:
    """Returns column names as they may stand in a finding: cut in length and number."""
    return [cell(name, limit=_NAME_LIMIT) for name in names[:_MAX_NAMES]]


def compare_names(actual: pa.Table, expected: pa.Table) -> list[Finding]:
    """Returns what is wrong with the column names; their order does not matter."""
    repeated = sorted(n for n, times in Counter(actual.column_names).items() if times > 1)
    if repeated:
        return [Finding("frame.duplicate_columns", {"columns": shown_names(repeated)})]
    missing = [n for n in expected.column_names if n not in actual.column_names]
    extra = [n for n in actual.column_names if n not in expected.column_names]
    findings: list[Finding] = []
    for name in list(missing):
        got = nearest(name, extra)
        if got is None:
            continue
        missing.remove(name)
        extra.remove(got)
        column, shown = shown_names([name, got])
        findings.append(Finding("frame.near_column", {"column": column, "got": shown}))
    if missing:
        params = {"columns": shown_names(missing), "have": shown_names(actual.column_names)}
        findings.append(Finding("frame.missing_column", params))
    if extra:
        findings.append(Finding("frame.extra_columns", {"columns": shown_names(extra)}))
    return findings


def compare_kinds(actual: pa.Table, expected: pa.Table) -> list[Finding]:
    """Returns a finding for each column of `expected` whose kind differs in `actual`.

    A column that is empty (all null) on either side fits every kind.
    """
    findings = (
        _compare_kind(name, actual.column(name), expected.column(name))
        for name in expected.column_names
    )
    return [finding for finding in findings if finding]


def _compare_kind(name: str, actual: Any, expected: Any) -> Finding | None:
    got, asked = kind_of(actual.type), kind_of(expected.type)
    if got == asked and (got != "other" or _alike(actual.type, expected.type)):
        return None
    if _is_all_null(actual) or _is_all_null(expected):
        return None
    shown = everyday_type(actual.type)
    params = {"column": shown_names([name])[0], "got": shown}
    if got == "text" and asked == "number":
        return Finding("frame.text_not_number", {**params, "sample": _sample(actual)})
    if got == "text" and asked == "time":
        return Finding("frame.text_not_date", {**params, "sample": _sample(actual)})
    return Finding("frame.column_type", {**params, "asked": everyday_type(expected.type)})


def _alike(actual: pa.DataType, expected: pa.DataType) -> bool:
    """Tells whether two types beside the plain kinds may be compared value by value."""
    return (
        actual.id == expected.id
        or (_is_list(actual) and _is_list(expected))
        or (_is_bytes(actual) and _is_bytes(expected))
        or (pa.types.is_time(actual) and pa.types.is_time(expected))
    )


def _is_list(kind: pa.DataType) -> bool:
    tests = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(test(kind) for test in tests)


def _is_bytes(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _is_all_null(column: Any) -> bool:
    return bool(column.null_count == len(column))


def _sample(column: Any) -> str:
    """Returns the least text of the column that shows why it is no number: one with a letter."""
    # Not every kind of text has the kernels used here.
    plain = column.cast(pa.large_string())
    odd = plain.filter(pc.match_substring_regex(plain, r"[^0-9.\-]"))
    found = pc.min(odd if len(odd) else plain.drop_null()).as_py()
    return cell(found)
