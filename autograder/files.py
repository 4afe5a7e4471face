"""Files read and written with care: hostile ones in, whole ones out.

Knows nothing of what is in them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path


class Unreadable(ValueError):
    """A path is not a regular file within a size.

    Attributes:
        why: `link`, `not_a_file` or `too_large`.
        size: of the file in bytes, where it is too large.
    """

    def __init__(self, why: str, said: str, size: int = 0) -> None:
        super().__init__(said)
        self.why = why
        self.size = size


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file, never through a link, never of a pipe or a device.

    Args:
        most: the greatest size in bytes.

    Raises:
        Unreadable: it is something else, or larger.
        FileNotFoundError: there is nothing.
    """
    with _regular(path) as (descriptor, size):
        if size > most:
            raise Unreadable("too_large", f"over {most} bytes", size)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most)


def digest_regular(path: Path) -> tuple[int, str]:
    """The size in bytes and the sha256 of a regular file of any size, read a piece at a time.

    Raises:
        Unreadable: it is something else.
        FileNotFoundError: there is nothing.
    """
    with _regular(path) as (descriptor, size), os.fdopen(descriptor, "rb", closefd=False) as file:
        return size, hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _regular(path: Path) -> Iterator[tuple[int, int]]:
    """Open a regular file for reading; yield its descriptor and its size."""
    # O_NONBLOCK: a pipe of that name would otherwise hang us before fstat can tell what it is.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink():
            raise Unreadable("link", "a link, not a regular file") from error
        raise Unreadable("not_a_file", f"not a regular file: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not_a_file", "not a regular file")
        yield descriptor, status.st_size
    finally:
        os.close(descriptor)


def write_whole(path: Path, body: bytes | str, *, mode: int = 0o644) -> None:
    """Write a file that appears whole or not at all; its folder is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        scratch.write_bytes(body.encode() if isinstance(body, str) else body)
        scratch.chmod(mode)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, made if it is missing; freed if we are killed.

    The folder itself is locked, so that no lock file is left. Windows, where little more runs than
    what members call in notebooks, has no such lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
