"""A member's notebook, read as hostile input: its cells, and where it defines which name.

Nothing of the file is kept but cell types, sources and tags, and nothing is executed.
"""

from __future__ import annotations

import ast
import json
import re
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SubmissionInvalid

NOTEBOOK = "notebook.ipynb"
MAX_NOTEBOOK_MB = 10
MAX_CELLS = 1000
_CELL_TYPES = ("code", "markdown", "raw")
# Filters of warnings belong to the process, and two submissions may be read side by side.
QUIET = threading.Lock()


@dataclass(frozen=True)
class Cell:
    """One cell of a submitted notebook: its type, its source, its tags."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()


def pick_notebook(path: Path, files: Mapping[str, Path]) -> str:
    """The name of the notebook that is graded: `notebook.ipynb`, or the only one there is.

    Raises:
        SubmissionInvalid: there is none, or it is not clear which.
    """
    if not path.is_dir():
        if path.suffix != ".ipynb":
            raise SubmissionInvalid("not_notebook", name=path.name)
        return path.name
    if (path / NOTEBOOK).is_dir():
        raise SubmissionInvalid("folder_instead", name=NOTEBOOK)
    notebooks = [name for name in files if name.endswith(".ipynb") and "/" not in name]
    if NOTEBOOK in notebooks:
        return NOTEBOOK
    if len(notebooks) == 1:
        return notebooks[0]
    if notebooks:
        raise SubmissionInvalid("many_notebooks", names=", ".join(notebooks[:5]))
    raise SubmissionInvalid("no_notebook", folder=path.name)


def parse_notebook(body: bytes, name: str) -> tuple[Cell, ...]:
    """The cells of a notebook of any nbformat from 3 to 4, in any of the usual encodings.

    Raises:
        SubmissionInvalid: with the code that says what is wrong with it.
    """
    if len(body) > MAX_NOTEBOOK_MB * 2**20:
        raise SubmissionInvalid(
            "too_large", name=name, size_mb=len(body) // 2**20 + 1, limit_mb=MAX_NOTEBOOK_MB
        )
    text = decode(body, name)
    if not text.strip():
        raise SubmissionInvalid("empty", name=name)
    try:
        tree = json.loads(text)
    except RecursionError as error:
        raise SubmissionInvalid("deep", name=name) from error
    except ValueError as error:
        code = "truncated" if _is_cut(text, error) else "not_json"
        raise SubmissionInvalid(code, name=name) from error
    cells = tuple(_cells(tree, name))
    if len(cells) > MAX_CELLS:
        raise SubmissionInvalid("too_many_cells", count=len(cells), limit=MAX_CELLS)
    if not any(cell.kind == "code" and cell.source.strip() for cell in cells):
        raise SubmissionInvalid("no_code", name=name)
    return cells


def _is_cut(text: str, error: ValueError) -> bool:
    """Whether JSON began well and then just ended, be it within a string."""
    at_the_end = getattr(error, "pos", 0) >= len(text.rstrip()) - 1
    return text.lstrip().startswith("{") and (at_the_end or "Unterminated" in str(error))


def decode(body: bytes, name: str) -> str:
    """The text of a file in any of the usual encodings of editors here.

    Raises:
        SubmissionInvalid: it is in none of them.
    """
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if body.startswith(mark):
            try:
                return body.decode(encoding)
            except UnicodeDecodeError:
                break
    try:
        return body.decode("cp949")
    except UnicodeDecodeError as error:
        raise SubmissionInvalid("encoding", name=name) from error


def _cells(tree: Any, name: str) -> Iterable[Cell]:
    if not isinstance(tree, dict):
        raise SubmissionInvalid("not_notebook", name=name)
    version = tree.get("nbformat")
    if version == 3 and isinstance(tree.get("worksheets"), list):
        raw = [
            cell
            for sheet in tree["worksheets"]
            if isinstance(sheet, dict)
            for cell in _list(sheet.get("cells"))
        ]
    elif version == 4 and isinstance(tree.get("cells"), list):
        raw = tree["cells"]
    elif isinstance(version, int):
        raise SubmissionInvalid("nbformat", name=name, version=version)
    else:
        raise SubmissionInvalid("not_notebook", name=name)
    for cell in raw:
        if not isinstance(cell, dict):
            raise SubmissionInvalid("not_notebook", name=name)
        yield _cell(cell)


def _cell(cell: Mapping[str, Any]) -> Cell:
    kind = cell.get("cell_type")
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):  # nothing that a notebook may hold there
        source = ""
    metadata = cell.get("metadata")
    tags = _list(metadata.get("tags")) if isinstance(metadata, dict) else []
    return Cell(
        kind=kind if kind in _CELL_TYPES else "raw",
        source=source.replace("\r\n", "\n").encode("utf-8", "replace").decode(),
        tags=tuple(tag for tag in tags if tag == "parameters"),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def render_notebook(cells: Iterable[Cell]) -> str:
    """A clean nbformat 4.5 notebook: our kernel, fresh cell ids, no outputs."""
    rendered = []
    for index, cell in enumerate(cells):
        metadata: dict[str, Any] = {"pioneers": {"index": index}, "tags": list(cell.tags)}
        entry: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{index}",
            "metadata": metadata,
        }
        entry["source"] = cell.source
        if cell.kind == "code":
            entry |= {"outputs": [], "execution_count": None}
        rendered.append(entry)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    tree = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": rendered,
    }
    return json.dumps(tree, ensure_ascii=False)


@dataclass(frozen=True)
class Names:
    """Where a notebook defines and mentions names; indexes count all cells from 0."""

    defined: Mapping[str, tuple[int, ...]]
    mentioned: Mapping[str, int]

    def last(self, name: str) -> int | None:
        """The last cell that defines a name."""
        cells = self.defined.get(name, ())
        return cells[-1] if cells else None


def find_names(cells: Iterable[Cell]) -> Names:
    """Read which cell defines which name, from the source alone: a running notebook cannot lie."""
    defined: dict[str, list[int]] = {}
    mentioned: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.kind != "code":
            continue
        for name in _bound(cell.source):
            if index not in defined.setdefault(name, []):
                defined[name].append(index)
        for word in set(re.findall(r"[^\W\d]\w*", cell.source)):
            mentioned[word] = index
    return Names({name: tuple(where) for name, where in defined.items()}, mentioned)


def _bound(source: str) -> Iterable[str]:
    lines = ["pass" if line.startswith(("%", "!", "?")) else line for line in source.split("\n")]
    try:
        with QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\\d" in a cell is no warning to an organiser
            tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0]
