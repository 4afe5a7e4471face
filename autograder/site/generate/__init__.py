"""The pages that are made from the grader's own sources, one generator a subject.

A generator is a function of the sources that yields files in the order in which the navigation
shows them, in both languages. Adding a subject is adding a line to GENERATORS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.site.generate import assignments, boards, commands, contracts, datasets
from autograder.site.generated import Generated, Sources
from autograder.site.widgets import glossary

Generator = Callable[[Sources], Iterator[Generated]]

GENERATORS: tuple[Generator, ...] = (
    assignments.pages,
    datasets.pages,
    boards.pages,
    commands.pages,
    contracts.pages,
    glossary.generate,
)


def pages(sources: Sources) -> Iterator[Generated]:
    """Every made file, generator after generator."""
    for generator in GENERATORS:
        yield from generator(sources)
