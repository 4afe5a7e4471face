"""Sample feedback: the comment that a kept report would be, as HTML for an assignment's page.

The comment is Markdown for GitHub, escaped when it was made; here it is rendered, and nothing is
added. Knows no grading.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from markdown_it import MarkdownIt

from autograder.assignment import Assignment
from autograder.models import Check, Language, Report
from autograder.publish.comment import to_comment
from autograder.publish.page import Attempt, Page, Section
from autograder.site.generate import markup
from autograder.text import escape

LOGIN: Final = "haneul-example"
_COMMIT: Final = "5eed5eed" * 5
_DAY: Final = datetime(2026, 6, 3, 12, 10, tzinfo=UTC)
_COMMENT = re.compile(r"<!--.*?-->\n?")


def comment(assignment: Assignment, report: Report, zone: str, language: Language) -> str:
    """The comment on a made-up pull request whose work got this report, as HTML."""
    at = (assignment.due or _DAY) - timedelta(hours=3)
    spoken = in_language(assignment, report, language)
    section = Section(
        assignment=assignment.id,
        title=assignment.title[language],
        report=spoken,
        path=f"submissions/{LOGIN}/{assignment.id}",
        lesson=assignment.lesson,
        attempts=(Attempt(at, _COMMIT, report.score, report.max_score, current=True),),
    )
    page = Page(
        language=language,
        name=markup.words(language, "assignment.sample_name"),
        commit=_COMMIT,
        order=1,
        moment=at,
        zone=zone,
        sections=(section,),
    )
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table")
    made = renderer.render(_COMMENT.sub("", to_comment(page)))
    lesson = escape.html(assignment.lesson)
    # A page in assignments/ is two folders below the root of its language.
    made = made.replace(f'href="{lesson}"', f'href="../../{lesson}/"') if lesson else made
    head = markup.words(language, "assignment.sample_bot")
    return (
        f'<div class="comment" data-search-exclude>\n<p class="comment-head">{head}</p>\n'
        f"{_without_blank_lines(made)}\n</div>"
    )


def in_language(assignment: Assignment, report: Report, language: Language) -> Report:
    """The report with the author's words of a language; the grader's own are said by its text.

    Where the language changes, messages are told again from the findings.
    """
    if language == report.language:
        return report
    specs = {spec.name: spec for spec in assignment.answers}

    def said(check: Check) -> Check:
        spec = specs.get(check.id)
        if spec is None:
            return check
        title = spec.title[language] if spec.title else check.title
        hint = spec.hint[language] if spec.hint and check.hint else check.hint
        return replace(check, title=title, hint=hint, message="")

    return replace(report, language=language, checks=tuple(map(said, report.checks)))


def _without_blank_lines(html: str) -> str:
    """HTML that Markdown takes for one block; a blank line in code becomes a line with a blank."""
    inside = False
    lines = []
    for line in html.splitlines():
        inside = inside or "<pre>" in line
        if line.strip():
            lines.append(line)
        elif inside:
            lines.append("&#32;")
        inside = inside and "</pre>" not in line
    return "\n".join(lines)
