"""Diagnosing rows that are missing, too many or repeated, and a wrong order.

Each function takes aligned rows and returns a finding or None. It must not know words.
"""

from __future__ import annotations

import numpy as np

from autograder.grade.compare.align import Alignment
from autograder.grade.compare.cells import cell
from autograder.grade.compare.close_columns import Indices
from autograder.grade.compare.columns import shown_names
from autograder.grade.compare.examples import MAX_EXAMPLES, Rows
from autograder.grade.compare.prepare import NULL, Column, folded_codes, row_codes, same_values
from autograder.models import Finding

_MOST = 0.9
_MAX_CATEGORIES = 20
_ROUND_COUNTS = frozenset({1, 3, 5, 10, 15, 20, 25, 30, 50, 100, 200, 500, 1000, 10_000})


def repeated_rows(rows: Rows) -> Finding | None:
    """Rows that occur again: the very same row, or another row with the same key."""
    aligned = rows.aligned
    extra = aligned.repeated
    if len(extra) == 0:
        return None
    shown = rows.ours(extra)
    codes = aligned.codes[0]
    if _are_copies(aligned, extra):
        return Finding("frame.duplicate_rows", {"count": len(extra), **shown})
    found, times = np.unique(codes[np.isin(codes, codes[extra])], return_counts=True)
    keys = shown_names([column.name for column in aligned.identity])
    params = {"keys": keys, "count": len(found), "times": int(times.max())}
    return Finding("frame.fan_out", {**params, **shown})


def _are_copies(aligned: Alignment, extra: Indices) -> bool:
    """Tells whether every repeating row equals the row that stands for its key, in all columns."""
    codes = aligned.codes[0]
    by_code = np.argsort(codes[aligned.at], kind="stable")
    twins = aligned.at[by_code][np.searchsorted(codes[aligned.at][by_code], codes[extra])]
    return all(
        bool(np.all(column.actual[twins] == column.actual[extra]))
        or bool(np.all(_same_or_null(column, twins, extra)))
        for column in aligned.measures
    )


def _same_or_null(column: Column, left: Indices, right: Indices) -> Indices:
    values, nulls = column.actual, column.nulls[0]
    return np.asarray((values[left] == values[right]) | (nulls[left] & nulls[right]))


def unmatched_rows(rows: Rows) -> list[Finding]:
    """Rows that are missing or too many, with the reason where one can be seen."""
    aligned = rows.aligned
    missing, extra = len(aligned.missing), len(aligned.extra)
    if not missing and not extra:
        return []
    form = _text_form(rows)
    if form:
        return [form]
    reasons = [_inner_join(rows) or _only_first(rows), _outer_join(rows)]
    told = [reason for reason in reasons if reason]
    if told:
        return told
    if missing and extra:
        params = {"missing": missing, "extra": extra, **rows.ours(aligned.extra)}
        shown = rows.theirs(aligned.missing)
        return [Finding("frame.different_rows", {**params, **shown}, reveals=True)]
    if missing:
        params = {"missing": missing, "rows": aligned.rows[0], **rows.theirs(aligned.missing)}
        return [Finding("frame.missing_rows", params, reveals=True)]
    return [Finding("frame.extra_rows", {"extra": extra, **rows.ours(aligned.extra)})]


def _text_form(rows: Rows) -> Finding | None:
    """Rows that would meet if case or white space of one text column did not count."""
    aligned = rows.aligned
    if not len(aligned.missing) or not len(aligned.extra):
        return None
    for column in aligned.columns:
        if column.kind != "text" or len(column.texts) == 0:
            continue
        by = aligned.identity if column in aligned.identity else aligned.columns
        for code, is_case in (("frame.text_space", False), ("frame.text_case", True)):
            found = _meeting(aligned, column, by, is_case)
            if len(found) >= max(1, _MOST * min(len(aligned.missing), len(aligned.extra))):
                params = {**rows.ours(found), "column": shown_names([column.name])[0]}
                params["examples"] = [{"key": one["key"]} for one in params["examples"]]
                return Finding(code, {**params, "count": len(found), "total": aligned.rows[0]})
    return None


