"""Comparing a text: line by line, lenient about what an editor changes by itself.

Line ends, trailing spaces, blank lines at both ends and the Unicode form (NFC or NFD) do not
count. Case and inner spacing do, but are told apart from a wrong answer. It must not know tables
or the words of a message.
"""

from __future__ import annotations

from autograder.grade.compare.cells import cell
from autograder.grade.compare.values import composed
from autograder.models import Finding

_LINE_LIMIT = 120


def compare_text(actual: str, expected: str) -> list[Finding]:
    """Compares two texts; returns no finding where they are the same."""
    left, right = _lines(actual), _lines(expected)
    if left == right:
        return []
    if not left:
        return [Finding("text.empty")]
    if _squeezed(left) == _squeezed(right):
        return [Finding("text.space")]
    if _squeezed(left).casefold() == _squeezed(right).casefold():
        return [Finding("text.case")]
    findings = [_first_difference(left, right)]
    if len(left) != len(right):
        findings.append(Finding("text.lines", {"got": len(left)}))
    return findings


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in composed(text).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return [lines[0].lstrip(), *lines[1:]] if lines else []


def _squeezed(lines: list[str]) -> str:
    return "".join("".join(line.split()) for line in lines)


def _first_difference(left: list[str], right: list[str]) -> Finding:
    longest = max(len(left), len(right))
    padded = left + [""] * (longest - len(left)), right + [""] * (longest - len(right))
    place = next(k for k, (a, e) in enumerate(zip(*padded, strict=True)) if a != e)
    params = {
        "line": place + 1,
        "got": cell(padded[0][place], limit=_LINE_LIMIT),
        "expected": cell(padded[1][place], limit=_LINE_LIMIT),
    }
    return Finding("text.differs", params, reveals=True)
