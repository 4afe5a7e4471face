"""Comparing a group of cases with the reference's: all accepted, or the first that is not.

The reference's record holds what is trusted besides: the inputs, the limits, the author's checker.
It must not know how cases were run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder import plain
from autograder.grade.compare.checkers import Check, custom
from autograder.grade.compare.verdicts import Record, breach, differs, read, shown
from autograder.models import JSON, AnswerSpec, Finding

MAX_GIVEN = 100


class ReferenceBroken(ValueError):
    """The reference has no output for a case: a fault of ours."""


def compare_cases(
    spec: AnswerSpec, actual: Mapping[str, Any], expected: Mapping[str, Any]
) -> list[Finding]:
    """Compares a group case by case; no finding means that all are accepted.

    Raises:
        ReferenceBroken: the reference itself fails a case.
    """
    if (finding := unloaded(actual)) is not None:
        return [finding]
    own = custom(expected["checker"]) if expected["checker"] else None
    mine = {row.get("index"): row for row in actual["cases"]}
    failed: list[tuple[Record, Finding]] = []
    not_run = 0
    for row in expected["cases"]:
        found = verdict(spec, mine.get(row["index"], {"status": "not_run"}), row, expected, own)
        if found is not None and found.code == "cases.not_run":
            not_run += 1
        elif found is not None:
            failed.append((row, found))
    total = len(expected["cases"])
    if failed:
        row, finding = failed[0]
        counts = {"failed": len(failed), "total": total}
        return [_placed(finding, row, expected, counts), *_about(spec, row)]
    if not_run:
        return [Finding("cases.not_run", {"count": not_run, "total": total})]
    return []


def unloaded(document: Mapping[str, Any]) -> Finding | None:
    """Why a program did not even load, or None."""
    load = document.get("load") or {}
    kind = load.get("error_type", "died" if load else "")
    if not load:
        return None
    if kind == "Late":
        return Finding("cases.load_late")
    if kind == "NoFunction":
        return Finding("cases.no_function", {"name": document.get("entry", "")})
    if kind == "Died" or "exit" in load or kind == "died":
        return Finding("cases.load_died")
    params = {"error_type": kind, "error": load.get("error", ""), "line": load.get("line", 0)}
    return Finding("cases.load", params)


def verdict(
    spec: AnswerSpec,
    mine: Record,
    right: Record,
    expected: Mapping[str, Any],
    own: Check | None,
) -> Finding | None:
    """The finding for one case, or None if it is accepted.

    Args:
        mine: the member's record of the case; `right` is the reference's.
        expected: the reference's whole document: mode, limits and the like.
        own: the author's checker, if the group has one.

    Raises:
        ReferenceBroken: the reference itself fails the case.
    """
    called = expected["mode"] == "function"
    wanted, broken = read(right, called=called)
    if broken is not None:
        raise ReferenceBroken(f"the reference has no output for case {right['index']}")
    if (finding := breach(mine, expected["limits"], called=called)) is not None:
        return finding
    got, unreadable = read(mine, called=called)
    if unreadable is not None:
        return unreadable
    found = differs(
        got,
        wanted,
        checker=str(spec.options.get("checker", "exact")),
        tolerance=spec.tolerance,
        own=own,
        given=given(right, called=called) if own else None,
    )
    if found is None and mine.get("changed"):
        return Finding("cases.changed")
    return found


def given(row: Record, *, called: bool) -> Any:
    """A case's input: the list of arguments, or the text that was read."""
    return plain.loads(row["given"].encode(), "given") if called else row["given"]


def _placed(
    finding: Finding, row: Record, expected: Mapping[str, Any], counts: dict[str, JSON]
) -> Finding:
    """The finding with the case that it is about."""
    called = expected["mode"] == "function"
    value = given(row, called=called)
    told = ", ".join(shown(each) if not isinstance(each, str) else repr(each) for each in value)
    text = f"{expected['entry']}({told})" if called else shown(value)
    if len(text) > MAX_GIVEN:
        text = text[: MAX_GIVEN - 1] + "…"
    params = {**finding.params, **counts, "case": row["index"] + 1, "given": text}
    return Finding(finding.code, params, reveals=True)


def _about(spec: AnswerSpec, row: Record) -> list[Finding]:
    """What the case is about, in the author's words: its own note, or its group's property."""
    said = row.get("note") or spec.options.get("property")
    return [Finding("cases.about", {"property": said})] if said else []
