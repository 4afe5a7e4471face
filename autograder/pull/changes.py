"""The pull request's files, fetched as blobs within caps; nothing is ever checked out.

Trees and blobs are read from the base repository, where GitHub keeps every pull request's head,
also when its fork is gone. Everything is known before anything is downloaded: kinds, names, count
and sizes; every blob is then proven by its own hash. What a member may hand in is decided by
`submission.stage`; here its caps are only applied early. It must not know who the member is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from github.GitTree import GitTree
from github.GitTreeElement import GitTreeElement
from github.PullRequest import PullRequest
from github.Repository import Repository

from autograder import hub, submission
from autograder.errors import RemoteError, SubmissionInvalid

MAX_CHANGED = 1000
"""Ten pages of a hundred; GitHub itself tells at most 3,000 files."""
IsOwn = Callable[[str], bool]
_FILES = ("100644", "100755", "100664")
_LINK = "120000"


@dataclass(frozen=True)
class Listing:
    """The paths that a pull request changes, and how many there are in all."""

    paths: tuple[str, ...]
    count: int

    @property
    def is_cut(self) -> bool:
        """True if there are more than were read."""
        return self.count > MAX_CHANGED


def changed_paths(pull: PullRequest) -> Listing:
    """What a pull request changes: new, changed and deleted files, and old names of renamed ones.

    Raises:
        RemoteError: GitHub did not tell.
    """
    paths: dict[str, None] = {}
    seen = 0
    with hub.faults("listing the changed files"):
        for seen, file in enumerate(pull.get_files(), start=1):
            paths[file.filename] = None
            if file.status == "renamed" and file.previous_filename:
                paths[file.previous_filename] = None
            if seen >= MAX_CHANGED:
                return Listing(tuple(paths), max(pull.changed_files, seen))
    return Listing(tuple(paths), seen)


@dataclass
class Snapshot:
    """A repository's files at one commit, read tree by tree and only where asked.

    Attributes:
        commit: the full hash of the commit.
    """

    repository: Repository
    commit: str
    _kept: dict[str, GitTree] = field(default_factory=dict)

    def entry(self, path: str) -> GitTreeElement | None:
        """What is at a path, or None; or the first thing on the way there that is no folder.

        Raises:
            RemoteError: GitHub did not tell.
        """
        found: GitTreeElement | None = None
        for name in path.split("/"):
            if found is not None and found.type != "tree":
                return found
            tree = self._tree(self.commit if found is None else found.sha)
            found = next((each for each in tree.tree if each.path == name), None)
            if found is None:
                return None
        return found

    def folders(self, path: str) -> list[GitTreeElement]:
        """The folders in a folder; none where it is no folder.

        Raises:
            RemoteError: GitHub did not tell.
        """
        found = self.entry(path)
        if found is None or found.type != "tree":
            return []
        return [each for each in self._tree(found.sha).tree if each.type == "tree"]

    def _tree(self, sha: str) -> GitTree:
        if sha not in self._kept:
            with hub.faults(f"reading the files of commit {self.commit[:8]}"):
                self._kept[sha] = self.repository.get_git_tree(sha)
        return self._kept[sha]

    def below(self, folder: GitTreeElement) -> list[GitTreeElement]:
        """All that is in a folder, however deep, with its path from there.

        Raises:
            SubmissionInvalid: more than GitHub tells at once, which is far beyond any cap.
            RemoteError: GitHub did not tell.
        """
        with hub.faults(f"reading the files of commit {self.commit[:8]}"):
            tree = self.repository.get_git_tree(folder.sha, recursive=True)
        if tree.truncated:
            raise _too_many(len(tree.tree))
        return tree.tree


def folder_at(snapshot: Snapshot, path: str) -> GitTreeElement | None:
    """The folder at a path, or None where there is no such folder any more.

    Raises:
        SubmissionInvalid: a link or a submodule is in its place.
        RemoteError: GitHub did not tell.
    """
    found = snapshot.entry(path)
    if found is None or found.mode in _FILES:
        return None
    if found.type != "tree":
        raise _no_file(found, found.path)
    return found


def differing(head: Snapshot, base: Snapshot, home: str, is_own: IsOwn) -> tuple[str, ...]:
    """The folders `<home>/<own>/<name>/` at the head that are not the same in the base.

    A few trees tell what a list of thousands of files would hide: a virtual environment that was
    committed by mistake sorts before the work.

    Raises:
        RemoteError: GitHub did not tell.
    """
    return tuple(
        f"{home}/{owner.path}/{each.path}/"
        for owner in head.folders(home)
        if is_own(owner.path)
        for each in head.folders(f"{home}/{owner.path}")
        if (there := base.entry(f"{home}/{owner.path}/{each.path}")) is None
        or there.sha != each.sha
    )


def fetch(snapshot: Snapshot, folder: GitTreeElement, target: Path) -> dict[str, Path]:
    """Write a folder's files to the new folder `target`: relative POSIX name to path.

    Raises:
        SubmissionInvalid: it breaks a rule of what may be handed in; nothing was downloaded.
        RemoteError: GitHub did not hand a file over, or handed over another one.
    """
    wanted = _wanted(snapshot.below(folder), target.name)
    target.mkdir(parents=True)
    written: dict[str, Path] = {}
    for name, sha in wanted.items():
        path = target / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(_blob(snapshot.repository, sha))
        except OSError as error:  # a part of the name is too long for this machine
            raise SubmissionInvalid("bad_name", name=ascii(name)[:80]) from error
        written[name] = path
    return written


def _wanted(elements: list[GitTreeElement], folder: str) -> dict[str, str]:
    """Name to hash of every file that travels along."""
    wanted: dict[str, str] = {}
    folders = total = 0
    for each in elements:
        parts = each.path.split("/")
        if submission.IGNORED.intersection(parts):
            continue
        _check_name(each.path, parts)
        if each.type == "tree":
            folders += 1
        elif each.mode in _FILES:
            wanted[each.path] = each.sha
            total += each.size or 0
        else:
            raise _no_file(each, each.path)
        if len(wanted) > submission.MAX_FILES or folders > submission.MAX_FOLDERS:
            raise _too_many(len(wanted) + folders)
    if total > submission.MAX_TOTAL_MB * 2**20:
        raise SubmissionInvalid(
            "too_large",
            name=folder,
            size_mb=total // 2**20 + 1,
            limit_mb=submission.MAX_TOTAL_MB,
        )
    return wanted


def _check_name(path: str, parts: list[str]) -> None:
    if not path or {"", ".", ".."}.intersection(parts):
        raise SubmissionInvalid("bad_name", name=ascii(path)[:80])
    submission.check_name(path)


def _too_many(count: int) -> SubmissionInvalid:
    return SubmissionInvalid("too_many_files", count=count, limit=submission.MAX_FILES)


def _no_file(element: GitTreeElement, name: str) -> SubmissionInvalid:
    return SubmissionInvalid("link" if element.mode == _LINK else "not_a_file", name=name)


def _blob(repository: Repository, sha: str) -> bytes:
    with hub.faults("fetching a file"):
        blob = repository.get_git_blob(sha)
        content, encoding = blob.content, blob.encoding
    try:
        body = base64.b64decode(content) if encoding == "base64" else b""
    except binascii.Error:
        body = b""
    if not _is_proven(body, sha):
        raise RemoteError(
            f"GitHub handed over another file than {sha[:8]}", fix="run the job again"
        )
    return body


def _is_proven(body: bytes, sha: str) -> bool:
    """Whether a file is the one that git's hash names (SHA-1, or SHA-256 where it is longer)."""
    kind = "sha1" if len(sha) == 40 else "sha256"
    digest = hashlib.new(kind, b"blob %d\0" % len(body), usedforsecurity=False)
    digest.update(body)
    return digest.hexdigest() == sha
