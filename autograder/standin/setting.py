"""What tests and the demo call to set the scene, and to see what became of it.

These are not endpoints: nothing asks for a token here, and no fault is met. Each takes the lock
that the server takes.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from autograder.standin import rules
from autograder.standin.gitstore import EXECUTABLE, FILE, LINK, SUBMODULE, Entry, GitStore
from autograder.standin.state import (
    BOT,
    GHOST,
    Repository,
    Role,
    State,
    Token,
    User,
)

PERMISSIONS = ("actions", "checks", "contents", "issues", "pages", "pull_requests", "statuses")


@dataclass(frozen=True)
class Odd:
    """A file of a commit that is no plain file: see `link`, `submodule` and `program`."""

    mode: str
    body: bytes = b""
    sha: str = ""


def link(target: str) -> Odd:
    """A symbolic link."""
    return Odd(LINK, target.encode())


def submodule(sha: str = "0123456789abcdef0123456789abcdef01234567") -> Odd:
    """A submodule at a commit that is elsewhere."""
    return Odd(SUBMODULE, sha=sha)


def program(body: bytes) -> Odd:
    """A file that may be executed."""
    return Odd(EXECUTABLE, body)


def first_state() -> State:
    """A state with the two accounts that are always there."""
    state = State()
    long_ago = datetime(2018, 7, 30, tzinfo=UTC)
    state.users[GHOST] = User(GHOST, "ghost", long_ago)
    state.users[BOT] = User(BOT, "github-actions[bot]", long_ago, type="Bot")
    return state


class Setting:
    """The scene. Repositories are named `owner/name`; where none is named, the first one is meant.

    Unknown names raise `Refused`, as the API would answer.
    """

    def __init__(self) -> None:
        self.state = first_state()
        self.lock = threading.RLock()

    # ---------------------------------------------------------------- accounts

    def create_user(self, login: str, *, number: int = 0, name: str | None = None) -> User:
        """A new account."""
        with self.lock:
            user = User(number or self.state.next_id(), login, self.state.now(), name=name)
            self.state.users[user.id] = user
            return user

    def rename_user(self, login: str, new: str) -> None:
        """Another login for an account; its number stays."""
        with self.lock:
            self.state.user_named(login).login = new

    def delete_user(self, login: str) -> None:
        """An account goes; what it wrote is the ghost's."""
        with self.lock:
            user = self.state.user_named(login)
            for one in [one for one in self.state.repositories.values() if one.owner == user.id]:
                rules.delete_repository(self.state, one)
            del self.state.users[user.id]

    def user_token(self, login: str) -> str:
        """A token that may do what the account may."""
        with self.lock:
            return self._token(Token(self.state.user_named(login).id))

    def job_token(self, repository: str | None = None, **permissions: str) -> str:
        """A job's `GITHUB_TOKEN` with these permissions (`contents="read"`) and no others.

        Raises:
            ValueError: there is no such permission or level.
        """
        for name, level in permissions.items():
            if name not in PERMISSIONS or level not in ("read", "write"):
                raise ValueError(f"{name}: {level} is no permission of a job")
        with self.lock:
            return self._token(Token(BOT, permissions, self.repository(repository).id))

    def _token(self, token: Token) -> str:
        word = f"ghs_{secrets.token_hex(18)}"
        self.state.tokens[word] = token
        return word

    # ---------------------------------------------------------------- repositories

    def repository(self, name: str | None = None) -> Repository:
        """A repository's state; the first one where none is named."""
        if name is None:
            return next(iter(self.state.repositories.values()))
        return self.state.repository(*name.split("/", 1))

    def create_repository(
        self,
        owner: str,
        name: str,
        *,
        private: bool = False,
        files: Mapping[str, bytes | Odd | None] | None = None,
    ) -> str:
        """A new repository with a first commit on main (none with `files={}`); its full name."""
        with self.lock:
            now, user = self.state.now(), self.state.user_named(owner)
            made = Repository(
                self.state.next_id(), user.id, name, GitStore(), now, now, now, private=private
            )
            self.state.repositories[made.id] = made
            full = self.state.full_name(made)
            first = {"README.md": f"# {name}\n".encode()} if files is None else files
            if first:
                self.commit(full, "main", first, author=owner, message="Initial commit")
            return full

    def fork(self, repository: str, login: str) -> str:
        """An account's fork; its full name."""
        with self.lock:
            made = rules.fork(self.state, self.repository(repository), self.state.user_named(login))
            return self.state.full_name(made)

    def delete_repository(self, repository: str) -> None:
        """Remove a repository; a pull request from it keeps no head repository."""
        with self.lock:
            rules.delete_repository(self.state, self.repository(repository))

    def add_collaborator(self, repository: str, login: str, role: Role = "write") -> None:
        """Invite an account, which accepts."""
        with self.lock:
            number = self.state.user_named(login).id
            self.repository(repository).collaborators[number] = role

    def commit(
        self,
        repository: str,
        branch: str,
        files: Mapping[str, bytes | Odd | None],
        *,
        author: str | None = None,
        message: str = "Update files",
        at: datetime | None = None,
        onto: str | None = None,
    ) -> str:
        """One commit on a branch, which is made if need be; files that are None go. Its name.

        Args:
            onto: a force push: the branch is first put back to this commit.
        """
        with self.lock:
            home = self.repository(repository)
            user = self.state.user_named(author) if author else self.state.user(home.owner)
            if onto:
                home.refs[rules.HEADS + branch] = onto
            entries = {path: _entry(home, body) for path, body in files.items()}
            signed = rules.signature(user, at or self.state.now())
            return rules.commit_files(self.state, home, branch, entries, message, signed)

    def push(self, repository: str, branch: str, sha: str) -> None:
        """A force push: point a branch at a commit."""
        with self.lock:
            home = self.repository(repository)
            rules.move(self.state, home, rules.HEADS + branch, sha, force=True)

    def delete_branch(self, repository: str, branch: str) -> None:
        """Remove a branch; pull requests from it close."""
        with self.lock:
            rules.delete_ref(self.state, self.repository(repository), rules.HEADS + branch)

    def head(self, repository: str | None = None, branch: str = "main") -> str:
        """The commit at a branch's end."""
        with self.lock:
            return rules.resolve(self.repository(repository), rules.HEADS + branch)

    def files(self, repository: str | None = None, ref: str = "main") -> dict[str, bytes]:
        """All files at a branch's end or a commit, submodules left out."""
        with self.lock:
            home = self.repository(repository)
            store = home.store
            found = store.files(store.tree_of(rules.resolve(home, ref)))
            return {
                path: store.body(entry.sha, "blob")
                for path, entry in sorted(found.items())
                if entry.kind == "blob"
            }


def _entry(home: Repository, body: bytes | Odd | None) -> Entry | None:
    if body is None:
        return None
    if isinstance(body, bytes):
        return rules.blob(home, body, FILE)
    if body.mode == SUBMODULE:
        return Entry(SUBMODULE, body.sha)
    return rules.blob(home, body.body, body.mode)
