"""The table of languages: how a program is called, prepared and run, and where its errors point.

Another language is another row. Python's has no command: its programs run in an interpreter that
has loaded them once, a process a case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from autograder.errors import AssignmentError


@dataclass(frozen=True)
class Language:
    """One row.

    Attributes:
        file: what a member hands in.
        prepare: run once in the sandbox before the first case, in the submission's folder; empty
            for none. What it makes belongs under /tmp.
        command: run for each case; empty where the program is loaded and called.
        functions: whether a function can be called, or only whole programs run.
        error: finds `type`, `error` and `line` in what a program complains on standard error;
            each may be absent.
    """

    file: str
    prepare: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    functions: bool = False
    error: re.Pattern[str] = re.compile(r"(?P<error>\S.*)\s*\Z")


LANGUAGES: Final[Mapping[str, Language]] = {
    "python": Language("solution.py", functions=True),
    "shell": Language(
        "solution.sh",
        command=("/bin/sh", "solution.sh"),
        error=re.compile(r"solution\.sh: (?:line )?(?P<line>\d+): (?P<error>[^\n]*)\s*\Z"),
    ),
}


def language(name: str, *, function: bool) -> Language:
    """A row of the table.

    Raises:
        AssignmentError: there is no such row, or it has no functions and one is asked for.
    """
    row = LANGUAGES.get(name)
    if row is None:
        raise AssignmentError(
            f"language {name[:40]!r} is not in the table", fix=f"known: {', '.join(LANGUAGES)}"
        )
    if function and not row.functions:
        raise AssignmentError(
            f"functions of {name} cannot be called", fix='set mode = "stdio" in [code]'
        )
    return row
