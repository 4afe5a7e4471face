"""A folder to build in, beside the final one: what a stopped build left whole is used again.

Parts are written below `files/`, each under another name first, and noted in a journal with their
hashes once they are whole. The next build of the same data takes the folder over, checks each
hash, and makes only what is missing. It knows files, not how rows are drawn.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import pyarrow as pa

from autograder.data.manifest import DataFile
from autograder.errors import RemoteError
from autograder.files import digest_regular, read_regular

STALE_S: Final = 24 * 3600
"""A workplace this old, in which nobody works, is not gone back to."""

_PREFIX: Final = ".building-"
_OURS = re.compile(r"\..+\.building-[0-9a-f]{32}")
_JOURNAL: Final = "done.jsonl"
_JOURNAL_BYTES: Final = 64 << 20


@dataclass(frozen=True)
class Workplace:
    """A folder that one builder works in.

    Attributes:
        root: the folder itself.
        done: what an earlier build left whole, by path below `files`.
    """

    root: Path
    done: dict[str, DataFile] = field(default_factory=dict)

    @property
    def files(self) -> Path:
        """Return the folder that will become, or be merged into, the final one."""
        return self.root / "files"

    def note(self, files: Iterable[DataFile]) -> None:
        """Write down that files are whole."""
        with (self.root / _JOURNAL).open("a", encoding="utf-8") as journal:
            journal.writelines(f"{json.dumps(asdict(file))}\n" for file in files)


@contextlib.contextmanager
def workplace(out: Path, made_of: str) -> Iterator[Workplace]:
    """Make a folder beside `out` to build in, or take over what a stopped build left there.

    It stays if the work is stopped (Ctrl-C, a kill, a lost cluster), for the next to go on; it
    goes if the work ends, or fails for a reason that would meet it again, such as a full disk.

    Args:
        made_of: 32 hexadecimal digits that say all that the bytes depend on.
    """
    root = _root(out, made_of)
    handle = _hold(root)
    resumable = handle is not None
    if handle is None:  # another builder is at the same work: let it
        root = _root(out, uuid4().hex)
        handle = _hold(root)
        assert handle is not None, root
    keep = False
    try:
        _sweep(out.parent)
        yield Workplace(root, _take_over(root))
    except (KeyboardInterrupt, SystemExit, RemoteError):
        keep = resumable and (root / _JOURNAL).exists()
        raise
    finally:
        if not keep:
            shutil.rmtree(root, ignore_errors=True)
        os.close(handle)


def left(out: Path, made_of: str) -> int:
    """Return the bytes that a stopped build left for the next one."""
    files = _root(out, made_of) / "files"
    return sum(path.lstat().st_size for path in files.rglob("part-*"))


def make(folder: Path) -> None:
    """Make a folder that a sandbox's user without privileges can read, whatever the umask."""
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        if os.path.lexists(folder) and not folder.is_dir():
            raise
        make(folder)  # it was there when we tried, and another has removed it since
    folder.chmod(0o755)


def save(path: Path, data: bytes | pa.Buffer) -> None:
    """Write a file that every user can read; it is there whole or not at all.

    Two may write the same one at once, on two machines even: the bytes are the same.
    """
    scratch = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with scratch.open("xb") as file:
            file.write(data)
        scratch.chmod(0o644)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _root(out: Path, digits: str) -> Path:
    return out.parent / f".{out.name}{_PREFIX}{digits}"


def _hold(root: Path) -> int | None:
    """Make the folder and lock it; return None if another holds it. The lock ends with us."""
    try:
        make(root)
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        if not root.parent.is_dir():
            raise
        return None  # another had it, and has removed it just now
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.fstat(handle).st_ino == root.lstat().st_ino
    except OSError:  # locked, or gone since
        held = False
    if not held:
        os.close(handle)
        return None
    return handle


def _take_over(root: Path) -> dict[str, DataFile]:
    """Return the parts that the journal lists and that are as it says; remove all others."""
    files = root / "files"
    make(files)
    done = {}
    for file in _listed(root / _JOURNAL):
        path = files / file.path
        with contextlib.suppress(OSError, TypeError, ValueError):
            if digest_regular(path) == (file.bytes, file.sha256):
                done[file.path] = file
    for path in sorted(files.rglob("*")):
        if not path.is_dir() and path.relative_to(files).as_posix() not in done:
            path.unlink()
    return done


def _listed(journal: Path) -> Iterator[DataFile]:
    try:
        lines = read_regular(journal, _JOURNAL_BYTES).decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):  # a kill in the midst of a line
            yield DataFile(**json.loads(line))


def _sweep(parent: Path) -> None:
    """Remove old workplaces, of any data, in which nobody works."""
    for old in parent.glob(f".*{_PREFIX}*"):
        try:
            stale = time.time() - old.lstat().st_mtime > STALE_S
        except FileNotFoundError:
            continue  # its builder has just finished
        if not (stale and _OURS.fullmatch(old.name) and old.is_dir() and not old.is_symlink()):
            continue
        if (handle := _hold(old)) is not None:
            shutil.rmtree(old, ignore_errors=True)
            os.close(handle)
