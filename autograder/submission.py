"""Takes a member's files as they are and makes of them something that can be run, or says why not.

Everything here is hostile input: names, sizes, links, encodings, depth. Files are copied to a
staging folder (regular files only), and the notebook is written anew with nothing of it kept but
cell types, sources and tags. Nothing is executed.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import stat
import threading
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import SubmissionInvalid, SubmissionNotFound
from autograder.files import Unreadable, read_regular

NOTEBOOK = "notebook.ipynb"
MAX_NOTEBOOK_MB = 10
MAX_FILES = 200
MAX_TOTAL_MB = 50
MAX_CELLS = 1000
MAX_FOLDERS = 200
IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}
_CELL_TYPES = ("code", "markdown", "raw")
# Filters of warnings belong to the process, and two submissions may be read side by side.
_QUIET = threading.Lock()


@dataclass(frozen=True)
class Cell:
    """One cell of a submitted notebook: its type, its source, its tags."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A staged submission.

    Attributes:
        folder: the staging folder; `NOTEBOOK` in it is the clean notebook.
        cells: the notebook's cells in order, markdown included.
        sha256: of the names and bytes that the member submitted.
    """

    folder: Path
    cells: tuple[Cell, ...]
    sha256: str

    def mentions(self, word: str) -> bool:
        """Whether any code cell, or any Python file beside the notebook, has this word."""
        texts = [cell.source for cell in self.cells if cell.kind == "code"]
        files = sorted(path for path in self.folder.rglob("*.py") if path.is_file())
        texts += [path.read_text("utf-8", "replace") for path in files]
        return any(word in text for text in texts)


def stage(path: Path, folder: Path) -> Submission:
    """Copy the submission at `path` (a folder or a notebook) into the new `folder`.

    Raises:
        SubmissionNotFound: there is nothing at `path`.
        SubmissionInvalid: it cannot be run; the code says what the member has to mend.
    """
    files = _files(path)
    notebook = pick_notebook(path, files)
    folder.mkdir(parents=True)
    digest = hashlib.sha256()
    for name, source in files.items():
        body = _read(source, MAX_TOTAL_MB * 2**20)
        digest.update(f"{name}\0{len(body)}\0".encode("utf-8", "surrogatepass"))
        digest.update(body)
        if name == notebook:
            cells = parse_notebook(body, name)
        elif not name.endswith(".ipynb"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
    (folder / NOTEBOOK).write_text(render_notebook(cells), "utf-8")
    return Submission(folder, cells, digest.hexdigest())


def _read(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        SubmissionInvalid: it is something else, or larger than `max_bytes`.
    """
    try:
        return read_regular(path, max_bytes)
    except FileNotFoundError as error:
        raise SubmissionInvalid("not_a_file", name=path.name) from error
    except Unreadable as error:
        sizes = {"size_mb": error.size // 2**20 + 1, "limit_mb": max_bytes // 2**20}
        told = sizes if error.why == "too_large" else {}
        raise SubmissionInvalid(error.why, name=path.name, **told) from error


def _files(path: Path) -> dict[str, Path]:
    """Relative POSIX name to path, for every file that travels along."""
    if not os.path.lexists(path):  # Path.exists raises for a name that is too long
        raise SubmissionNotFound(f"{path}: no such submission", fix="check the path or the login")
    if path.is_symlink():
        raise SubmissionInvalid("link", name=path.name)
    if not path.is_dir():
        check_name(path.name)
        return {path.name: path}
    found: dict[str, Path] = {}
    total = seen = 0
    for parent, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - IGNORED)
        seen += len(folders)
        if seen > MAX_FOLDERS:  # each within the last, perhaps: walking on is a deep recursion
            raise SubmissionInvalid("too_many_files", count=len(found) + seen, limit=MAX_FILES)
        for name in sorted(set(names) - IGNORED):
            file = Path(parent) / name
            inner = file.relative_to(path).as_posix()
            check_name(inner)
            if not stat.S_ISREG(file.lstat().st_mode):
                raise SubmissionInvalid("link" if file.is_symlink() else "not_a_file", name=inner)
            total += file.lstat().st_size
            found[inner] = file
            if len(found) > MAX_FILES:
                raise SubmissionInvalid("too_many_files", count=len(found), limit=MAX_FILES)
        for name in folders:
            if (Path(parent) / name).is_symlink():
                raise SubmissionInvalid("link", name=name)
    if total > MAX_TOTAL_MB * 2**20:
        raise SubmissionInvalid(
            "too_large", name=path.name, size_mb=total // 2**20 + 1, limit_mb=MAX_TOTAL_MB
        )
    return found


def check_name(name: str) -> None:
    """Refuse a name that cannot be said or shown.

    Raises:
        SubmissionInvalid: control characters, half surrogate pairs, or more than 200 characters.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise SubmissionInvalid("bad_name", name=ascii(name)) from error
    if any(ord(sign) < 32 for sign in name) or len(name) > 200:
        raise SubmissionInvalid("bad_name", name=ascii(name)[:80])


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
    text = _decode(body, name)
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


def _decode(body: bytes, name: str) -> str:
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
        with _QUIET, warnings.catch_warnings():
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
