"""What a submission may use, as rows of a table: of one case or run first, then of it all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from autograder.assignment import Assignment
from autograder.assignment.code import CodeTable
from autograder.assignment.dag import DagTable
from autograder.models import Language
from autograder.site.generate import markup
from autograder.text.catalogue import spoken

_UNITS: Final = {"s": "seconds", "mb": "mebibytes", "kb": "kibibytes"}


def rows(assignment: Assignment, language: Language) -> list[list[str]]:
    """A name and a most for each limit."""
    return [
        [
            markup.words(language, f"limit.{name}"),
            markup.words(
                language,
                f"limit.{_UNITS.get(name.rpartition('_')[2], 'count')}",
                value=spoken(float(value)),
            ),
        ]
        for name, value in _limits(assignment)
    ]


def _limits(assignment: Assignment) -> Iterator[tuple[str, float]]:
    own = assignment.settings
    if isinstance(own, CodeTable):
        for name, value in vars(own.limits).items():
            yield f"case_{name}", value
    elif isinstance(own, DagTable):
        yield from (("run_s", own.run_s), ("parse_s", own.parse_s))
    yield from vars(assignment.limits).items()
