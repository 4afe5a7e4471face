"""Comparing a figure by what can be judged fairly: something of the right kind, with labels.

Pixels are never compared. A figure is a dict such as `{"png": bytes, "axes": [{"title": str,
"xlabel": str, "ylabel": str, "lines": int, "bars": int, "points": int}]}`. It must not know how
figures are captured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.models import JSON, Finding

Axes = Mapping[str, Any]
_KINDS = ("lines", "bars", "points")
_LABELS = ("title", "xlabel", "ylabel")


def compare_figures(actual: Mapping[str, JSON], expected: Mapping[str, JSON]) -> list[Finding]:
    """Checks that each expected chart has one of its kind, labelled wherever it is labelled.

    Each drawn axes of `actual` stands for at most one of `expected`, in order; spare axes are
    allowed.
    """
    asked, drawn = _drawn(expected), _drawn(actual)
    if asked and not drawn:
        return [Finding("figure.nothing_drawn")]
    findings: list[Finding] = []
    if len(drawn) < len(asked):
        findings.append(Finding("figure.fewer_axes", {"got": len(drawn)}))
    free = list(drawn)
    for axes in asked[: len(drawn)]:
        match = next((one for one in free if kind(one) == kind(axes)), None)
        if match is None:
            params = {"got": kind(free[0]), "asked": kind(axes)}
            findings.append(Finding("figure.kind", params))
            continue
        free.remove(match)
        findings += _missing_labels(match, axes)
    return findings


def kind(axes: Axes) -> str:
    """Returns what an axes mostly shows: `line`, `bar`, `scatter`, or `empty`.

    A line drawn over bars or points does not change the kind: it is a trend line.
    """
    counts = {name: _count(axes.get(name)) for name in _KINDS}
    if counts["bars"]:
        return "bar"
    if counts["points"] and not counts["lines"]:
        return "scatter"
    return "line" if counts["lines"] else "empty"


def _drawn(figure: Mapping[str, JSON]) -> list[Axes]:
    axes = figure.get("axes")
    listed = axes if isinstance(axes, list) else []
    return [one for one in listed if isinstance(one, Mapping) and kind(one) != "empty"]


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _missing_labels(actual: Axes, expected: Axes) -> list[Finding]:
    return [
        Finding(f"figure.no_{label}")
        for label in _LABELS
        if str(expected.get(label) or "").strip() and not str(actual.get(label) or "").strip()
    ]
