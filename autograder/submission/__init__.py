"""Takes a member's files as they are and makes of them something that can be run, or says why not.

Everything here is hostile input: names, sizes, links, encodings, depth. Files are copied to a
staging folder (regular files only), and a notebook is written anew with nothing of it kept but
cell types, sources and tags. Nothing is executed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.errors import SubmissionInvalid
from autograder.submission.files import (
    IGNORED,
    MAX_FILES,
    MAX_FOLDERS,
    MAX_TOTAL_MB,
    check_name,
    find,
    read,
)
from autograder.submission.notebook import (
    MAX_CELLS,
    MAX_NOTEBOOK_MB,
    NOTEBOOK,
    Cell,
    Names,
    decode,
    find_names,
    parse_notebook,
    pick_notebook,
    render_notebook,
)
from autograder.submission.program import check_program

__all__ = [
    "IGNORED",
    "MAX_CELLS",
    "MAX_FILES",
    "MAX_FOLDERS",
    "MAX_NOTEBOOK_MB",
    "MAX_PROGRAM_KB",
    "MAX_TOTAL_MB",
    "NOTEBOOK",
    "Cell",
    "Names",
    "Submission",
    "check_name",
    "check_program",
    "find_names",
    "parse_notebook",
    "pick_notebook",
    "pick_program",
    "render_notebook",
    "stage",
    "stage_program",
]
MAX_PROGRAM_KB = 512


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
        return any(word in text for text in self._texts)

    @cached_property
    def _texts(self) -> list[str]:
        """All code, read once: many words are looked for."""
        texts = [cell.source for cell in self.cells if cell.kind == "code"]
        files = [path for path in self.folder.rglob("*.py") if path.is_file()]
        return texts + [path.read_text("utf-8", "replace") for path in files]


def stage(path: Path, folder: Path) -> Submission:
    """Copy the submission at `path` (a folder or a notebook) into the new `folder`.

    Raises:
        SubmissionNotFound: there is nothing at `path`.
        SubmissionInvalid: it cannot be run; the code says what the member has to mend.
    """
    files = find(path)
    notebook = pick_notebook(path, files)
    folder.mkdir(parents=True)
    digest = hashlib.sha256()
    for name, body in _bodies(files, digest):
        if name == notebook:
            cells = parse_notebook(body, name)
        elif not name.endswith(".ipynb"):
            _put(folder / name, body)
    (folder / NOTEBOOK).write_text(render_notebook(cells), "utf-8")
    return Submission(folder, cells, digest.hexdigest())


def stage_program(path: Path, folder: Path, entry: str) -> Submission:
    """Copy a program (a folder that holds the file `entry`, or a file) into the new `folder`.

    A file of another name is taken for `entry` where it is the only one with that ending; its text
    is stored as UTF-8 with plain line ends.

    Raises:
        SubmissionNotFound, SubmissionInvalid: as for `stage`.
    """
    files = find(path)
    chosen = pick_program(path, files, entry)
    folder.mkdir(parents=True)
    digest = hashlib.sha256()
    for name, body in _bodies(files, digest):
        if name == chosen:
            if len(body) > MAX_PROGRAM_KB * 1024:
                limit = MAX_PROGRAM_KB
                raise SubmissionInvalid(
                    "program_too_large", name=name, size_kb=len(body) // 1024 + 1, limit_kb=limit
                )
            text = decode(body, name).replace("\r\n", "\n")
            if not text.strip():
                raise SubmissionInvalid("empty", name=name)
            _put(folder / entry, text.encode())
        elif name != entry:
            _put(folder / name, body)
    return Submission(folder, (), digest.hexdigest())


def pick_program(path: Path, files: Mapping[str, Path], entry: str) -> str:
    """The name of the file that is taken for `entry`.

    Raises:
        SubmissionInvalid: there is none, or it is not clear which.
    """
    ending = Path(entry).suffix
    if not path.is_dir():
        if path.suffix != ending:
            raise SubmissionInvalid("not_program", name=path.name, entry=entry)
        return path.name
    if (path / entry).is_dir():
        raise SubmissionInvalid("folder_instead", name=entry)
    if entry in files:
        return entry
    others = [name for name in files if name.endswith(ending) and "/" not in name]
    if len(others) == 1:
        return others[0]
    raise SubmissionInvalid("no_program", folder=path.name, entry=entry)


def _bodies(files: Mapping[str, Path], digest: hashlib._Hash) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes, which go into the digest."""
    for name, source in files.items():
        body = read(source, MAX_TOTAL_MB * 2**20)
        digest.update(f"{name}\0{len(body)}\0".encode("utf-8", "surrogatepass"))
        digest.update(body)
        yield name, body


def _put(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
