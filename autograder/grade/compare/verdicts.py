"""What one case of a coding test came to, in the field's terms: accepted, or the reason why not.

Pure: from the record of a case, and the reference's, to a finding. What a record says of itself
(its error, its value) is the member's word and harms nobody else; what it used is the kernel's.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from autograder import plain
from autograder.errors import BundleError
from autograder.grade.compare.cells import type_name
from autograder.grade.compare.checkers import CHECKERS, Check, but_for_spaces
from autograder.models import JSON, Finding

Record = Mapping[str, Any]
SHOWN = 110
_MEMORY_SIGNALS = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)
_TIME_SIGNALS = (signal.SIGXCPU, signal.SIGPROF)
_SCARCE = 0.7
"""The part of its memory that a process had when it was killed for it."""
_WAITED = 0.5
"""A case that used less than this part of its computing time by its end was waiting."""


def breach(record: Record, limits: Mapping[str, Any], *, called: bool) -> Finding | None:
    """Why a case gave no output that could be compared, or None.

    Args:
        limits: of one case: `cpu_s`, `wall_s`, `memory_mb`, `output_kb`.
        called: True for a function, False for a program.
    """
    if record.get("status") == "not_run":
        return Finding("cases.not_run")
    if record.get("status") != "ran":
        return Finding("cases.killed", {"signal": "SIGKILL"})
    return (
        _limit(record, limits)
        or _fault(record)
        or _refusal(record)
        or _ending(record, called=called)
        or None
    )


def _limit(record: Record, limits: Mapping[str, Any]) -> Finding | None:
    used, number = float(record.get("cpu_s", 0)), record.get("signal", 0)
    if record.get("full"):
        return Finding("cases.output", {"limit_kb": limits["output_kb"]})
    if used > limits["cpu_s"] or number in _TIME_SIGNALS:
        return Finding("cases.time", {"limit_s": limits["cpu_s"]})
    if record.get("late"):
        if used < _WAITED * min(limits["cpu_s"], limits["wall_s"]):
            return Finding("cases.waits", {"limit_s": limits["wall_s"]})
        return Finding("cases.time", {"limit_s": limits["cpu_s"]})
    scarce = float(record.get("peak_mb", 0)) > _SCARCE * limits["memory_mb"]
    if record.get("error_type") == "MemoryError" or (number in _MEMORY_SIGNALS and scarce):
        return Finding("cases.memory", {"limit_mb": limits["memory_mb"]})
    return None


def _fault(record: Record) -> Finding | None:
    kind, line = record.get("error_type", ""), record.get("line", 0)
    if kind == "NotImplementedError":
        return Finding("cases.placeholder")
    if kind:
        params = {"error_type": kind, "error": record.get("error", ""), "line": line}
        return Finding("cases.raised" if line else "cases.raised_elsewhere", params, reveals=True)
    if number := record.get("signal", 0):
        known = number in {each.value for each in signal.Signals}
        name = signal.Signals(number).name if known else str(number)
        return Finding("cases.killed", {"signal": name})
    return None


def _refusal(record: Record) -> Finding | None:
    code = record.get("refused")
    if not code:
        return None
    if code in ("too_deep", "too_long"):
        return Finding(f"cases.{code}", {"limit": record.get("detail", "")})
    return Finding("cases.not_plain", {"type": record.get("detail", "")})


def _ending(record: Record, *, called: bool) -> Finding | None:
    if called:
        return Finding("cases.quit") if "value" not in record else None
    if record.get("exit"):
        error, line = record.get("error", ""), record.get("line", 0)
        if error:
            return Finding(
                "cases.complained", {"error": error, "line": line, "status": record["exit"]}, True
            )
        return Finding("cases.exit", {"status": record["exit"]})
    return None if record.get("encoded") else Finding("cases.encoding")


def output(record: Record, *, called: bool) -> Any:
    """What a case gave: the value that was returned, or the text that was printed.

    Raises:
        BundleError: the value has no form of ours.
    """
    if not called:
        return record["text"]
    return plain.loads(record["value"].encode(), "value")


def differs(
    got: Any,
    expected: Any,
    *,
    checker: str,
    tolerance: float,
    own: Check | None = None,
    given: Any = None,
) -> Finding | None:
    """The finding for an output that is not right, or None."""
    if own is not None:
        said = own(given, got, expected)
        if said is True:
            return None
        if isinstance(said, str):
            return Finding("cases.checker", {"said": said[:200]}, reveals=True)
        return Finding("cases.wrong", {"got": shown(got), "expected": shown(expected)}, True)
    if CHECKERS[checker](got, expected, tolerance):
        return None
    if but_for_spaces(got, expected):
        params = {"got": shown(got), "expected": shown(expected)}
        return Finding("cases.presentation", params, reveals=True)
    if got is None and expected is not None:
        return Finding("cases.none")
    if isinstance(got, str) and isinstance(expected, str):
        return _text(got, expected)
    if _shape(got) != _shape(expected):
        return Finding("cases.type", {"got": type_name(got), "asked": type_name(expected)})
    params = {"got": shown(got), "expected": shown(expected)}
    return Finding("cases.wrong", params, reveals=True)


def _shape(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type_name(value)


def _text(got: str, expected: str) -> Finding:
    left, right = got.splitlines(), expected.splitlines()
    if not got.strip():
        return Finding("cases.silent")
    if len(left) <= 1 and len(right) <= 1:
        params = {"got": shown(got), "expected": shown(expected)}
        return Finding("cases.wrong", params, reveals=True)
    longest = max(len(left), len(right))
    left += [""] * (longest - len(left))
    right += [""] * (longest - len(right))
    pairs = list(zip(left, right, strict=True))
    place = next((k for k, (a, b) in enumerate(pairs) if a.rstrip() != b.rstrip()), 0)
    texts = {"got": left[place][:SHOWN], "expected": right[place][:SHOWN]}
    return Finding("cases.wrong_line", {"row": place + 1, **texts}, reveals=True)


def shown(value: JSON) -> str:
    """A value as it is written in Python, cut; a text with its lines made visible."""
    if isinstance(value, str):
        text = "⏎".join(value.rstrip("\n").splitlines()) if "\n" in value else value
        return repr(text) if not text.strip() else text[:SHOWN]
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # an integer of thousands of digits
        return "…"
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def read(record: Record, *, called: bool) -> tuple[Any, Finding | None]:
    """A case's output, or why it cannot be read."""
    try:
        return output(record, called=called), None
    except (BundleError, KeyError, AttributeError):
        return None, Finding("cases.not_plain", {"type": "?"})
