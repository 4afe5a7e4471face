"""Brings declared answers out of the member's kernel: frames as Parquet, the rest as JSON or PNG.

It runs in the kernel itself, after the cell that defines an answer, so that a later
`spark.stop()`, exception or dead kernel cannot take the answer away. It returns what it wrote,
or why it could not; it never raises for what it finds in a name.
"""

from __future__ import annotations

import copy
import errno
import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.capture.worker.plain import Encoder, NotPlain, type_name

MAX_TEXT = 2_000_000
MAX_ERROR = 500

Outcome = dict[str, Any]
"""`{"name", "file"}` for an answer; `{"name", "code", "detail"}` where there is none."""


class Collector:
    """Writes answers of one namespace to one folder.

    Args:
        folder: a writable folder; files in it are named `<answer>.<ending>`.
        specs: `{name: {"type": …, "calls": […]}}`, the declared answers.
    """

    def __init__(self, folder: Path, specs: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder = folder
        self.specs = specs
        self._seen: dict[str, Any] = {}

    def collect(self, names: list[str], namespace: Mapping[str, Any]) -> list[Outcome]:
        """Write each of `names` that the namespace defines; one outcome a name."""
        return [self._one(name, namespace) for name in names]

    def _one(self, name: str, namespace: Mapping[str, Any]) -> Outcome:
        if name not in namespace:
            return {"name": name, "code": "not_defined", "detail": ""}
        value = namespace[name]
        if self._seen.get(name) is value and _immutable(value):
            return {"name": name, "code": "unchanged", "detail": ""}
        spec = self.specs[name]
        try:
            body, ending = _WRITERS[spec["type"]](value, spec)
            path = self.folder / f"{name}.{ending}"
            path.write_bytes(body)
        except NotPlain as error:
            return {"name": name, "code": error.code, "detail": error.detail}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a member's object may do anything
            full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
            code = "disk_full" if full else "lazy_failed"
            return {"name": name, "code": code, "detail": describe(error)}
        self._seen[name] = value
        return {"name": name, "file": path.name}


def describe(error: BaseException) -> str:
    """An exception as one capped line: its type and the first line of what it says."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001 - a member's __str__ may do anything
        lines = []
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:MAX_ERROR].rstrip(": ")


def _immutable(value: Any) -> bool:
    return type(value).__module__.startswith("pyspark.")


def _frame(value: Any, _spec: Mapping[str, Any]) -> tuple[bytes, str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _as_table(value)
    if len(set(table.column_names)) < table.num_columns:
        names = table.column_names
        twice = next(name for name in names if names.count(name) > 1)
        raise NotPlain("duplicate_columns", str(twice)[:100])
    sink = io.BytesIO()
    try:
        pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise NotPlain("not_plain", describe(error)) from error
    return sink.getvalue(), "parquet"


def _as_table(value: Any) -> Any:
    import pyarrow as pa

    if isinstance(value, pa.Table):
        return value
    module = type(value).__module__.partition(".")[0]
    if module == "pyspark" and hasattr(value, "toArrow"):
        return value.toArrow()
    if module == "polars" and hasattr(value, "collect"):
        value = value.collect()
    if module == "polars" and hasattr(value, "to_arrow"):
        return value.to_arrow()
    if module == "pandas" and type(value).__name__ in ("DataFrame", "Series"):
        return _from_pandas(value)
    raise NotPlain("wrong_type", type_name(value))


def _from_pandas(value: Any) -> Any:
    import pyarrow as pa

    if type(value).__name__ == "Series":
        value = value.to_frame()
    if any(name is not None for name in value.index.names):
        value = value.reset_index()
    try:
        return pa.Table.from_pandas(value, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise NotPlain("mixed_column", describe(error)) from error


def _plain(*kinds: str) -> Callable[[Any, Mapping[str, Any]], tuple[bytes, str]]:
    def write(value: Any, _spec: Mapping[str, Any]) -> tuple[bytes, str]:
        encoded = Encoder().encode(value)
        if kinds and _kind(encoded) not in kinds:
            raise NotPlain("wrong_type", type_name(value))
        return _json(encoded), "json"

    return write


def _kind(encoded: Any) -> str:
    if isinstance(encoded, str):
        return "text"
    if isinstance(encoded, list):
        return "list"
    if isinstance(encoded, dict):
        tag = encoded.get("$")
        return {None: "dict", "dict": "dict", "set": "list"}.get(tag, "scalar")
    return "scalar"


def _json(encoded: Any) -> bytes:
    body = json.dumps(encoded, allow_nan=False, ensure_ascii=False).encode()
    if len(body) > MAX_TEXT:
        raise NotPlain("too_long", str(MAX_TEXT))
    return body


def _function(value: Any, spec: Mapping[str, Any]) -> tuple[bytes, str]:
    if not callable(value):
        raise NotPlain("wrong_type", type_name(value))
    return _json([_call(value, arguments) for arguments in spec["calls"]]), "json"


def _call(function: Callable[..., Any], arguments: list[Any]) -> dict[str, Any]:
    given = copy.deepcopy(arguments)
    try:
        return {"value": Encoder().encode(function(*given)), "error": None}
    except NotPlain as error:
        return {"value": None, "error": f"{error.code}: {error.detail}"}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a member's function may do anything
        return {"value": None, "error": describe(error)}


def _figure(value: Any, _spec: Mapping[str, Any]) -> tuple[bytes, str]:
    """A PNG whose `tEXt` chunk `pioneers` describes its axes as JSON."""
    figure = value
    if isinstance(value, list | tuple) and value:
        figure = value[0]
    figure = getattr(figure, "figure", figure)
    if getattr(figure, "__name__", "") == "matplotlib.pyplot":
        figure = figure.gcf()
    if not hasattr(figure, "savefig") or "matplotlib" not in sys.modules:
        raise NotPlain("wrong_type", type_name(value))
    axes = [
        {
            "title": str(ax.get_title())[:200],
            "xlabel": str(ax.get_xlabel())[:200],
            "ylabel": str(ax.get_ylabel())[:200],
            "lines": len(ax.get_lines()),
            "bars": len(ax.patches),
            "points": sum(
                len(c.get_offsets()) for c in ax.collections if hasattr(c, "get_offsets")
            ),
        }
        for ax in figure.get_axes()[:64]
    ]
    sink = io.BytesIO()
    figure.savefig(
        sink, format="png", dpi=72, metadata={"pioneers": json.dumps(axes, ensure_ascii=True)}
    )
    return sink.getvalue(), "png"


_WRITERS: dict[str, Callable[[Any, Mapping[str, Any]], tuple[bytes, str]]] = {
    "frame": _frame,
    "scalar": _plain("scalar", "text"),
    "text": _plain("text"),
    "list": _plain("list"),
    "dict": _plain("dict"),
    "function": _function,
    "figure": _figure,
}
