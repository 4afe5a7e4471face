"""What a lesson says of its assignment: a link, the points and the deadline, from the assignment.

An author writes ``과제: `w1d3-joins` `` (or ``Assignment: …``) on a line of its own; the made box
takes its place. A lesson without that line has the box at its end.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from autograder.assignment import Assignment
from autograder.models import Language
from autograder.site.generate import markup
from autograder.text import escape

Links = Mapping[str, Sequence[Assignment]]
"""Assignments by the lesson that they name, such as `week1/day3`."""

_SAID = re.compile(r"^(?:과제|Assignment): `([a-z0-9-]+)`[ \t]*$", re.MULTILINE)


def links(found: Sequence[Assignment]) -> Links:
    """The assignments of each lesson, in the order given."""
    grouped = defaultdict(list)
    for each in found:
        if each.lesson:
            grouped[each.lesson].append(each)
    return grouped


def with_assignments(markdown: str, path: str, known: Links, zone: str) -> str:
    """The Markdown of a page with the boxes of its assignments.

    Args:
        path: of the page in the docs folder, such as `ko/week1/day3.md`.
        zone: the cohort's time zone.
    """
    folder, _, inner = path.partition("/")
    language: Language = "en" if folder == "en" else "ko"
    own = {each.id: each for each in known.get(inner.removesuffix(".md"), ())}
    if not own:
        return markdown
    said: set[str] = set()

    def box(found: re.Match[str]) -> str:
        if found[1] not in own:
            return found[0]
        said.add(found[1])
        return _box(own[found[1]], inner, zone, language)

    text = _SAID.sub(box, markdown)
    rest = [_box(each, inner, zone, language) for name, each in own.items() if name not in said]
    return markup.page(text, *rest)


def _box(assignment: Assignment, page: str, zone: str, language: Language) -> str:
    target = posixpath.relpath(f"assignments/{assignment.id}.md", posixpath.dirname(page) or ".")
    parts = [
        f"**{markup.words(language, 'lesson.assignment')}**"
        f" [{escape.page(assignment.title[language])}]({target})",
        markup.words(language, "lesson.points", points=markup.points(assignment.max_points)),
    ]
    if assignment.due:
        moment = markup.moment(assignment.due, zone, language)
        parts.append(markup.words(language, "lesson.due", moment=moment))
    return f'<div class="assignment-link" markdown>\n\n{" · ".join(parts)}\n\n</div>'
