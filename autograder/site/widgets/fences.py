"""Fenced blocks of a Markdown file with the lines they stand on, for checks that name a line.

Only what Python-Markdown's superfences takes for a fence counts: a block in a longer fence is
text. Knows nothing of what the blocks hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Fence:
    """One fenced block.

    Attributes:
        language: the first word after the marks, such as `python` or `quiz`; may be empty.
        line: the line of the file on which the fence opens, from 1.
        last: the line on which it closes.
        body: what it holds, without the indentation of the fence.
    """

    language: str
    line: int
    last: int
    body: str


def fences(text: str) -> Iterator[Fence]:
    """Every fenced block of a page in order; one that never closes is none."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        opened = _OPEN.match(lines[number])
        closed = _closing(lines, number, opened) if opened else None
        if opened is None or closed is None:
            number += 1
            continue
        inside = [line.removeprefix(opened["indent"]) for line in lines[number + 1 : closed]]
        words = opened["info"].strip(" {").replace("}", " ").split()
        language = words[0].lstrip(".") if words else ""
        yield Fence(language, number + 1, closed + 1, "\n".join(inside) + "\n")
        number = closed + 1


def prose(text: str) -> list[str]:
    """The lines of a page with fenced blocks and comments emptied, so that numbers still fit."""
    lines = text.splitlines()
    for fence in fences(text):
        for number in range(fence.line - 1, fence.last):
            lines[number] = ""
    hidden = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), "\n".join(lines))
    return hidden.split("\n")


def _closing(lines: list[str], start: int, opened: re.Match[str]) -> int | None:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == opened["marks"]:
            return number
    return None
