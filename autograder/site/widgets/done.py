"""The end of a lesson and of an assignment: the button by which a reader marks it as done.

progress.js keeps the mark in the reader's browser; without scripts the button is not shown.
"""

from __future__ import annotations

import html
import re

from autograder.site.widgets import place
from autograder.text.catalogue import catalogue

_KINDS = (
    ("lesson", re.compile(r"(?:start|week\d+|coding|challenges)/.+")),
    ("assignment", re.compile(r"assignments/.+")),
)


def kind(path: str) -> str:
    """`lesson`, `assignment` or nothing, by the page's path, such as `ko/week1/day2.md`."""
    name = place.identity(path)
    return next((each for each, pattern in _KINDS if pattern.fullmatch(name)), "")


def block(path: str) -> str:
    """The button's HTML for the end of a page; empty where there is nothing to be done."""
    which = kind(path)
    if not which:
        return ""
    words = catalogue(place.language(path))
    quizzes = '<p class="done__quiz"></p>' if which == "lesson" else ""
    return (
        f'\n<div class="done" data-done="{html.escape(place.identity(path))}">'
        f'<button type="button" class="md-button" aria-pressed="false">'
        f"{html.escape(words.say(f'widget.done.{which}'))}</button> "
        f'<span role="status" class="done__said"></span>{quizzes}'
        f"<p>{html.escape(words.say('widget.done.kept'))}</p></div>\n"
    )
