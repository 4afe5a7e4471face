"""A ledger in a folder: one file for each record, there completely or not at all.

A record is written aside, synced, and linked to its name: linking fails where the name is taken,
so of several writers exactly one is first, and a writer that is killed leaves nothing half done.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.errors import LedgerError
from autograder.ledger.record import Record, dump
from autograder.ledger.store import (
    MAX_BYTES,
    Added,
    kept,
    proven_name,
    proven_prefix,
    record_names,
    stray_names,
)

SCRATCH = ".scratch"
_ABANDONED_S = 24 * 3600.0
_HIDDEN = {SCRATCH, ".git"}
"""`.git` is there where the folder is a checkout of a ledger's branch."""


class FolderStore:
    """The ledger in one folder, made when the first record comes.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, record: Record) -> Added:
        """See `Store.add`.

        Raises:
            LedgerError: the folder cannot be written, or holds something else by that name.
        """
        name = proven_name(record.name)
        try:
            new = self._place(dump(record), self._path(name))
        except OSError as error:
            raise _unusable(self.root / name, error) from error
        return Added(record, new=True) if new else kept(self, record)

    def add_all(self, records: Sequence[Record]) -> list[Added]:
        """See `Store.add_all`."""
        return [self.add(record) for record in records]

    def names(self, prefix: str = "") -> Iterator[str]:
        """See `Store.names`."""
        return record_names(self._files(proven_prefix(prefix)), prefix)

    def strays(self) -> Iterator[str]:
        """See `Store.strays`."""
        return stray_names(self._files(""))

    def read(self, name: str) -> bytes:
        """See `Store.read`."""
        path = self._path(proven_name(name))
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except FileNotFoundError as error:
            raise LedgerError(f"{path}: no such record") from error
        except OSError as error:
            raise _unusable(path, error) from error
        if len(body) > MAX_BYTES:
            raise LedgerError(f"{name}: larger than {MAX_BYTES} bytes")
        return body

    def _path(self, name: str) -> Path:
        """Where a record lies; nothing on the way there may be a link."""
        path = self.root.resolve() / name
        if path.resolve() != path:
            raise LedgerError(f"{name}: a link leads elsewhere", fix="remove the link")
        return path

    def _files(self, prefix: str) -> Iterator[str]:
        """Every file below a prefix, by its name in the ledger; links are not followed."""
        for folder, inner, files in os.walk(self._path(prefix), onerror=self._unlisted):
            here = Path(folder).relative_to(self.root.resolve())
            linked = [each for each in inner if (Path(folder) / each).is_symlink()]
            inner[:] = [each for each in inner if each not in _HIDDEN and each not in linked]
            yield from ((here / each).as_posix() for each in [*files, *linked])

    def _unlisted(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise _unusable(Path(error.filename or self.root), error) from error

    def _place(self, body: bytes, path: Path) -> bool:
        """Put a file there unless the name is taken; True if it is now this one."""
        if os.path.lexists(path):
            return False
        scratch = path.parents[3] / SCRATCH
        for folder in (scratch, path.parent):
            folder.mkdir(parents=True, exist_ok=True)
        _sweep(scratch)
        descriptor, aside = tempfile.mkstemp(dir=scratch)
        try:
            _fill(descriptor, body)
            return _link(Path(aside), path, body)
        finally:
            with contextlib.suppress(FileNotFoundError):  # swept by another writer
                Path(aside).unlink()


def _link(aside: Path, path: Path, body: bytes) -> bool:
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):
        # A file system without links: exclusive creation. Killed in the middle, this leaves a cut
        # record, which everybody who reads it refuses and `verify` names.
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        except FileExistsError:
            return False
        _fill(descriptor, body)
    with contextlib.suppress(OSError):  # some systems cannot open folders
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return True


def _fill(descriptor: int, body: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(descriptor)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, 0o644)


def _sweep(scratch: Path) -> None:
    """Remove what writers left that were killed long ago."""
    for path in scratch.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > _ABANDONED_S:
                path.unlink()


def _unusable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(f"{path}: {error.strerror or error}", fix="check the ledger's folder")
