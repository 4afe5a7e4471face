"""What a report says of a check, in one language, before any markup.

Shared by the Markdown and the terminal form, so that both say the same. It must not know either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.models import JSON, Check, Finding, Language, Report
from autograder.text.catalogue import Catalogue, catalogue, describe, spoken
from autograder.text.disclosure import hide


@dataclass(frozen=True)
class Told:
    """A failed check in words.

    Attributes:
        check: the check.
        message: what happened, one or two sentences.
        next: one next step.
        asked, arrived: short descriptions, empty if unknown.
        findings: as they may be shown.
    """

    check: Check
    message: str
    next: str
    asked: str
    arrived: str
    findings: tuple[Finding, ...]


def tell(check: Check, report: Report, language: Language) -> Told:
    """Puts a check into words: its own message, or its findings where the language differs."""
    findings = check.findings
    if check.visibility == "hidden":
        findings = tuple(hide(finding) for finding in findings)
    message, step = describe(findings, check.visibility, language)
    if check.message and (language == report.language or not message):
        message = check.message
    words = catalogue(language)
    by_code = {finding.code: finding for finding in findings}
    return Told(
        check,
        message or words.say("check.unknown_finding"),
        step or words.say("check.unknown_finding.next"),
        _asked(words, by_code.get("info.asked")),
        _arrived(words, by_code.get("info.arrived")),
        findings,
    )


def first_to_fix(checks: Sequence[Check]) -> Check | None:
    """Returns the failed check worth most, the first of equals; a skipped one only if all are."""
    failed = [check for check in checks if check.status != "pass"]
    own = [check for check in failed if check.status != "skipped"] or failed
    return max(own, key=lambda check: check.max_points, default=None)


def passed(report: Report) -> int:
    """Returns how many checks passed."""
    return sum(check.status == "pass" for check in report.checks)


def _asked(words: Catalogue, finding: Finding | None) -> str:
    if finding is None:
        return ""
    params = finding.params
    parts = [_shape(words, params)]
    if params.get("keys"):
        parts.append(words.say("report.shape_keys", keys=params["keys"]))
    if params.get("order") == "strict":
        parts.append(words.say("report.shape_strict"))
    return "; ".join(parts)


def _arrived(words: Catalogue, finding: Finding | None) -> str:
    if finding is None:
        return ""
    shape = _shape(words, finding.params)
    return f"{shape} {spoken(finding.params['value'])}" if "value" in finding.params else shape


def _shape(words: Catalogue, params: Mapping[str, JSON]) -> str:
    """Says a type in everyday words, with the number of rows and the columns if it has some."""
    kind = params.get("type", "")
    key = f"report.type_{kind}"
    said = words.say(key) if words.has(key) else spoken(str(kind))
    if "rows" in params:
        said += f", {words.say('report.rows', rows=params['rows'])}"
    return f"{said}: {spoken(params['columns'])}" if params.get("columns") else said
