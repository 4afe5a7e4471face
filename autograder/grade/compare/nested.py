"""Comparing lists and dicts of plain values, nested to any depth the bundle lets through.

A tuple counts as a list, a set as a list in sorted order. Dict keys are compared in Unicode NFC
and never by position. It must not know tables, submissions or words people read.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from autograder.grade.compare.cells import cell, type_name
from autograder.grade.compare.closeness import DEFAULT_TOLERANCE
from autograder.grade.compare.values import (
    as_float,
    compare_scalars,
    composed,
    is_number,
    same,
)
from autograder.models import Finding, Order

MAX_DEPTH = 60
MAX_EXAMPLES = 5
_GREEDY_LIMIT = 400


def compare_lists(
    actual: Collection[Any],
    expected: Collection[Any],
    *,
    order: Order = "any",
    tolerance: float = DEFAULT_TOLERANCE,
) -> list[Finding]:
    """Compares two lists of plain values; `any` order compares them as multisets."""
    left, right = list(_listed(actual)), list(_listed(expected))
    if _same_in_order(left, right, tolerance):
        return []
    if not left:
        return [Finding("list.empty")]
    unmatched, missing = _leftovers(left, right, tolerance)
    if not unmatched and not missing:
        return [] if order == "any" else [_order_finding(left, right, tolerance)]
    return _diagnose_list(left, right, unmatched, missing, order, tolerance)


def same_items(actual: Collection[Any], expected: Collection[Any], tolerance: float) -> bool:
    """Tells whether two lists hold the same plain values, in whatever order."""
    left, right = list(_listed(actual)), list(_listed(expected))
    if _same_in_order(left, right, tolerance):
        return True
    unmatched, missing = _leftovers(left, right, tolerance)
    return not unmatched and not missing


def same_plain(actual: Any, expected: Any, tolerance: float, depth: int = 0) -> bool:
    """Tells whether two plain values are the same, lists by position and dicts by key."""
    if depth > MAX_DEPTH:
        return False
    actual, expected = _listed(actual), _listed(expected)
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(
            same_plain(a, e, tolerance, depth + 1) for a, e in zip(actual, expected, strict=True)
        )
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        left, right = _keyed(actual), _keyed(expected)
        return left.keys() == right.keys() and all(
            same_plain(left[key], right[key], tolerance, depth + 1) for key in right
        )
    return same(actual, expected, tolerance)


def compare_plain(actual: Any, expected: Any, *, tolerance: float) -> list[Finding]:
    """Compares two plain values of any shape; lists strictly by position."""
    actual, expected = _listed(actual), _listed(expected)
    if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
        return compare_lists(actual, expected, order="strict", tolerance=tolerance)
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        return compare_dicts(actual, expected, tolerance=tolerance)
    if isinstance(expected, list | tuple | Mapping) or isinstance(actual, list | tuple | Mapping):
        if actual is None:
            return [Finding("scalar.none")]
        return [Finding("scalar.type", {"got": type_name(actual), "asked": type_name(expected)})]
    return compare_scalars(actual, expected, tolerance=tolerance)


def _same_in_order(left: list[Any], right: list[Any], tolerance: float) -> bool:
    return same_plain(left, right, tolerance)


def _leftovers(left: list[Any], right: list[Any], tolerance: float) -> tuple[list[Any], list[Any]]:
    """Returns what remains of each list once equal items are paired off, sorted."""
    ours, theirs = sorted(left, key=_sort_key), sorted(right, key=_sort_key)
    unmatched: list[Any] = []
    missing: list[Any] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if same_plain(ours[i], theirs[j], tolerance):
            i, j = i + 1, j + 1
        elif _sort_key(ours[i]) < _sort_key(theirs[j]):
            unmatched.append(ours[i])
            i += 1
        else:
            missing.append(theirs[j])
            j += 1
    return _pair_off(unmatched + ours[i:], missing + theirs[j:], tolerance)


def _pair_off(
    unmatched: list[Any], missing: list[Any], tolerance: float
) -> tuple[list[Any], list[Any]]:
    """Pairs what sorting could not, as where the noise of one float swapped two rows."""
    if len(unmatched) > _GREEDY_LIMIT or len(missing) > _GREEDY_LIMIT:
        return unmatched, missing
    rest = list(missing)
    alone: list[Any] = []
    for item in unmatched:
        place = next(
            (k for k, other in enumerate(rest) if same_plain(item, other, tolerance)),
            -1,
        )
        if place < 0:
            alone.append(item)
        else:
            rest.pop(place)
    return alone, rest


def _listed(value: Any) -> Any:
    """Returns a set as a sorted list and everything else as it is."""
    return sorted(value, key=_sort_key) if isinstance(value, set | frozenset) else value


def _sort_key(value: Any, depth: int = 0) -> tuple[int, float, str]:
    value = _listed(value)
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, bool):
        return (1, float(value), "")
    if is_number(value):
        number = as_float(value)
        return (3, 0.0, "") if math.isnan(number) else (2, number, "")
    if isinstance(value, str):
        return (4, 0.0, composed(value))
    if isinstance(value, list | tuple):
        inner = repr([_sort_key(item, depth + 1) for item in value]) if depth < MAX_DEPTH else ""
        return (6, float(len(value)), inner)
    if isinstance(value, Mapping):
        inner = ""
        if depth < MAX_DEPTH:
            keyed = sorted(_keyed(value).items(), key=lambda pair: pair[0])
            inner = repr([(key, _sort_key(item, depth + 1)) for key, item in keyed])
        return (7, float(len(value)), inner)
    return (5, 0.0, str(value))


def _order_finding(left: list[Any], right: list[Any], tolerance: float) -> Finding:
    if _same_in_order(left[::-1], right, tolerance):
        return Finding("list.reversed")
    place = next(
        k
        for k, (a, e) in enumerate(zip(left, right, strict=True))
        if not same_plain(a, e, tolerance)
    )
    return Finding("list.wrong_order", {"position": place + 1})


def _diagnose_list(
    left: list[Any],
    right: list[Any],
    unmatched: list[Any],
    missing: list[Any],
    order: Order,
    tolerance: float,
) -> list[Finding]:
    findings: list[Finding] = []
    if len(left) < len(right):
        short = {"missing": len(right) - len(left), "count": len(left)}
        findings.append(Finding("list.too_short", short))
    elif len(left) > len(right):
        repeated = _repeated(left, right)
        if repeated:
            params = {
                "count": len(repeated),
                "examples": [cell(v) for v in repeated[:MAX_EXAMPLES]],
            }
            findings.append(Finding("list.duplicates", params))
        long = {"extra": len(left) - len(right), "count": len(left)}
        findings.append(Finding("list.too_long", long))
    elif order == "strict":
        return _first_difference(left, right, tolerance)
    if len(unmatched) == 1 and len(missing) == 1:
        findings += compare_plain(unmatched[0], missing[0], tolerance=tolerance)
    elif unmatched:
        findings.append(_items(unmatched, missing))
    return findings


def _items(unmatched: list[Any], missing: list[Any]) -> Finding:
    params = {
        "count": len(unmatched),
        "examples": [cell(item) for item in unmatched[:MAX_EXAMPLES]],
        "expected": [cell(item) for item in missing[:MAX_EXAMPLES]],
    }
    return Finding("list.items", params, reveals=True)


def _first_difference(left: list[Any], right: list[Any], tolerance: float) -> list[Finding]:
    for place, (a, e) in enumerate(zip(left, right, strict=True)):
        if not same_plain(a, e, tolerance):
            params = {"position": place + 1, "got": cell(a), "expected": cell(e)}
            where = Finding("list.item", params, reveals=True)
            return [where, *_useful(compare_plain(a, e, tolerance=tolerance))]
    return []


def _useful(findings: list[Finding]) -> list[Finding]:
    """Drops the finding that only repeats got and expected."""
    return [finding for finding in findings[:1] if finding.code != "scalar.differs"]


def _repeated(left: list[Any], right: list[Any]) -> list[Any]:
    """Returns the items that occur more often than they should and are right otherwise, sorted."""
    ours = Counter(_sort_key(item) for item in left)
    theirs = Counter(_sort_key(item) for item in right)
    samples = {_sort_key(item): item for item in left}
    keys = sorted(key for key, times in ours.items() if 0 < theirs[key] < times)
    return [samples[key] for key in keys]


def compare_dicts(
    actual: Mapping[Any, Any],
    expected: Mapping[Any, Any],
    *,
    tolerance: float = DEFAULT_TOLERANCE,
) -> list[Finding]:
    """Compares two dicts of plain values by key; most useful finding first."""
    left, right = _keyed(actual), _keyed(expected)
    if not left and right:
        return [Finding("dict.empty")]
    missing = sorted(right.keys() - left.keys())
    extra = sorted(left.keys() - right.keys())
    findings = _near_keys(missing, extra)
    if missing and not findings:
        params = {
            "count": len(missing),
            "expected": [cell(key) for key in missing[:MAX_EXAMPLES]],
        }
        findings.append(Finding("dict.missing_keys", params, reveals=True))
    if extra and (not findings or findings[0].code != "dict.near_key"):
        keys = {
            "count": len(extra),
            "keys": [cell(key) for key in extra[:MAX_EXAMPLES]],
        }
        findings.append(Finding("dict.extra_keys", keys))
    wrong = [
        k
        for k in sorted(left.keys() & right.keys())
        if not same_plain(left[k], right[k], tolerance)
    ]
    if wrong:
        key = wrong[0]
        told = {"key": cell(key), "got": cell(left[key]), "expected": cell(right[key])}
        findings.append(Finding("dict.value", told, reveals=True))
        findings += _useful(compare_plain(left[key], right[key], tolerance=tolerance))
    return findings


def _near_keys(missing: list[str], extra: list[str]) -> list[Finding]:
    # Here, since telling whether values are the same must do without a library.
    from autograder.grade.compare.names import nearest

    pairs = ((name, nearest(name, extra)) for name in missing)
    return [
        Finding("dict.near_key", {"got": cell(got), "expected": cell(name)}, reveals=True)
        for name, got in pairs
        if got is not None
    ]


def _keyed(table: Mapping[Any, Any]) -> dict[str, Any]:
    """Returns the dict with text keys in NFC: JSON has no others, so 1 and "1" are one key."""
    return {composed(cell(key, limit=10_000)): value for key, value in table.items()}
