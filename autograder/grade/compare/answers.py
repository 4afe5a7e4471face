"""The comparator for a declared answer, picked by its type.

Knows the comparators and `AnswerSpec`; must not know where values come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from autograder.grade.compare.calls import CallResult, compare_calls
from autograder.grade.compare.cases import compare_cases
from autograder.grade.compare.cells import type_name
from autograder.grade.compare.dag import compare_graph, compare_parse, compare_runs
from autograder.grade.compare.figures import compare_figures
from autograder.grade.compare.frames import compare_frames
from autograder.grade.compare.growth import compare_growth
from autograder.grade.compare.nested import compare_dicts, compare_lists
from autograder.grade.compare.texts import compare_text
from autograder.grade.compare.values import compare_scalars
from autograder.models import AnswerSpec, Finding

Comparator = Callable[[AnswerSpec, Any, Any], list[Finding]]


def compare_answer(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    """Compares one answer as its declaration says; no finding means equal.

    Args:
        spec: the declaration.
        actual: the member's value: `pa.Table` for a frame, a list of `CallResult` for a function,
            a dict for a figure, else a plain value.
        expected: the reference's, of the declared type.
    """
    if not _fits(spec, actual):
        return [Finding("type.mismatch", {"asked": spec.type, "got": _told(actual)})]
    return _COMPARATORS[spec.type](spec, actual, expected)


def _fits(spec: AnswerSpec, value: Any) -> bool:
    if spec.type == "list" and isinstance(value, set | frozenset):
        return spec.order == "any"
    wanted = _VALUE_TYPES.get(spec.type)
    if wanted is not None:
        return isinstance(value, wanted)
    return not isinstance(value, pa.Table | list | tuple | set | frozenset | Mapping)


def _told(value: Any) -> str:
    if isinstance(value, pa.Table):
        return "frame"
    return "figure" if isinstance(value, Mapping) and "png" in value else type_name(value)


_VALUE_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "frame": pa.Table,
    "list": (list, tuple),
    "dict": Mapping,
    "text": str,
    "function": (list, tuple),
    "figure": Mapping,
    "cases": Mapping,
    "growth": Mapping,
    "parse": Mapping,
    "graph": Mapping,
    "runs": Mapping,
}


def _frames(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    return compare_frames(
        actual, expected, order=spec.order, keys=spec.keys, tolerance=spec.tolerance
    )


def _calls(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    results = [result for result in actual if isinstance(result, CallResult)]
    return compare_calls(results, expected, spec.calls, tolerance=spec.tolerance)


_COMPARATORS: Mapping[str, Comparator] = {
    "frame": _frames,
    "scalar": lambda spec, a, e: compare_scalars(a, e, tolerance=spec.tolerance),
    "list": lambda spec, a, e: compare_lists(a, e, order=spec.order, tolerance=spec.tolerance),
    "dict": lambda spec, a, e: compare_dicts(a, e, tolerance=spec.tolerance),
    "text": lambda _spec, a, e: compare_text(a, e),
    "function": _calls,
    "figure": lambda _spec, a, e: compare_figures(a, e),
    "cases": compare_cases,
    "growth": compare_growth,
    "parse": compare_parse,
    "graph": compare_graph,
    "runs": compare_runs,
}
