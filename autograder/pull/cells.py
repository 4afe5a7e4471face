"""Where each cell of a notebook begins in its file, so that an annotation can point at it.

The file is hostile input: whatever is odd about it gives no lines, never an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]

MAX_CELLS = 5000
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def cell_lines(body: bytes) -> tuple[int, ...]:
    """The line, from 1, at which each cell begins, by position from 0.

    A notebook on a single line has every cell on line 1. Empty for what is no notebook of
    nbformat 4 in UTF-8 (or another encoding that writes JSON's own signs as ASCII does).
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        starts = list(_starts(text))
    except (ValueError, IndexError, RecursionError):
        return ()
    lines: list[int] = []
    line, before = 1, 0
    for start in starts[:MAX_CELLS]:
        line += text.count("\n", before, start)
        before = start
        lines.append(line)
    return tuple(lines)


def _starts(text: str) -> list[int]:
    """Where each element of the array `cells` of the outermost object begins."""
    found: list[int] = []
    for key, at in _values(text):
        if key == "cells":  # of two, the last one counts, as for every reader of JSON
            found = list(_elements(text, at)) if text[at] == "[" else []
    return found


def _values(text: str) -> Iterator[tuple[str, int]]:
    """Each key of the outermost object, and where its value begins."""
    at = _after(text, _skip(text, 0), "{")
    while text[at] == '"':
        key, at = scanstring(text, at + 1)
        at = _after(text, _skip(text, at), ":")
        yield key, at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] != ",":
            return
        at = _skip(text, at + 1)


def _elements(text: str, at: int) -> Iterator[int]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, sign: str) -> int:
    if text[at] != sign:
        raise ValueError(sign)
    return _skip(text, at + 1)
