"""Why an answer of a DAG is wrong, where its source shows the reason.

A remark on the source is no verdict: it is looked at only once an answer is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from autograder.grade.compare.loose import listed, table
from autograder.models import JSON, AnswerSpec, Finding


def explain(
    spec: AnswerSpec, findings: Sequence[Finding], remarks: Mapping[str, JSON]
) -> list[Finding]:
    """Put what the source shows before findings that it explains.

    Args:
        remarks: of the run; see `autograder.capture.dag_source`.
    """
    found = list(findings)
    if not found or "scenario" not in spec.options:
        return found
    clock, swallows = table(remarks.get("clock")), table(remarks.get("swallows"))
    first = found[0].code
    repeats = spec.options["scenario"] in listed(remarks.get("repeats"))
    if spec.type == "frame" and repeats and first in _MORE_ROWS:
        return [Finding("dag.appended", {}), *found]
    if spec.type == "frame" and clock and first != "frame.missing_column":
        return [Finding("dag.clock", dict(clock)), *found]
    if first in ("dag.went_on", "dag.not_stopped") and swallows:
        date = found[0].params.get("date", "–")
        return [Finding("dag.swallowed", {**swallows, "date": date}), *found]
    return found


_MORE_ROWS: Final = (
    "frame.duplicate_rows",
    "frame.fan_out",
    "frame.extra_rows",
    "frame.all_higher",
    "frame.factor",
)
