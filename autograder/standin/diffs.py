"""How two trees differ, and what merging them gives: pure functions over stored objects.

Renames are found as git does by default: a removed and an added file that are the same, or alike
in at least half of their lines.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from autograder.standin.gitstore import SUBMODULE, Entry, GitStore

Status = Literal["added", "removed", "modified", "renamed"]
LARGEST_PATCH_BYTES = 100_000
ALIKE = 0.5
MOST_PAIRS = 400
"""Of removed and added files to compare by content; git, too, gives up beyond a limit."""


@dataclass(frozen=True)
class Change:
    """One file that differs; `previous` is its old path where it was renamed."""

    path: str
    status: Status
    sha: str
    old: Entry | None
    new: Entry | None
    previous: str = ""


@dataclass(frozen=True)
class Patch:
    """A file's difference in lines; `text` is None where GitHub shows none."""

    text: str | None
    additions: int
    deletions: int


def changes(store: GitStore, before: str, after: str) -> list[Change]:
    """The files that differ between two trees, sorted by path."""
    old, new = store.files(before), store.files(after)
    removed = {path: old[path] for path in old.keys() - new.keys()}
    added = {path: new[path] for path in new.keys() - old.keys()}
    renamed = _renames(store, removed, added)
    found = [
        Change(path, "modified", new[path].sha, old[path], new[path])
        for path in old.keys() & new.keys()
        if old[path] != new[path]
    ]
    for path, previous in renamed.items():
        entry = added.pop(path)
        found.append(
            Change(path, "renamed", entry.sha, removed.pop(previous), entry, previous=previous)
        )
    found += [Change(path, "added", entry.sha, None, entry) for path, entry in added.items()]
    found += [Change(path, "removed", entry.sha, entry, None) for path, entry in removed.items()]
    return sorted(found, key=lambda change: change.path)


def _renames(
    store: GitStore, removed: Mapping[str, Entry], added: Mapping[str, Entry]
) -> dict[str, str]:
    """New path to old path, exact renames first."""
    by_sha: dict[str, list[str]] = {}
    for path in sorted(removed):
        by_sha.setdefault(removed[path].sha, []).append(path)
    pairs: dict[str, str] = {}
    for path in sorted(added):
        if by_sha.get(added[path].sha):
            pairs[path] = by_sha[added[path].sha].pop(0)
    left = [path for paths in by_sha.values() for path in paths]
    new = [path for path in sorted(added) if path not in pairs]
    if len(left) * len(new) > MOST_PAIRS:
        return pairs
    for path in new:
        scores = {other: _alike(store, removed[other], added[path]) for other in left}
        best = max(scores, key=lambda other: scores[other], default=None)
        if best is not None and scores[best] >= ALIKE:
            pairs[path] = best
            left.remove(best)
    return pairs


def _alike(store: GitStore, one: Entry, other: Entry) -> float:
    """The share of lines that two files have in common, from 0 to 1."""
    if SUBMODULE in (one.mode, other.mode):
        return 0.0
    first = Counter(store.body(one.sha, "blob").splitlines())
    second = Counter(store.body(other.sha, "blob").splitlines())
    most = max(first.total(), second.total())
    return (first & second).total() / most if most else 0.0


def patch(store: GitStore, change: Change) -> Patch:
    """A change in lines. Binary, large and link changes come without text, as on GitHub."""
    before, after = _text(store, change.old), _text(store, change.new)
    if before is None or after is None:
        return Patch(None, 0, 0)
    lines = list(difflib.unified_diff(before, after, lineterm="", n=3))[2:]
    plus = sum(1 for line in lines if line.startswith("+"))
    minus = sum(1 for line in lines if line.startswith("-"))
    return Patch("\n".join(lines) if lines else None, plus, minus)


def _text(store: GitStore, entry: Entry | None) -> list[str] | None:
    if entry is None:
        return []
    if entry.mode == SUBMODULE:
        return [f"Subproject commit {entry.sha}"]
    body = store.body(entry.sha, "blob")
    if len(body) > LARGEST_PATCH_BYTES or b"\0" in body[:8000]:
        return None
    return body.decode("utf-8", "replace").splitlines()


def merged(store: GitStore, base: str, ours: str, theirs: str) -> str | None:
    """The tree of merging two commits' trees over that of their base; None on a conflict.

    A file that both changed differently is a conflict even where git could join the hunks:
    the stand-in errs on the side of a conflict.
    """
    old, left, right = store.files(base), store.files(ours), store.files(theirs)
    result: dict[str, Entry] = {}
    for path in {*old, *left, *right}:
        was, mine, yours = old.get(path), left.get(path), right.get(path)
        if len({mine, yours, was}) == 3:
            return None
        kept = yours if mine == was else mine
        if kept is not None:
            result[path] = kept
    if any(_is_file_above(path, result) for path in result):
        return None
    return store.put_tree(result)


def _is_file_above(path: str, files: Mapping[str, Entry]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:depth]) in files for depth in range(1, len(parts)))
