"""A member's files as they lie on disk: which of them travel along, and their bytes.

Hostile input: names, sizes, links, depth. Only regular files are read, within caps.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from autograder.errors import SubmissionInvalid, SubmissionNotFound
from autograder.files import Unreadable, read_regular

MAX_FILES = 200
MAX_TOTAL_MB = 50
MAX_FOLDERS = 200
IGNORED = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store"}


def read(path: Path, max_bytes: int) -> bytes:
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


def find(path: Path) -> dict[str, Path]:
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
