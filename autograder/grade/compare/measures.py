"""Diagnosing one column whose values differ in rows that belong together.

Each small diagnosis looks at the differing pairs of one numeric column and either knows the reason
or passes; the first reason is told. It must not know words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grade.compare import times
from autograder.grade.compare.cells import cell
from autograder.grade.compare.close_columns import Floats, Indices, close_arrays
from autograder.grade.compare.closeness import DEFAULT_TOLERANCE
from autograder.grade.compare.columns import shown_names
from autograder.grade.compare.examples import Rows
from autograder.grade.compare.prepare import Column, folded_codes
from autograder.grade.compare.values import EXACT_FLOAT, NEARLY, UNIT_FACTORS, tidy
from autograder.models import Finding

_MOST = 0.95
_MIN_ROWS = 3


@dataclass(frozen=True, eq=False)
class Pairs:
    """The differing pairs of one numeric column, none of them missing.

    Attributes:
        got, asked: float64 arrays of shape `(n,)`, n at least 1.
        total: number of all pairs, differing or not.
        column: where they are from.
        tolerance: as asked, at least the default.
    """

    got: Floats
    asked: Floats
    total: int
    column: Column
    tolerance: float

    @property
    def is_whole(self) -> bool:
        """True if every value is a whole number."""
        both = np.concatenate([self.got, self.asked])
        return bool(np.all(np.isfinite(both)) and np.all(both % 1 == 0))


Reason = tuple[str, dict[str, Any]]


def diagnose_column(rows: Rows, column: Column) -> list[Finding]:
    """Returns what is wrong with the values of one column in paired rows, if anything."""
    aligned = rows.aligned
    places = aligned.differing(column)
    if len(places) == 0:
        return []
    no_got = column.nulls[0][aligned.at[places]]
    no_asked = column.nulls[1][aligned.of[places]]
    findings = [
        Finding(code, rows.pairs(column, chosen), reveals=True)
        for code, chosen in (
            ("frame.unexpected_nulls", places[no_got]),
            ("frame.missing_nulls", places[no_asked]),
        )
        if len(chosen)
    ]
    both = places[~no_got & ~no_asked]
    if len(both):
        findings.append(_diagnose_values(rows, column, both))
    return findings


def _diagnose_values(rows: Rows, column: Column, places: Indices) -> Finding:
    code = "frame.values_differ"
    more: dict[str, Any] = {}
    if column.kind == "number":
        code, more = _reason(rows, column, places)
        where = _only_where(rows, places) if code in _VAGUE else None
        if where:
            code, more = "frame.only_where", where
    elif column.kind == "text":
        code = text_reason(column, rows.aligned.at[places], rows.aligned.of[places])
    elif column.kind == "time":
        slip = times.differing_times(rows, column, places)
        if slip:
            return slip
    return Finding(code, {**rows.pairs(column, places), **more}, reveals=True)


_VAGUE = frozenset({"frame.values_differ", "frame.all_lower", "frame.all_higher"})
_MAX_GROUPS = 10


def _only_where(rows: Rows, places: Indices) -> dict[str, Any] | None:
    """Finds the text column whose value alone tells which rows differ, and those values."""
    aligned = rows.aligned
    wrong = np.zeros(len(aligned.of), dtype=np.bool_)
    wrong[places] = True
    for column in aligned.columns:
        if column.kind != "text" or len(aligned.differing(column)):
            continue
        values = column.actual[aligned.at]
        groups = np.unique(values[wrong])
        few = 2 * len(groups) <= len(places) and len(groups) <= _MAX_GROUPS and groups[0] >= 0
        if few and not wrong.all() and not np.isin(values[~wrong], groups).any():
            names = [cell(column.texts[int(group)].as_py()) for group in groups]
            return {"where": shown_names([column.name])[0], "values": names}
    return None


def text_reason(column: Column, at: Indices, of: Indices) -> str:
    """Returns the code for texts that differ only in form, else the general one."""
    for code, is_spaced in (("frame.text_space", False), ("frame.text_case", True)):
        folded = folded_codes(column.texts, case=is_spaced, space=True)
        if np.all(folded[column.actual[at]] == folded[column.expected[of]]):
            return code
    return "frame.values_differ"


def _reason(rows: Rows, column: Column, places: Indices) -> Reason:
    aligned = rows.aligned
    pairs = Pairs(
        column.actual[aligned.at[places]].astype(np.float64),
        column.expected[aligned.of[places]].astype(np.float64),
        len(aligned.of),
        column,
        max(aligned.tolerance, DEFAULT_TOLERANCE),
    )
    if not (np.all(np.isfinite(pairs.got)) and np.all(np.isfinite(pairs.asked))):
        return "frame.values_differ", {}
    reasons = (diagnose(pairs) for diagnose in _DIAGNOSES)
    return next((reason for reason in reasons if reason), ("frame.values_differ", {}))


def _sign(pairs: Pairs) -> Reason | None:
    flipped = close_arrays(-pairs.got, pairs.asked, pairs.tolerance)
    return ("frame.sign", {}) if flipped.mean() >= _MOST else None


def _factor(pairs: Pairs) -> Reason | None:
    usable = (pairs.asked != 0) & (pairs.got != 0)
    if usable.mean() < _MOST:
        return None
    ratios = pairs.got[usable] / pairs.asked[usable]
    factor = _nice(float(np.median(ratios)))
    # Two or three times as much is a row counted twice, not a unit.
    is_repeat = 1 < factor < 10 and factor == int(factor)
    enough = len(ratios) >= _MIN_ROWS or (factor in _UNITS and len(ratios) == pairs.total)
    if not enough or is_repeat or abs(factor - 1) < 0.01:
        return None
    same = close_arrays(ratios, np.full(len(ratios), factor), max(pairs.tolerance, 1e-6))
    return ("frame.factor", {"factor": tidy(factor)}) if same.mean() >= _MOST else None


_UNITS = frozenset({*UNIT_FACTORS, *(1 / factor for factor in UNIT_FACTORS)})


def _nice(factor: float) -> float:
    near = [unit for unit in sorted(_UNITS) if abs(factor / unit - 1) < 1e-6]
    return near[0] if near else float(f"{factor:.6g}")


def _rounded(pairs: Pairs) -> Reason | None:
    if max(np.abs(pairs.got).max(), np.abs(pairs.asked).max()) > EXACT_FLOAT:
        return None
    for digits in range(7):
        for rounding in (np.round(pairs.asked, digits), _cut(pairs.asked, digits)):
            if np.all(close_arrays(pairs.got, rounding, DEFAULT_TOLERANCE)):
                return "frame.rounded", {"digits": digits}
        if len(pairs.got) > 1 and np.all(
            close_arrays(np.round(pairs.got, digits), pairs.asked, DEFAULT_TOLERANCE)
        ):
            return "frame.not_rounded", {"digits": digits}
    return None


def _cut(values: Floats, digits: int) -> Floats:
    return np.asarray(np.trunc(values * 10**digits) / 10**digits)


def _rank(pairs: Pairs) -> Reason | None:
    ranks = pairs.is_whole and times.looks_like_rank(pairs.column)
    constant = len(np.unique(pairs.got - pairs.asked)) == 1 and len(pairs.got) == pairs.total
    return ("frame.rank_ties", {}) if ranks and not constant else None


def _off_by_one(pairs: Pairs) -> Reason | None:
    steps = np.unique(pairs.got - pairs.asked)
    is_it = pairs.is_whole and len(steps) == 1 and abs(steps[0]) == 1
    return ("frame.off_by_one", {}) if is_it else None


def _nearly(pairs: Pairs) -> Reason | None:
    # Small whole numbers are counts: off by one in a thousand is a wrong count.
    if pairs.is_whole and np.abs(pairs.asked).max() < 1 / NEARLY:
        return None
    near = np.abs(pairs.got - pairs.asked) <= NEARLY * np.abs(pairs.asked)
    return ("frame.nearly", {}) if np.all(near) else None


def _one_sided(pairs: Pairs) -> Reason | None:
    if len(pairs.got) < _MIN_ROWS or np.any(pairs.asked < 0) or np.any(pairs.got < 0):
        return None
    if np.all(pairs.got < pairs.asked):
        return "frame.all_lower", {}
    return ("frame.all_higher", {}) if np.all(pairs.got > pairs.asked) else None


_DIAGNOSES: tuple[Callable[[Pairs], Reason | None], ...] = (
    _sign,
    _factor,
    _rounded,
    _rank,
    _off_by_one,
    _nearly,
    _one_sided,
)
