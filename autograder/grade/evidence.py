"""What tests see: the member's answers, the expected ones, and the data, decoded on demand.

Before an answer is decoded its name is written to a file, so that a decoder that dies on hostile
bytes leaves word of which answer it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from autograder.bundle import MAX_ANSWER_MB, Bundle, load
from autograder.errors import BundleError
from autograder.grade.compare import CallResult
from autograder.models import JSON, AnswerSpec, CellRun, Finding

if TYPE_CHECKING:
    import pandas as pd


class AnswerMissing(Exception):
    """A test asked for an answer that did not arrive, or cannot be read.

    Attributes:
        name: the answer.
        finding: why.
    """

    def __init__(self, name: str, finding: Finding) -> None:
        super().__init__(name)
        self.name = name
        self.finding = finding


class Evidence:
    """The answers of one bundle, decoded once each."""

    def __init__(
        self,
        bundle: Bundle,
        specs: Mapping[str, AnswerSpec],
        *,
        poisoned: tuple[str, ...] = (),
        marker: Path | None = None,
    ) -> None:
        self.bundle = bundle
        self.specs = specs
        self.poisoned = poisoned
        self.marker = marker
        self._values: dict[str, Any] = {}

    def raw(self, name: str) -> Any:
        """The answer as comparators take it: a `pyarrow.Table`, `CallResult`s, plain values.

        Raises:
            AnswerMissing: it did not arrive or breaks the bundle's rules.
        """
        if name in self._values:
            return self._values[name]
        if name in self.poisoned:
            raise AnswerMissing(name, Finding("bundle.crashed", {"name": name}))
        if name not in self.bundle.entries:
            raise AnswerMissing(name, why_missing(name, self.specs[name], self.bundle))
        if self.marker is not None:
            self.marker.write_text(name, "utf-8")
        try:
            value = load(self.bundle, self.specs[name])
        except BundleError as error:
            raise AnswerMissing(name, Finding(f"bundle.{error.code}", error.params)) from error
        finally:
            if self.marker is not None:
                self.marker.write_text("", "utf-8")
        if self.specs[name].type == "function":
            value = [CallResult(each["value"], each["error"]) for each in value]
        self._values[name] = value
        return value


class ReferenceMissing(Exception):
    """The reference itself lacks an answer: a fault of ours."""


class Reference(Evidence):
    """The expected answers; whatever they lack is a fault of ours, never the member's."""

    def raw(self, name: str) -> Any:
        """The expected answer.

        Raises:
            ReferenceMissing: it is not there.
        """
        try:
            return super().raw(name)
        except AnswerMissing as error:
            raise ReferenceMissing(name) from error


class Answers(Mapping[str, Any]):
    """A read-only mapping for tests: frames are pandas, everything else as it is."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def __getitem__(self, name: str) -> Any:
        if name not in self._evidence.specs:
            raise KeyError(name)
        value = self._evidence.raw(name)
        return to_pandas(value) if isinstance(value, pa.Table) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._evidence.specs)

    def __len__(self) -> int:
        return len(self._evidence.specs)


class Data:
    """The sample data of this grade: `data("purchases")` is a pandas frame."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def __call__(self, table: str) -> pd.DataFrame:
        """Read one table."""
        if self.folder is None or not table.isidentifier():
            raise KeyError(table)
        return to_pandas(pq.read_table(self.folder / table))


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """A frame whose integers with nulls stay integers."""
    import pandas as pd  # half a second, and only tests that an author wrote want frames

    integers = {
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
    }
    frame: pd.DataFrame = table.to_pandas(types_mapper=integers.get, timestamp_as_object=False)
    return frame


def why_missing(name: str, spec: AnswerSpec, bundle: Bundle) -> Finding:
    """Why an answer did not arrive, in the member's terms. Cells are numbered from 1."""
    code, detail = bundle.problems.get(name, ("not_reached", ""))
    run = bundle.run
    index = run.defined_in.get(name)
    cell = next((each for each in run.cells if each.index == index), None)
    if code in ("not_defined", "not_reached"):
        if index is None:
            if any(each.error_type == "NotImplementedError" for each in run.cells):
                return Finding("answer.placeholder", {"name": name})
            near = run.near_names.get(name)
            if near:
                return Finding("answer.not_defined_near", {"name": name, "near": near})
            return Finding("answer.not_defined", {"name": name})
        if cell is not None and cell.status == "error":
            if cell.error_type == "NotImplementedError":
                return Finding("answer.placeholder", {"name": name})
            if (needed := _needs(cell)) in bundle.problems:
                return Finding("answer.skipped_because", {"name": needed})
            params = {
                "name": name,
                "cell": index + 1,
                "error_type": cell.error_type,
                "error": first_line(cell.error),
            }
            return Finding("answer.cell_failed", params)
        if cell is not None and cell.status == "timeout":
            return Finding("answer.cell_timeout", {"name": name, "cell": index + 1})
        if cell is not None and cell.status == "ok" and code == "not_defined":
            return Finding("answer.not_defined", {"name": name})
        if run.stopped:
            return Finding(f"stopped.{run.stopped}", {"name": name})
        return Finding("answer.not_run", {"name": name})
    return _refused(name, spec, code, detail)


def _refused(name: str, spec: AnswerSpec, code: str, detail: str) -> Finding:
    """Why an answer was not taken; code and detail may be forged, as all that a sandbox says."""
    if code == "dag.skipped":
        return Finding("answer.skipped_because", {"name": detail})
    if code.startswith("dag."):
        return Finding(code, _params(detail))
    if code == "duplicate_columns":
        return Finding("frame.duplicate_columns", {"columns": [detail]})
    if code == "disk_full":
        return Finding("stopped.disk", {"name": name})
    params: dict[str, JSON] = {
        "name": name,
        "error": first_line(detail),
        "type": detail,
        "limit": detail,
        "asked": spec.type,
        "got": detail,
    }
    if code == "too_large":
        size_mb = int(detail) if detail.isascii() and detail.isdecimal() else 0
        params |= {"size_mb": size_mb, "limit_mb": MAX_ANSWER_MB}
    return Finding(f"bundle.{code}", params)


def _params(detail: str) -> dict[str, JSON]:
    """The parameters that a worker wrote into a detail as JSON; none if they are no such thing."""
    try:
        found = json.loads(detail)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str | int | float)}


def _needs(cell: CellRun) -> str:
    """The name whose absence stopped a cell, or empty."""
    found = re.match(r"name '(\w+)' is not defined", cell.error)
    return found[1] if found and cell.error_type == "NameError" else ""


def first_line(text: str) -> str:
    """The first line that says something, without what differs from run to run."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[0] if lines else "")[:300]
