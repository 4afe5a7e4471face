"""The report: a pure function of the checks, and its forms as JSON.

`report.json` is the contract; `autograder.text` turns a report into words. Nothing here knows how a
submission was run or compared, and nothing here touches files.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, cast

from autograder.errors import GraderFailed, UsageError
from autograder.models import (
    FORMAT_VERSION,
    JSON,
    LANGUAGES,
    Check,
    Finding,
    Language,
    Provenance,
    Report,
    Timing,
)
from autograder.text.disclosure import hide
from autograder.text.markdown import to_markdown
from autograder.text.terminal import to_terminal

__all__ = [
    "build_report",
    "failed_report",
    "from_json",
    "invalid_report",
    "to_json",
    "to_markdown",
    "to_terminal",
]

_DIGITS = 6
_MAX_CHECKS = 10_000
_CHECK_STATUSES = ("pass", "fail", "error", "skipped")
_REPORT_STATUSES = ("graded", "invalid", "infra_error")
_VISIBILITIES = ("public", "hidden")


def build_report(
    assignment: str,
    checks: Sequence[Check],
    *,
    max_score: float,
    language: Language = "ko",
    timing: Timing | None = None,
    provenance: Provenance | None = None,
    message: str = "",
) -> Report:
    """Returns the report of a graded submission.

    The score is the sum of the points of passed checks, each at most its `max_points`, all
    together at most `max_score`, which comes from the assignment. A check that did not pass has
    no points. The findings of hidden checks are stripped of what tells the answer.

    Raises:
        GraderFailed: points that are negative, not finite or above `max_points`, or two checks of
            one id: a fault of the grader, never of the member.
    """
    if len({check.id for check in checks}) < len(checks):
        raise GraderFailed(f"{assignment}: two checks have the same id")
    settled = tuple(_settled(check) for check in checks)
    # From the points before rounding, so that three thirds make one.
    score = math.fsum(_earned(check) for check in checks)
    return Report(
        assignment=assignment,
        status="graded",
        score=round(min(score, max_score), _DIGITS),
        max_score=round(max_score, _DIGITS),
        checks=settled,
        message=message,
        language=language,
        timing=timing or Timing(),
        provenance=provenance or Provenance(),
    )


def invalid_report(
    assignment: str,
    message: str,
    *,
    max_score: float,
    language: Language = "ko",
    provenance: Provenance | None = None,
) -> Report:
    """Returns the report of a submission that cannot be graded, which is the member's to fix."""
    return Report(
        assignment=assignment,
        status="invalid",
        score=0.0,
        max_score=round(max_score, _DIGITS),
        message=message,
        language=language,
        provenance=provenance or Provenance(),
    )


def failed_report(
    assignment: str,
    message: str,
    *,
    max_score: float,
    language: Language = "ko",
    provenance: Provenance | None = None,
) -> Report:
    """Returns the report of a fault of ours; its score means nothing and is not recorded."""
    report = invalid_report(
        assignment, message, max_score=max_score, language=language, provenance=provenance
    )
    return replace(report, status="infra_error")


def _settled(check: Check) -> Check:
    good = all(math.isfinite(value) and value >= 0 for value in (check.points, check.max_points))
    if not good or check.points > check.max_points + 10**-_DIGITS:
        raise GraderFailed(f"check {check.id!r} has {check.points} of {check.max_points} points")
    rounded = replace(
        check, points=round(_earned(check), _DIGITS), max_points=round(check.max_points, _DIGITS)
    )
    return _disclosed(rounded)


def _earned(check: Check) -> float:
    return min(check.points, check.max_points) if check.status == "pass" else 0.0


def _disclosed(check: Check) -> Check:
    """Returns a check as it may be published: nothing of the answer in a hidden one."""
    if check.visibility == "public":
        return check
    return replace(check, findings=tuple(hide(finding) for finding in check.findings))


