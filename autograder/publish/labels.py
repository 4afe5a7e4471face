"""Labels on the pull request: the week, whether it passed, whether it came late.

Only labels of these names are ever removed; what people add by hand stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from github import GithubException
from github.Issue import Issue

from autograder.publish.again import gone

PASSED, NEEDS_WORK, LATE = "passed", "needs-work", "late"
_VERDICTS = frozenset({PASSED, NEEDS_WORK, LATE})
_WEEK = re.compile(r"week-\d{1,2}")
_LESSON = re.compile(r"week(\d{1,2})(?:/|$)")
_ID = re.compile(r"w(\d{1,2})(?:d\d{1,2})?-")


@dataclass(frozen=True)
class Result:
    """What one assignment contributes.

    Attributes:
        verdict: None where nothing was graded, for whatever reason.
    """

    assignment: str
    lesson: str = ""
    verdict: Literal["passed", "needs-work"] | None = None
    late: bool = False


@dataclass(frozen=True)
class Change:
    """What to add and what to remove, both sorted."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def week(assignment: str, lesson: str) -> str:
    """The label of an assignment's week, from its lesson (`week1/day3`) or id (`w1d3-joins`)."""
    found = _LESSON.match(lesson) or _ID.match(assignment)
    return f"week-{int(found[1])}" if found else ""


def diff(have: Iterable[str], results: Sequence[Result]) -> Change:
    """What to change. Where nothing was graded, an earlier verdict stays as it is."""
    old = frozenset(have)
    weeks = {label for each in results if (label := week(each.assignment, each.lesson))}
    judged = [each for each in results if each.verdict]
    ours = {name for name in old if _WEEK.fullmatch(name)} if weeks else set()
    want = set(weeks)
    if judged:
        ours |= old & _VERDICTS
        want.add(PASSED if all(each.verdict == PASSED for each in judged) else NEEDS_WORK)
        if any(each.late for each in judged):
            want.add(LATE)
    return Change(tuple(sorted(want - old)), tuple(sorted(ours - want)))


def apply(issue: Issue, results: Sequence[Result]) -> Change:
    """Bring the pull request's labels up to date; asks for nothing that is so already.

    Raises:
        GithubException: GitHub refused.
        requests.RequestException: GitHub did not answer.
    """
    change = diff([label.name for label in issue.get_labels()], results)
    if change.add:
        issue.add_to_labels(*change.add)
    for name in change.remove:
        try:
            issue.remove_from_labels(name)
        except GithubException as error:
            if not gone(error):
                raise
    return change
