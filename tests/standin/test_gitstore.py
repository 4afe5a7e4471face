"""Objects have the names that git itself gives them, and differences are those git sees."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.standin import diffs
from autograder.standin.gitstore import EXECUTABLE, FILE, LINK, Entry, GitStore, Signature

AT = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
WHO = Signature("김하늘", "haneul@example.org", AT)
SIGNED = {"NAME": WHO.name, "EMAIL": WHO.email, "DATE": "2026-06-03T09:00:00+00:00"}
FILES = {
    "README.md": (FILE, b"# cohort\n"),
    "a.b": (FILE, b"sorts before the folder\n"),
    "a/inner.txt": (FILE, b"inner\n"),
    "a0": (FILE, b"sorts after it\n"),
    "run.sh": (EXECUTABLE, b"#!/bin/sh\n"),
    "제출/한글 파일.ipynb": (FILE, b"{}\n"),
    "way": (LINK, b"a/inner.txt"),
}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        check=True,
        capture_output=True,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "HOME": str(folder),
            **{f"GIT_{who}_{what}": value
               for who in ("AUTHOR", "COMMITTER")
               for what, value in SIGNED.items()},
        },
    )  # fmt: skip
    return done.stdout.decode().strip()


def put(store: GitStore, files: dict[str, tuple[str, bytes]]) -> str:
    return store.put_tree(
        {path: Entry(mode, store.put_blob(body)) for path, (mode, body) in files.items()}
    )


def lay_out(folder: Path, files: dict[str, tuple[str, bytes]]) -> None:
    for path, (mode, body) in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if mode == LINK:
            place.symlink_to(body.decode())
        else:
            place.write_bytes(body)
            place.chmod(0o755 if mode == EXECUTABLE else 0o644)


def test_names_are_gits_own(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lay_out(tmp_path, FILES)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "처음")
    store = GitStore()
    tree = put(store, FILES)
    assert tree == git(tmp_path, "rev-parse", "HEAD^{tree}")
    assert store.put_commit(tree, (), "처음\n", WHO) == git(tmp_path, "rev-parse", "HEAD")


def test_what_was_stored_comes_back() -> None:
    store = GitStore()
    tree = put(store, FILES)
    sha = store.put_commit(tree, (), "one\n\ntwo", WHO)
    second = store.put_commit(tree, (sha,), "next", WHO)
    read = store.commit(second)
    assert (read.tree, read.parents, read.author, read.message) == (tree, (sha,), WHO, "next")
    assert store.commit(sha).message == "one\n\ntwo"
    assert {
        path: (one.mode, store.body(one.sha, "blob")) for path, one in store.files(tree).items()
    } == FILES
    assert store.history(second) == [second, sha]
    with pytest.raises(KeyError):
        store.body(tree, "blob")


LINES = "".join(f"line {number}\n" for number in range(20))
BEFORE = {
    "kept": (FILE, b"kept\n"),
    "changed": (FILE, b"one\ntwo\nthree\n"),
    "gone": (FILE, b"gone\nfor good\n"),
    "moved": (FILE, b"the same words\n"),
    "nearly": (FILE, LINES.encode()),
}
AFTER = {
    "kept": (FILE, b"kept\n"),
    "changed": (FILE, b"one\n2\nthree\nfour\n"),
    "new": (FILE, b"fresh\n"),
    "elsewhere/moved": (FILE, b"the same words\n"),
    "elsewhere/nearly": (FILE, LINES.replace("line 3\n", "line three\n").encode()),
}


def test_differences_are_those_that_git_sees(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    lay_out(tmp_path, BEFORE)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "before")
    for path in BEFORE:
        (tmp_path / path).unlink()
    lay_out(tmp_path, AFTER)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "after")
    told = git(tmp_path, "diff", "-M", "--name-status", "HEAD~", "HEAD").splitlines()
    words = {"A": "added", "D": "removed", "M": "modified", "R": "renamed"}
    theirs = {(words[line[0]], *line.split("\t")[1:]) for line in told}
    store = GitStore()
    found = diffs.changes(store, put(store, BEFORE), put(store, AFTER))
    ours = {(one.status, *filter(None, (one.previous, one.path))) for one in found}
    assert ours == theirs
    assert [one.path for one in found] == sorted(one.path for one in found)
    counted = git(tmp_path, "diff", "--numstat", "HEAD~", "HEAD", "--", "changed").split()
    patch = diffs.patch(store, next(one for one in found if one.path == "changed"))
    assert [str(patch.additions), str(patch.deletions)] == counted[:2]
    assert patch.text is not None
    assert patch.text.startswith("@@ -1,3 +1,4 @@\n one\n-two\n+2\n")


def test_binary_and_large_files_have_no_patch() -> None:
    store = GitStore()
    empty = store.put_tree({})
    files = {"b": (FILE, b"\0\1"), "l": (FILE, b"x\n" * 100_000), "t": (FILE, b"t\n")}
    found = diffs.changes(store, empty, put(store, files))
    assert [diffs.patch(store, one).text is None for one in found] == [True, True, False]


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        ({"a": b"1"}, {"a": b"0", "b": b"2"}, {"a": b"1", "b": b"2"}),
        ({"a": b"1"}, {"a": b"2"}, None),
        ({"a": b"1"}, {"a": b"1"}, {"a": b"1"}),
        ({}, {"a": b"0"}, {}),
        ({}, {"a": b"2"}, None),
        ({"a": b"0", "d": b"x"}, {"a": b"0", "d/e": b"y"}, None),
    ],
)
def test_merging(
    ours: dict[str, bytes], theirs: dict[str, bytes], result: dict[str, bytes] | None
) -> None:
    store = GitStore()

    def tree(files: dict[str, bytes]) -> str:
        return put(store, {path: (FILE, body) for path, body in files.items()})

    merged = diffs.merged(store, tree({"a": b"0"}), tree(ours), tree(theirs))
    assert merged == (None if result is None else tree(result))
