"""The pages that are made from the grader's own sources, one generator a subject.

A generator is a function of the sources that yields files in the order in which the navigation
shows them, in both languages. Adding a subject is adding a line to GENERATORS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from autograder.site.generated import Generated, Sources

Generator = Callable[[Sources], Iterator[Generated]]

GENERATORS: tuple[Generator, ...] = ()


def pages(sources: Sources) -> Iterator[Generated]:
    """Every made file, generator after generator."""
    for generator in GENERATORS:
        yield from generator(sources)
