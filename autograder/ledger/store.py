"""What every ledger backend can do, and which backend an address means.

Backends are imported when an address asks for them: a folder needs neither boto3 nor PyGithub.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, get_args

from autograder import paths
from autograder.errors import LedgerError
from autograder.ledger.record import Kind, Record, load

if TYPE_CHECKING:
    from github.Repository import Repository

MAX_BYTES = 16 * 2**20
"""No record is larger: ten thousand checks with the longest ids fit."""

_PART = r"[a-z0-9][a-z0-9-]{0,62}"
_KINDS = "|".join(get_args(Kind))
_NAME = re.compile(rf"(?:{_KINDS})/{_PART}/{_PART}/[0-9a-f]{{32}}\.json")
_PREFIX = re.compile(rf"(?:(?:{_KINDS})/(?:{_PART}/){{0,2}})?")
_BRANCH = re.compile(r"(?!.*(?:\.\.|//|/\.|\.lock(?:/|$)|[./]$))[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_S3 = re.compile(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9!_.*'()/-]{0,200}))?")


@dataclass(frozen=True)
class Added:
    """The record that the ledger now holds under a name, and whether it is this writer's.

    Over a network `new` may be False for a record of this very call, where its first try arrived
    and only the answer was lost: decide nothing on it that must happen exactly once.
    """

    record: Record
    new: bool


class Store(Protocol):
    """One ledger. All methods raise `RemoteError` where a service does not do its part."""

    def add(self, record: Record) -> Added:
        """Write the record unless its name is taken; whoever was first stays.

        Raises:
            LedgerError: the name is taken by something that is not this record.
        """
        ...

    def add_all(self, records: Sequence[Record]) -> list[Added]:
        """Add many, in as few requests as the backend can; in the order given."""
        ...

    def names(self, prefix: str = "") -> Iterator[str]:
        """The names of records below `prefix` (`grade/`, `grade/w1d3-joins/login/`), sorted.

        Raises:
            LedgerError: the prefix is none of a record's folders.
        """
        ...

    def strays(self) -> Iterator[str]:
        """What else lies in the ledger, sorted: names that no record can have."""
        ...

    def read(self, name: str) -> bytes:
        """The body of one record.

        Raises:
            LedgerError: there is no such record.
        """
        ...


def open_store(address: str, *, repository: Repository | None = None) -> Store:
    """The ledger at an address.

    Args:
        address: `folder:PATH` (relative to the project's root), `branch:NAME`, or
            `s3://BUCKET/PREFIX`.
        repository: whose branch; else `GITHUB_REPOSITORY` names it. Others do without.

    Raises:
        LedgerError: the address is none of these.
        ConfigError: the branch's repository is not known.
    """
    kind, _, rest = address.partition(":")
    if kind == "folder" and rest.strip() and "\0" not in rest:
        from autograder.ledger.folder import FolderStore

        return FolderStore(paths.root() / Path(rest).expanduser())
    if kind == "branch" and _BRANCH.fullmatch(rest):
        from autograder.ledger.branch import BranchStore, own_repository

        return BranchStore(repository or own_repository(), rest)
    if kind == "s3" and (found := _S3.fullmatch(rest.removeprefix("//"))) and rest[:2] == "//":
        from autograder.ledger.s3 import S3Store

        return S3Store(found[1], (found[2] or "").strip("/"))
    raise LedgerError(
        f"no ledger at {address[:120]!r}",
        fix="write folder:PATH, branch:NAME or s3://BUCKET/PREFIX",
    )


def is_name(name: str) -> bool:
    """True for the name of a record."""
    return _NAME.fullmatch(name) is not None


def record_names(files: Iterable[str], prefix: str = "") -> Iterator[str]:
    """The names of records among `files` that lie below `prefix`, sorted."""
    return iter(sorted(name for name in files if is_name(name) and name.startswith(prefix)))


def stray_names(files: Iterable[str]) -> Iterator[str]:
    """All other names among `files`, sorted."""
    return iter(sorted(name for name in files if not is_name(name)))


def proven_name(name: str) -> str:
    """The name itself.

    Raises:
        LedgerError: no record has such a name.
    """
    if not is_name(name):
        raise LedgerError(f"no record is named {name[:120]!r}")
    return name


def proven_prefix(prefix: str) -> str:
    """The prefix itself: empty, or one to three folders, each with a slash behind it.

    Raises:
        LedgerError: it is none of a record's folders.
    """
    if not _PREFIX.fullmatch(prefix):
        raise LedgerError(f"no records lie below {prefix[:120]!r}")
    return prefix


def kept(store: Store, record: Record) -> Added:
    """What `add` returns where the name was taken: the record that was first.

    Raises:
        LedgerError: what has the name is not sound.
    """
    return Added(load(store.read(record.name), record.name), new=False)
