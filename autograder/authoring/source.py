"""The source notebook of an assignment: solution and starter in one, in nbgrader's format.

nbgrader's own preprocessor clears the solutions, so that a course written for nbgrader means here
what it means there.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import AssignmentError, UsageError
from autograder.files import write_whole

KEPT_TAGS = ("parameters",)


def read(path: Path) -> Any:
    """The notebook at `path` as nbformat 4.

    Raises:
        AssignmentError: it is missing or no notebook.
    """
    nbformat = _nbformat()
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise AssignmentError(
            f"{path}: no source notebook", fix="write one in nbgrader's format"
        ) from error
    except Exception as error:
        raise AssignmentError(
            f"{path}: not a notebook: {str(error).splitlines()[0][:120]}",
            fix="open and save it in Jupyter",
        ) from error


def write(notebook: Any, path: Path) -> None:
    """Store a notebook; the file appears whole or not at all."""
    write_whole(path, _nbformat().writes(notebook) + "\n")


def starter(path: Path) -> Any:
    """What members get: every `### BEGIN SOLUTION` region replaced by nbgrader's stub.

    Raises:
        UsageError: nbgrader is not installed.
        AssignmentError: a region is not closed.
    """
    try:
        from nbgrader.preprocessors import ClearSolutions
    except ImportError as error:
        raise UsageError(
            "starters need nbgrader", fix="run ./pioneers with PIONEERS_REQUIREMENTS=dev"
        ) from error
    notebook = read(path)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    try:
        notebook, _ = ClearSolutions().preprocess(notebook, {})
    except RuntimeError as error:
        raise AssignmentError(
            f"{path}: {error}", fix="close each ### BEGIN SOLUTION with ### END SOLUTION"
        ) from error
    for cell in notebook.cells:
        tags = [tag for tag in cell.metadata.get("tags", []) if tag in KEPT_TAGS]
        cell.metadata = {"tags": tags} if tags else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def solution_cells(notebook: Any) -> dict[str, Any]:
    """The cells that members fill in, by their `grade_id`."""
    found = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and about.get("solution"):
            found[str(about.get("grade_id"))] = cell
    return found


def with_cells(path: Path, replaced: Mapping[str, str]) -> Any:
    """The solution notebook with some of its solution cells replaced.

    Raises:
        AssignmentError: there is no such cell.
    """
    notebook = read(path)
    cells = solution_cells(notebook)
    for name, source in replaced.items():
        if name not in cells:
            raise AssignmentError(
                f"{path}: no solution cell {name!r}", fix=f"known: {', '.join(cells)}"
            )
        cells[name].source = source
    return notebook


def _nbformat() -> Any:
    # A dependency of its validator builds a grammar at import for a second; it is optional there.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import nbformat

    return nbformat
