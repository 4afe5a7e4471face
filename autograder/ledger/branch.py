"""A ledger in a branch of the repository, through GitHub's API: a commit for each record.

The branch has a history of its own and the same files as a ledger's folder, so that a checkout of
it can be read with `folder:PATH`. A whole large ledger should be read that way: the API gives one
record for each request.

Creating a file without a `sha` is conditional: GitHub refuses (422) where the name is taken. It
also refuses (409) where another writer moved the branch meanwhile; then it is tried again.
"""

from __future__ import annotations

import base64
import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from github import GithubException, InputGitTreeElement
from github.GitRef import GitRef
from github.GitTree import GitTree
from github.Repository import Repository

from autograder import hub
from autograder.errors import ConfigError, LedgerError, RemoteError
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

README = """# Ledger

Graded work is recorded here by `pioneers`; boards and histories are made from it.
Change nothing by hand: `pioneers ledger verify` notices.
"""
_TRIES = 12
_AT_ONCE = 200
_LONGEST_PAUSE_S = 30.0
_NOT_FOUND, _CONFLICT, _REFUSED = 404, 409, 422


@dataclass(frozen=True)
class _Blob:
    sha: str
    size: int


class BranchStore:
    """The ledger in one branch, made when the first record comes.

    Args:
        repository: whose branch; its client's token must be able to write contents.
        branch: its name, without `refs/heads/`.
    """

    def __init__(self, repository: Repository, branch: str) -> None:
        self._repository = repository
        self._branch = branch
        self._ref: GitRef | None = None
        self._head = ""
        self._blobs: dict[str, _Blob] = {}
        # GitHub may show an older state for some seconds: what was added here is remembered.
        self._own: dict[str, bytes] = {}
        self._bodies: dict[str, bytes] = {}

    def begin(self) -> bool:
        """Make the branch unless it is there; True if it was not. The first record does so, too."""
        self._files()
        if self._ref is not None:
            return False
        with hub.faults(f"making the ledger's branch {self._branch}"):
            self._make_branch()
        return True

    def add(self, record: Record) -> Added:
        """See `Store.add`."""
        name, body = proven_name(record.name), dump(record)
        message = f"{record.kind}: {record.assignment} of {record.login}"
        with hub.faults(f"writing to the ledger's branch {self._branch}"):
            if not self._create(name, message, body):
                return self._first(record)
        self._own[name] = body
        return Added(record, new=True)

    def add_all(self, records: Sequence[Record]) -> list[Added]:
        """See `Store.add_all`: a commit for every few hundred records, not one for each.

        GitHub lets a job write about 500 things in an hour. A commit is made on top of the files
        that were looked at, and the branch moves forward only: if another writer was faster, it
        is looked at again.
        """
        new: set[str] = set()
        wanted = {record.name: record for record in reversed(records)}
        with hub.faults(f"writing to the ledger's branch {self._branch}"):
            names = list(wanted)
            for start in range(0, len(names), _AT_ONCE):
                new |= self._commit_all({n: wanted[n] for n in names[start : start + _AT_ONCE]})
        told = []
        for record in records:
            told.append(Added(record, new=True) if record.name in new else kept(self, record))
            new.discard(record.name)  # the same record twice in one list is new once
        return told

    def names(self, prefix: str = "") -> Iterator[str]:
        """See `Store.names`."""
        proven_prefix(prefix)
        return record_names({*self._files(), *self._own}, prefix)

    def strays(self) -> Iterator[str]:
        """See `Store.strays`."""
        return stray_names(self._files())

    def read(self, name: str) -> bytes:
        """See `Store.read`."""
        if proven_name(name) in self._own:
            return self._own[name]
        blob = self._blobs.get(name) or self._files().get(name)
        if blob is None:
            raise LedgerError(f"{name}: no such record in branch {self._branch}")
        if blob.size > MAX_BYTES:
            raise LedgerError(f"{name}: larger than {MAX_BYTES} bytes")
        if blob.sha not in self._bodies:
            with hub.faults(f"reading {name} from the ledger's branch {self._branch}"):
                content = self._repository.get_git_blob(blob.sha).content
            self._bodies[blob.sha] = base64.b64decode(content)
        return self._bodies[blob.sha]

    def _create(self, name: str, message: str, body: bytes) -> bool:
        """Create the file; False if its name is taken."""
        made_branch, tried = False, 0
        while True:
            try:
                self._repository.create_file(name, message, body, branch=self._branch)
                return True
            except GithubException as error:
                if error.status == _REFUSED and (_says_taken(error) or name in self._files()):
                    return False
                if error.status == _NOT_FOUND and not made_branch:
                    self._make_branch()
                    made_branch = True
                elif error.status != _CONFLICT or (tried := tried + 1) == _TRIES:
                    raise
                else:
                    _pause(tried)

    def _commit_all(self, wanted: dict[str, Record]) -> set[str]:
        """Add those that are missing, in one commit; their names."""
        tried = 0
        while True:
            there = self._files()
            missing = {n: dump(record) for n, record in wanted.items() if n not in there}
            if not missing:
                return set()
            if self._ref is None:
                self._make_branch()
            elif self._advance(self._ref, missing):
                self._own |= missing
                return set(missing)
            if (tried := tried + 1) == _TRIES:
                raise RemoteError(
                    f"others write to the ledger's branch {self._branch} all the time",
                    fix="run the job again; nothing is written twice",
                )
            _pause(tried)

    def _advance(self, ref: GitRef, bodies: dict[str, bytes]) -> bool:
        """Put files on top of a branch as it was seen; False if it has moved on since."""
        parent = self._repository.get_git_commit(ref.object.sha)
        files = [
            InputGitTreeElement(name, "100644", "blob", content=body.decode())
            for name, body in bodies.items()
        ]
        tree = self._repository.create_git_tree(files, parent.tree)
        message = f"{len(bodies)} records"
        commit = self._repository.create_git_commit(message, tree, [parent])
        try:
            # Not one made from its name alone: GitHub reads a reference at one address and changes
            # it at another, which only its answer tells.
            ref.edit(commit.sha)
        except GithubException as error:
            if error.status not in (_REFUSED, _CONFLICT):
                raise
            return False
        return True

    def _make_branch(self) -> None:
        """A first commit without a parent; somebody else's, made at the same time, is as good."""
        readme = InputGitTreeElement("README.md", "100644", "blob", content=README)
        tree = self._repository.create_git_tree([readme])
        commit = self._repository.create_git_commit("The ledger begins", tree, [])
        try:
            self._repository.create_git_ref(f"refs/heads/{self._branch}", commit.sha)
        except GithubException as error:
            if error.status != _REFUSED:
                raise

    def _first(self, record: Record) -> Added:
        """What has the record's name; GitHub may take a moment to show it."""
        for tried in range(_TRIES // 2):
            if record.name in self._own or record.name in self._files():
                return kept(self, record)
            _pause(tried)
        raise RemoteError(
            f"GitHub says that {record.name} exists and does not show it", fix="run the job again"
        )

    def _files(self) -> dict[str, _Blob]:
        """Every file of the branch as it is now."""
        with hub.faults(f"reading the ledger's branch {self._branch}"):
            try:
                ref = self._repository.get_git_ref(f"heads/{self._branch}")
                head = ref.object.sha
            except GithubException as error:
                if error.status in (_NOT_FOUND, _CONFLICT):  # 409: a repository without a commit
                    self._ref = None
                    return {}
                raise
            if head != self._head:
                self._blobs = dict(self._walk(self._repository.get_git_tree(head, recursive=True)))
                self._head = head
            self._ref = ref
        return self._blobs

    def _walk(self, tree: GitTree, above: str = "") -> Iterator[tuple[str, _Blob]]:
        """A tree's files; where GitHub cut it off, its folders one by one."""
        if tree.truncated:
            tree = self._repository.get_git_tree(tree.sha)
            inner = [each for each in tree.tree if each.type == "tree"]
            for each in inner:
                below = self._repository.get_git_tree(each.sha, recursive=True)
                yield from self._walk(below, f"{above}{each.path}/")
        for each in tree.tree:
            if each.type != "tree":
                yield f"{above}{each.path}", _Blob(each.sha, each.size or 0)


def _says_taken(error: GithubException) -> bool:
    """GitHub asks for the old file's `sha` where it was not to be replaced."""
    return '"sha"' in str(error.data)


def own_repository() -> Repository:
    """The repository that a job of GitHub Actions runs for.

    Raises:
        ConfigError: this is no such job.
    """
    name = os.environ.get("GITHUB_REPOSITORY")
    if not name:
        raise ConfigError(
            "the ledger is a branch, and nothing says of which repository",
            fix="set GITHUB_REPOSITORY=owner/name, or give --ledger folder:PATH",
        )
    return hub.repository(name)


def _pause(tried: int) -> None:
    """Wait longer each time, and never in step with another writer."""
    longest_s = min(_LONGEST_PAUSE_S, hub.pause_s() * 2**tried)
    time.sleep(random.uniform(longest_s / 4, longest_s))  # noqa: S311 - nothing secret
