"""Rules for a page in both languages: the same pages, anchors, quizzes and notebooks.

What a reader follows, answers or downloads in one language is there in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from autograder.models import LANGUAGES
from autograder.site.faults import ROOT, Course, Fault, fault
from autograder.site.reading import Reading
from autograder.site.widgets import notebook, quiz


def mirrors(course: Course) -> Iterator[Fault]:
    """Every page and notebook against its mirror."""
    for inner, page in course.pages.items():
        language, _, rest = inner.partition("/")
        if language not in LANGUAGES:
            yield fault(inner, 1, "lies outside of ko/ and en/", "move it into one of them")
            continue
        other = f"{'en' if language == 'ko' else 'ko'}/{rest}"
        mirror = course.pages.get(other)
        if mirror is None:
            if other not in course.files:
                yield fault(inner, 1, "has no mirror page", f"write {ROOT}/{other}")
            continue
        yield from _same_anchors(inner, page, other, mirror)
        if language == "ko":
            yield from _same_quizzes(other, mirror, inner, page)
    yield from _same_notebooks(course)


def _same_anchors(inner: str, page: Reading, other: str, mirror: Reading) -> Iterator[Fault]:
    there = {heading.anchor for heading in mirror.headings}
    for heading in page.headings:
        if heading.level > 1 and not heading.anchor:
            yield fault(inner, heading.line, "heading without an anchor", "end it with { #name }")
        elif heading.anchor not in there:
            yield fault(
                inner, heading.line, f"heading #{heading.anchor} is not in {ROOT}/{other}",
                "give both pages the same anchors",
            )  # fmt: skip


def _same_quizzes(inner: str, page: Reading, other: str, mirror: Reading) -> Iterator[Fault]:
    """What a reader answered holds in both languages, so both must have the same answers."""
    own, theirs = list(_shapes(page)), list(_shapes(mirror))
    for mine, yours in zip_longest(own, theirs):
        if mine is None or yours is None or mine[1] != yours[1]:
            line = mine[0] if mine else len(page.text.splitlines()) or 1
            yield fault(
                inner, line, f"quizzes differ from those of {ROOT}/{other}",
                "give both the same questions, choices and right answers",
            )  # fmt: skip
            return


def _shapes(page: Reading) -> Iterator[tuple[int, str]]:
    for fence in page.fences:
        if fence.language == "quiz":
            try:
                yield fence.line, quiz.parse(fence.body).shape
            except quiz.QuizError:
                yield fence.line, ""


def _same_notebooks(course: Course) -> Iterator[Fault]:
    """Texts differ, code and what it says do not: so one run proves both."""
    for inner, body in course.notebooks.items():
        language, _, rest = inner.partition("/")
        other = f"{'en' if language == 'ko' else 'ko'}/{rest}"
        mirror = course.notebooks.get(other)
        if mirror is None:
            yield fault(inner, 1, "has no mirror notebook", f"write {ROOT}/{other}")
        elif language == "en" and _of(notebook.code, body) != _of(notebook.code, mirror):
            fix = "give both the same code cells"
            yield fault(inner, 1, f"its code differs from that of {ROOT}/{other}", fix)
        elif language == "en" and _of(notebook.said, body) != _of(notebook.said, mirror):
            fix = "run both again"
            yield fault(inner, 1, f"its outputs differ from those of {ROOT}/{other}", fix)


def _of(reading: Callable[[bytes], object], body: bytes) -> object:
    try:
        return reading(body)
    except ValueError:
        return None  # told already