def _meeting(aligned: Alignment, column: Column, by: tuple[Column, ...], is_case: bool) -> Indices:
    """Returns the extra rows whose folded twin is among the missing ones."""
    folded = folded_codes(column.texts, case=is_case, space=True)
    # A missing value has no place in the dictionary, so it is looked up at 0 and put back.
    sides = [
        np.where(v == NULL, NULL, folded[np.maximum(v, 0)])
        for v in (column.actual, column.expected)
    ]
    loose = Column(column.name, column.kind, sides[0], sides[1])
    columns = [loose if one is column else one for one in by]
    ours, theirs = row_codes(columns, aligned.rows, aligned.tolerance)
    plain, asked = row_codes(by, aligned.rows, aligned.tolerance)
    hits = np.isin(ours[aligned.extra], theirs[aligned.missing])
    hits &= ~np.isin(plain[aligned.extra], asked[aligned.missing])
    return aligned.extra[hits]


def _inner_join(rows: Rows) -> Finding | None:
    """Missing rows that are just those without a partner: a value, or a whole side, is gone."""
    aligned = rows.aligned
    missing = aligned.missing
    if len(missing) == 0 or len(aligned.extra) > 0.1 * len(missing) or aligned.rows[0] == 0:
        return None
    found = [_gone_values(aligned, column) for column in aligned.columns]
    gone = [(len(v), k, v) for k, v in enumerate(found) if v is not None]
    if gone:
        _, place, values = min(gone, key=lambda one: one[:2])
        return _inner_finding(rows, aligned.columns[place], values)
    for column in aligned.measures:
        nulls = column.nulls[1]
        if nulls[missing].all() and 2 * nulls[aligned.of].sum() < max(1, len(aligned.of)):
            return _inner_finding(rows, column, missing[:1])
    return None


def _inner_finding(rows: Rows, column: Column, samples: Indices) -> Finding:
    names = [cell(rows.expected.column(column.name)[row].as_py()) for row in samples.tolist()]
    params = {
        "column": shown_names([column.name])[0],
        "missing": len(rows.aligned.missing),
        "expected_values": sorted(names)[:MAX_EXAMPLES],
    }
    shown = rows.theirs(rows.aligned.missing)
    return Finding("frame.inner_join", {**params, **shown}, reveals=True)


def _gone_values(aligned: Alignment, column: Column) -> Indices | None:
    """Returns a missing row for each value of a category of which not one row arrived.

    None unless all missing rows are explained so: by few values, each of several rows on average.
    """
    if column.is_float or column.kind == "time":
        return None
    values, first = np.unique(column.expected[aligned.missing], return_index=True)
    few = len(values) <= _MAX_CATEGORIES and 2 * len(values) <= len(aligned.missing)
    others = np.setdiff1d(np.unique(column.expected), values)
    if not few or len(others) == 0 or np.isin(values, column.actual).any():
        return None
    return aligned.missing[first]


def _outer_join(rows: Rows) -> Finding | None:
    """Extra rows that are empty where no row should be: kept without a partner."""
    aligned = rows.aligned
    extra = aligned.extra
    if len(extra) == 0 or aligned.rows[1] == 0:
        return None
    empty = [
        column.name
        for column in aligned.columns
        if column.nulls[0][extra].mean() >= _MOST and column.nulls[1].mean() < 1 - _MOST
    ]
    if not empty:
        return None
    params = {"extra": len(extra), "columns": shown_names(empty)}
    return Finding("frame.outer_join", {**params, **rows.ours(extra)})


def _only_first(rows: Rows) -> Finding | None:
    """A head of the answer: as many rows as one shows, or the first part as it should be."""
    aligned = rows.aligned
    have, wanted = aligned.rows
    if len(aligned.extra) or len(aligned.repeated) or not 0 < 1.2 * have <= wanted:
        return None
    is_head = 2 * have <= wanted and np.array_equal(np.sort(aligned.of), np.arange(have))
    if have not in _ROUND_COUNTS and not is_head:
        return None
    return Finding("frame.only_first_rows", {"rows": have, "missing": len(aligned.missing)})


def wrong_order(rows: Rows) -> Finding | None:
    """The same rows in another order than asked for; None if the order is right."""
    aligned = rows.aligned
    count = aligned.rows[0]
    straight = np.arange(count)
    wrong = np.flatnonzero(~_same_rows(aligned, straight, straight))
    if len(wrong) == 0:
        return None
    if count > 1 and _same_rows(aligned, straight, straight[::-1]).all():
        return Finding("frame.reversed")
    position = int(wrong[0])
    shown = rows.ours(np.array([position], dtype=np.int64))
    return Finding("frame.wrong_order", {"position": position + 1, **shown})


def _same_rows(aligned: Alignment, at: Indices, of: Indices) -> Indices:
    same = np.ones(len(at), dtype=np.bool_)
    for column in aligned.columns:
        same &= same_values(column, at, of, aligned.tolerance)
    return np.asarray(same)
