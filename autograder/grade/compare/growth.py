"""Comparing how a program's time grows with its input to a limit, and its outputs meanwhile.

Findings name classes and never times: a report must come out the same again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.grade.compare.cases import unloaded
from autograder.grade.compare.verdicts import Record, breach, differs, read
from autograder.grade.growth import ORDER, Estimate, estimate, exceeds
from autograder.models import AnswerSpec, Finding

NOTICED = 3.0
"""Yards: a first call this long is more than what is slow about any first call."""
REMEMBERED = 6.0
"""A second call this many times faster than a first one of that length was remembered."""
OUTSIDE_S = 0.3
"""Below this the kernel's measure of a whole process tells nothing of the program."""
_LIMITS = ("cases.time", "cases.waits", "cases.not_run")


def compare_growth(
    spec: AnswerSpec, actual: Mapping[str, Any], expected: Mapping[str, Any]
) -> list[Finding]:
    """Compares outputs with the reference's, and then the class of growth with the limit."""
    if (finding := unloaded(actual)) is not None:
        return [finding]
    called = expected["mode"] == "function"
    right = {row["index"]: row for row in expected["cases"]}
    ran: list[Record] = []
    for row in actual["cases"]:
        found = breach({"value": "null", **row}, expected["limits"], called=called)
        if found is not None and found.code in _LIMITS:
            continue
        if found is not None and found.code != "cases.output":
            return [Finding(found.code, {**found.params, **_whole(row)}, found.reveals)]
        ran.append(row)
        if _wrong(spec, row, right.get(row["index"], {}), called=called):
            return [Finding("growth.wrong")]
    at_most = str(spec.options["at_most"])
    if not ran:
        return [Finding("growth.never")]
    grows = classify(ran, list(right.values())).name
    if exceeds(grows, at_most):
        told = {"growth": _written(grows), "asked": _written(at_most)}
        return [Finding("growth.above", told)]
    return []


def classify(rows: Sequence[Record], reference: Sequence[Record] = ()) -> Estimate:
    """The class that the rows of a program tell, by its own clock and by the kernel's.

    A program could make its own clock lie; so where the kernel sees the whole process grow faster,
    and the reference's process (which reads the same inputs) does not, the kernel is believed.
    """
    own = estimate([row["index"] for row in rows], _times(rows))
    outside = _outside(rows)
    if not outside.name or exceeds("n^2", outside.name):
        return own
    told = ORDER.index(own.name) if own.name else -1
    lies = ORDER.index(outside.name) > told
    usual = _outside(reference)
    if lies and (not usual.name or ORDER.index(usual.name) < ORDER.index(outside.name)):
        return outside
    return own


def _outside(rows: Sequence[Record]) -> Estimate:
    times = [float(row.get("cpu_s", 0)) for row in rows]
    if not times or max(times) < OUTSIDE_S:
        return Estimate("")
    return estimate([row["index"] for row in rows], times)


def _times(rows: Sequence[Record]) -> list[float]:
    """Yards a call: of the first one, or of the next ones where those are not remembered."""
    timed = [row for row in rows if "cold" in row]
    if len(timed) < len(rows):  # a whole program: there is the kernel's clock only
        return [float(row.get("cpu_s", 0)) for row in rows]
    remembered = sum(
        row["cold"] > NOTICED and row["cold"] > REMEMBERED * row["warm"]
        for row in timed
        if "warm" in row
    )
    if remembered >= 2:
        return [row["cold"] for row in timed]
    return [row.get("warm", row["cold"]) for row in timed]


def _wrong(spec: AnswerSpec, mine: Record, right: Record, *, called: bool) -> bool:
    """Whether an output that both have is not the reference's."""
    (got, unread), (wanted, unknown) = read(mine, called=called), read(right, called=called)
    if unread is not None or unknown is not None:
        return False
    checker = str(spec.options.get("checker", "exact"))
    return differs(got, wanted, checker=checker, tolerance=spec.tolerance) is not None


def _written(name: str) -> str:
    return name.replace("^2", "²").replace("^3", "³").replace("^n", "ⁿ")


def _whole(row: Record) -> dict[str, Any]:
    """Where a case of this group failed: at which size."""
    size = row["index"]
    return {"case": size, "given": f"n = {size}", "failed": 1, "total": 1}
