"""Git's objects as GitHub stores them: blobs, trees and commits under their real SHA-1 names.

One store serves a repository and all its forks, as on GitHub. Objects are immutable, so a copy of
the state around it may share the store. Knows nothing of branches, pull requests or HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

Kind = Literal["blob", "tree", "commit"]
FILE, EXECUTABLE, LINK, SUBMODULE, FOLDER = "100644", "100755", "120000", "160000", "040000"


@dataclass(frozen=True)
class Entry:
    """What lies at one path of a tree: a mode of git's, and an object's name."""

    mode: str
    sha: str

    @property
    def kind(self) -> Kind:
        """GitHub's word for it: blob, tree, or commit for a submodule."""
        return {FOLDER: "tree", SUBMODULE: "commit"}.get(self.mode, "blob")  # type: ignore[return-value]


@dataclass(frozen=True)
class Signature:
    """Who wrote or applied a commit, and when."""

    name: str
    email: str
    at: datetime

    def line(self) -> str:
        """As it stands in a commit object."""
        return f"{self.name} <{self.email}> {int(self.at.timestamp())} +0000"

    @classmethod
    def parse(cls, line: str) -> Self:
        """The signature that `line` wrote."""
        who, seconds, _zone = line.rsplit(" ", 2)
        name, _, email = who.rpartition(" <")
        return cls(name, email.rstrip(">"), datetime.fromtimestamp(int(seconds), UTC))


@dataclass(frozen=True)
class Commit:
    """A commit object, read."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


def name_of(kind: Kind, body: bytes) -> str:
    """Git's name of an object: SHA-1 over a header and the body."""
    header = f"{kind} {len(body)}\0".encode()
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()


class GitStore:
    """The objects.

    Every method that takes a name raises `KeyError` where there is no such object of that kind.
    """

    def __init__(self) -> None:
        self._objects: dict[str, tuple[Kind, bytes]] = {}
        self._flat: dict[str, dict[str, Entry]] = {}

    def __deepcopy__(self, _memo: object) -> Self:
        return self  # objects never change, so an older state may know too many of them

    def __contains__(self, sha: object) -> bool:
        return sha in self._objects

    def body(self, sha: str, kind: Kind) -> bytes:
        """An object's bytes."""
        found, body = self._objects[sha]
        if found != kind:
            raise KeyError(sha)
        return body

    def has(self, sha: str, kind: Kind) -> bool:
        """True if there is such an object of that kind."""
        return sha in self._objects and self._objects[sha][0] == kind

    def _put(self, kind: Kind, body: bytes) -> str:
        sha = name_of(kind, body)
        self._objects[sha] = (kind, body)
        return sha

    def put_blob(self, body: bytes) -> str:
        """Store a file's bytes; its name."""
        return self._put("blob", body)

    def put_folder(self, entries: Mapping[str, Entry]) -> str:
        """Store one level of a tree, names to entries; its name."""

        def key(item: tuple[str, Entry]) -> bytes:
            name, entry = item
            return name.encode("utf-8", "surrogateescape") + (b"/" if entry.mode == FOLDER else b"")

        lines = [
            f"{entry.mode.lstrip('0')} {name}".encode("utf-8", "surrogateescape")
            + b"\0"
            + bytes.fromhex(entry.sha)
            for name, entry in sorted(entries.items(), key=key)
        ]
        return self._put("tree", b"".join(lines))

    def put_tree(self, files: Mapping[str, Entry]) -> str:
        """Store a whole tree, paths to entries; its name. Folders follow from the paths."""
        here: dict[str, Entry] = {}
        below: dict[str, dict[str, Entry]] = {}
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = entry
            else:
                here[name] = entry
        for name, inner in below.items():
            here[name] = Entry(FOLDER, self.put_tree(inner))
        return self.put_folder(here)

    def put_commit(
        self,
        tree: str,
        parents: tuple[str, ...],
        message: str,
        author: Signature,
        committer: Signature | None = None,
    ) -> str:
        """Store a commit; its name."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author.line()}", f"committer {(committer or author).line()}"]
        return self._put("commit", ("\n".join(lines) + "\n\n" + message).encode())

    def folder(self, tree: str) -> dict[str, Entry]:
        """One level of a tree: names to entries."""
        body, found, at = self.body(tree, "tree"), {}, 0
        while at < len(body):
            space, zero = body.index(b" ", at), body.index(b"\0", at)
            name = body[space + 1 : zero].decode("utf-8", "surrogateescape")
            found[name] = Entry(
                body[at:space].decode().rjust(6, "0"), body[zero + 1 : zero + 21].hex()
            )
            at = zero + 21
        return found

    def files(self, tree: str) -> dict[str, Entry]:
        """A whole tree without its folders: paths to entries. Not to be changed."""
        if tree not in self._flat:
            self._flat[tree] = {
                path: entry for path, entry in self.walk(tree) if entry.mode != FOLDER
            }
        return self._flat[tree]

    def walk(self, tree: str, prefix: str = "") -> Iterator[tuple[str, Entry]]:
        """A whole tree with its folders, each before what is in it."""
        for name, entry in self.folder(tree).items():
            yield prefix + name, entry
            if entry.mode == FOLDER:
                yield from self.walk(entry.sha, f"{prefix}{name}/")

    def commit(self, sha: str) -> Commit:
        """A commit, read."""
        head, _, message = self.body(sha, "commit").decode().partition("\n\n")
        told: dict[str, list[str]] = {}
        for line in head.split("\n"):
            word, _, rest = line.partition(" ")
            told.setdefault(word, []).append(rest)
        return Commit(
            sha,
            told["tree"][0],
            tuple(told.get("parent", ())),
            Signature.parse(told["author"][0]),
            Signature.parse(told["committer"][0]),
            message,
        )

    def tree_of(self, commit: str) -> str:
        """The tree of a commit."""
        return self.commit(commit).tree

    def history(self, sha: str) -> list[str]:
        """A commit and all its ancestors, nearest first."""
        seen, queue = {sha: None}, [sha]
        while queue:
            for parent in self.commit(queue.pop(0)).parents:
                if parent not in seen:
                    seen[parent] = None
                    queue.append(parent)
        return list(seen)

    def merge_base(self, one: str, other: str) -> str | None:
        """The nearest common ancestor, or None where the histories share nothing."""
        known = set(self.history(one))
        return next((sha for sha in self.history(other) if sha in known), None)
