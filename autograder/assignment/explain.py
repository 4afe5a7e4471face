"""Says in one line what is wrong with an `assignment.toml`: its line, its key and the fix."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from autograder.errors import AssignmentError


def explain(
    path: Path,
    text: str,
    error: ValidationError,
    inside: tuple[str, ...] = (),
    *,
    tagged: bool = False,
) -> AssignmentError:
    """The first thing that pydantic minds.

    Args:
        inside: the table that was read.
        tagged: True where each place begins with the type of what was read.
    """
    first = error.errors()[0]
    where = (*inside, *(str(part) for part in first["loc"][1 if tagged else 0 :]))
    key = ".".join(where) or "the file"
    if first["type"] == "missing":
        return at(path, text, where[:-1], f"{key} is missing", f"add {where[-1]} = …")
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return at(path, text, where, f"unknown key {key}", "remove it or mend its spelling")
    given = first.get("input")
    fix = first["msg"][0].lower() + first["msg"][1:]
    return at(path, text, where, f"{key} = {str(given)[:60]!r} will not do", fix.rstrip("."))


def at(path: Path, text: str, where: tuple[str, ...], what: str, fix: str) -> AssignmentError:
    """An error at a key of the file."""
    return AssignmentError(f"{path}, line {_line(text, where)}: {what}", fix=fix)


def _line(text: str, where: tuple[str, ...]) -> int:
    """The 1-based line on which a key stands, or its table's header, or 1.

    tomllib keeps no positions, so this looks for the longest header that leads to the key.
    """
    best, depth = 1, 0
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+([^\]]+)\]+", line):
            header = tuple(part.strip().strip("\"'") for part in found[1].split("."))
            key = header
        elif found := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            key = (*header, *(part.strip("\"'") for part in found[1].split(".")))
            if where[: len(key)] == key:
                return number
        else:
            continue
        # A header that leads to the key, or a dotted key that lies in the table asked for.
        shared = min(len(key), len(where))
        if key[:shared] == where[:shared] and shared > depth:
            best, depth = number, shared
    return best
