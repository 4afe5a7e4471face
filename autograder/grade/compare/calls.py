"""Comparing a function by its results for the inputs that the grader supplied.

The function itself never leaves the sandbox; only what each call returned or raised is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grade.compare.cells import cell
from autograder.grade.compare.closeness import DEFAULT_TOLERANCE
from autograder.grade.compare.nested import compare_plain, same_plain
from autograder.models import JSON, Finding


@dataclass(frozen=True)
class CallResult:
    """What one call gave.

    Attributes:
        value: the plain value returned; None if it raised.
        error: `Type: message` if it raised, else None.
    """

    value: Any = None
    error: str | None = None

    @property
    def error_type(self) -> str:
        """The name of the exception's type, or empty."""
        return cell((self.error or "").split(":", 1)[0].strip())


def compare_calls(
    actual: Sequence[CallResult],
    expected: Sequence[CallResult],
    calls: Sequence[Sequence[JSON]],
    *,
    tolerance: float = DEFAULT_TOLERANCE,
) -> list[Finding]:
    """Compares results call by call; the first failing one is told, with the count of all.

    Where the reference raises, the function must raise the same type; messages are free.

    Args:
        actual: results of the member's function, one a call.
        expected: results of the reference.
        calls: the arguments of each call, for showing.
        tolerance: as for single values.
    """
    short = len(expected) - len(actual)
    pairs = list(zip(actual, expected, strict=False))
    failing = [k for k, (a, e) in enumerate(pairs) if not _same_result(a, e, tolerance)]
    findings: list[Finding] = []
    if failing:
        first = failing[0]
        call = cell(list(calls[first])) if first < len(calls) else ""
        counts = {"failed": len(failing) + max(short, 0), "total": len(expected)}
        shown = f"({call[1:-1]})" if call.startswith("[") and call.endswith("]") else call
        findings += _diagnose(*pairs[first], shown, counts, tolerance)
    if short > 0:
        findings.append(Finding("calls.missing", {"count": short}))
    return findings


def _same_result(actual: CallResult, expected: CallResult, tolerance: float) -> bool:
    if actual.error is not None or expected.error is not None:
        both = actual.error is not None and expected.error is not None
        return both and actual.error_type == expected.error_type
    return same_plain(actual.value, expected.value, tolerance)


def _diagnose(
    actual: CallResult,
    expected: CallResult,
    call: str,
    counts: dict[str, int],
    tolerance: float,
) -> list[Finding]:
    if expected.error is not None and actual.error is not None:
        told = {"error_type": actual.error_type, "expected": expected.error_type}
        return [Finding("calls.wrong_error", {"call": call, **told, **counts}, reveals=True)]
    if expected.error is not None:
        return [Finding("calls.should_raise", {"call": call, **counts}, reveals=True)]
    if actual.error is not None:
        raised = {
            "error": cell(actual.error, limit=200),
            "error_type": actual.error_type,
        }
        return [Finding("calls.raised", {"call": call, **raised, **counts}, reveals=True)]
    if actual.value is None:
        return [Finding("calls.none", {"call": call, **counts}, reveals=True)]
    values = {"got": cell(actual.value), "expected": cell(expected.value)}
    found = Finding("calls.differs", {"call": call, **values, **counts}, reveals=True)
    reasons = compare_plain(actual.value, expected.value, tolerance=tolerance)
    return [found, *(reason for reason in reasons[:1] if reason.code in _TELLING)]


_TELLING = frozenset({"scalar.text_not_number", "scalar.type", "scalar.off_by_one", "scalar.sign"})