def to_json(report: Report) -> str:
    """Returns `report.json`: keys always in one order, two spaces, one line end at the end."""
    raw = asdict(replace(report, checks=tuple(_disclosed(check) for check in report.checks)))
    ordered = _writable({"format_version": raw.pop("format_version"), **raw})
    text = json.dumps(ordered, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # JSON lets half of a surrogate pair in; UTF-8 does not let it out.
    return text.encode("utf-8", "replace").decode("utf-8")


def _writable(value: JSON) -> JSON:
    """Returns the value with NaN and infinities as text, which JSON has no numbers for."""
    if isinstance(value, dict):
        return {str(key): _writable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_writable(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def from_json(text: str) -> Report:
    """Reads a report back.

    Raises:
        UsageError: the text is not a report of this format version; the message says what is
            wrong in one line.
    """
    try:
        raw = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError("report.json is not JSON", fix="Grade the submission again") from error
    if not isinstance(raw, dict):
        raise _wrong("it is not an object")
    if raw.get("format_version") != FORMAT_VERSION or isinstance(raw["format_version"], bool):
        raise _wrong(f"format_version is not {FORMAT_VERSION}")
    checks = raw.get("checks", [])
    if not isinstance(checks, list) or len(checks) > _MAX_CHECKS:
        raise _wrong("checks is not a list of checks")
    return Report(
        assignment=_text(raw, "assignment"),
        status=cast("Any", _one_of(raw, "status", _REPORT_STATUSES)),
        score=_number(raw, "score"),
        max_score=_number(raw, "max_score"),
        checks=tuple(_read_check(check) for check in checks),
        message=_text(raw, "message", ""),
        language=cast("Language", _one_of(raw, "language", LANGUAGES, LANGUAGES[0])),
        timing=_read_timing(_table(raw, "timing")),
        provenance=_read_provenance(_table(raw, "provenance")),
    )


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _wrong(what: str) -> UsageError:
    return UsageError(f"report.json cannot be used: {what}", fix="Grade the submission again")


def _read_check(raw: JSON) -> Check:
    if not isinstance(raw, dict):
        raise _wrong("a check is not an object")
    cell = raw.get("cell")
    if cell is not None and (not isinstance(cell, int) or isinstance(cell, bool) or cell < 1):
        raise _wrong("cell is not a positive number")
    findings = raw.get("findings", [])
    if not isinstance(findings, list):
        raise _wrong("findings is not a list")
    return Check(
        id=_text(raw, "id"),
        title=_text(raw, "title"),
        points=_number(raw, "points"),
        max_points=_number(raw, "max_points"),
        status=cast("Any", _one_of(raw, "status", _CHECK_STATUSES)),
        visibility=cast("Any", _one_of(raw, "visibility", _VISIBILITIES)),
        message=_text(raw, "message", ""),
        hint=_text(raw, "hint", ""),
        cell=cell,
        findings=tuple(_read_finding(finding) for finding in findings),
    )


def _read_finding(raw: JSON) -> Finding:
    if not isinstance(raw, dict):
        raise _wrong("a finding is not an object")
    return Finding(_text(raw, "code"), _table(raw, "params"), raw.get("reveals") is True)


def _read_timing(raw: Mapping[str, JSON]) -> Timing:
    return Timing(**{f.name: _number(raw, f.name, 0.0) for f in fields(Timing)})


def _read_provenance(raw: Mapping[str, JSON]) -> Provenance:
    return Provenance(**{f.name: _text(raw, f.name, "") for f in fields(Provenance)})


def _table(raw: Mapping[str, JSON], name: str) -> dict[str, JSON]:
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise _wrong(f"{name} is not an object")
    return value


def _text(raw: Mapping[str, JSON], name: str, default: str | None = None) -> str:
    value = raw.get(name, default)
    if not isinstance(value, str):
        raise _wrong(f"{name} is not text")
    return value


def _number(raw: Mapping[str, JSON], name: str, default: float | None = None) -> float:
    value = raw.get(name, default)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 10**9:
        raise _wrong(f"{name} is not a number of at least 0")
    return float(value)


def _one_of(
    raw: Mapping[str, JSON], name: str, allowed: Sequence[str], default: str | None = None
) -> str:
    value = raw.get(name, default)
    if value not in allowed:
        raise _wrong(f"{name} is none of {', '.join(allowed)}")
    return str(value)
