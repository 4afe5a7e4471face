"""The author's statement: what to do, in both languages, handed out beside the starter."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from autograder.assignment import Assignment

STATEMENTS: Final = ("statement.ko.md", "statement.en.md")


def write_statements(assignment: Assignment, folder: Path) -> None:
    """Copy the statements that there are into a folder."""
    for name in STATEMENTS:
        if (assignment.folder / name).is_file():
            shutil.copyfile(assignment.folder / name, folder / name)
