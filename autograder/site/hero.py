"""What the grader's answer looks like, for the home page: a report that an assignment keeps.

Plain values for the template `partials/sample.html`, which escapes them. Knows no markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograder import report as reports
from autograder.assignment import Assignment
from autograder.authoring.golden import SAMPLE
from autograder.models import LANGUAGES, Language, Report
from autograder.site.generate.sample import in_language
from autograder.text import escape
from autograder.text.catalogue import catalogue, spoken
from autograder.text.wording import first_to_fix, tell

Shown = dict[str, Any]


def sample(assignments: Iterable[Assignment]) -> dict[Language, Shown]:
    """The first kept report in which something is left to fix, in both languages.

    Returns:
        the values by language; nothing if no assignment keeps such a report.
    """
    for assignment in assignments:
        try:
            kept = (assignment.folder / "golden" / SAMPLE).read_text(encoding="utf-8")
        except OSError:
            continue
        report = reports.from_json(kept)
        if first_to_fix(report.checks) is not None:
            return {language: _shown(assignment, report, language) for language in LANGUAGES}
    return {}


def _shown(assignment: Assignment, kept: Report, language: Language) -> Shown:
    report = in_language(assignment, kept, language)
    words = catalogue(language)
    first = first_to_fix(report.checks)
    told = tell(first, report, language) if first else None
    return {
        "title": assignment.title[language],
        "score": f"{spoken(report.score)} / {spoken(report.max_score)}",
        "lines": [
            {
                "status": check.status,
                "said": words.say(f"theme.sample.{'pass' if check.status == 'pass' else 'again'}"),
                "title": escape.clean(check.title),
                "points": f"{spoken(check.points)} / {spoken(check.max_points)}",
            }
            for check in report.checks
        ],
        "first_label": words.say("report.first"),
        "first": escape.clean(first.title) if first else "",
        "message": escape.clean(told.message) if told else "",
        "hint": escape.clean(first.hint) if first else "",
        "caption": words.say("theme.sample.caption"),
    }
