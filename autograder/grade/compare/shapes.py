"""What was asked and what arrived, as findings that a report shows beside its message.

They are descriptions, never verdicts. It must not know how they are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from autograder.grade.compare.cells import cell, type_name
from autograder.grade.compare.columns import everyday_type, shown_names
from autograder.models import AnswerSpec, Finding

DESCRIBED = frozenset({"frame", "scalar", "list", "dict", "text", "function", "figure"})
"""Types whose answers are values that can be shown; others are records of what was run."""


def about(spec: AnswerSpec, actual: Any, expected: Any) -> list[Finding]:
    """Describes what was asked and what arrived, where that says something."""
    return [asked(spec, expected), arrived(actual)] if spec.type in DESCRIBED else []


def asked(spec: AnswerSpec, expected: Any) -> Finding:
    """Describes what an answer should be: its type, for a frame its columns, keys and order."""
    params: dict[str, Any] = {"type": spec.type}
    if isinstance(expected, pa.Table):
        params["columns"] = _columns(expected)
        params["keys"] = shown_names(list(spec.keys))
    if spec.type in {"frame", "list"}:
        params["order"] = spec.order
    return Finding("info.asked", params)


def arrived(value: Any) -> Finding:
    """Describes what came from the member: shape and column types, or the value, cut short."""
    if isinstance(value, pa.Table):
        columns = _columns(value)
        return Finding(
            "info.arrived", {"type": "frame", "columns": columns, "rows": value.num_rows}
        )
    if isinstance(value, Mapping) and "png" in value:
        return Finding("info.arrived", {"type": "figure"})
    return Finding("info.arrived", {"type": type_name(value), "value": cell(value, limit=120)})


def _columns(table: pa.Table) -> list[str]:
    kinds = (everyday_type(field.type) for field in table.schema)
    names = shown_names(table.column_names)
    return [f"{name}: {kind}" for name, kind in zip(names, kinds, strict=False)]
