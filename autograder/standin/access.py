"""Who asks, and whether GitHub would let them: accounts' own tokens, jobs' tokens, nobody.

A job's token (`GITHUB_TOKEN`) speaks for Actions' bot, in one repository, with the permissions its
workflow names; an account's token does what the account may do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from autograder.standin.refusal import Refused, not_found
from autograder.standin.state import Repository, Role, State, Token, User

ROLES = get_args(Role)
NO_INTEGRATION = "Resource not accessible by integration"
APP_ONLY = "app"


@dataclass(frozen=True)
class Needs:
    """What an endpoint asks for.

    Attributes:
        permissions: of a job, any one of these (`issues`, `pull_requests`).
        level: `read` or `write`.
        role: of an account; `app` where no account may, only an app.
    """

    permissions: tuple[str, ...]
    level: str = "read"
    role: str = "read"


@dataclass(frozen=True)
class Actor:
    """Who asks; both are None for nobody."""

    user: User | None = None
    token: Token | None = None

    def known(self) -> User:
        """The account.

        Raises:
            Refused: 401 for nobody.
        """
        if self.user is None:
            raise Refused(401, "Requires authentication")
        return self.user


def actor(state: State, header: str) -> Actor:
    """Whose token an `Authorization` header holds.

    Raises:
        Refused: 401 for a token that was never given.
    """
    if not header:
        return Actor()
    scheme, _, word = header.partition(" ")
    token = state.tokens.get(word.strip())
    if scheme.lower() not in ("bearer", "token") or token is None:
        raise Refused(401, "Bad credentials")
    return Actor(state.user(token.user), token)


def role(repository: Repository, user: User | None) -> str:
    """An account's role in a repository."""
    if user is not None:
        if user.id == repository.owner:
            return "admin"
        if user.id in repository.collaborators:
            return repository.collaborators[user.id]
    return "none" if repository.private else "read"


def at_least(has: str, wanted: str) -> bool:
    """True if one role includes another."""
    return ROLES.index(has) >= ROLES.index(wanted)


def check(who: Actor, repository: Repository, needs: Needs) -> None:
    """Let through, or refuse as GitHub does.

    Raises:
        Refused: 401, 403 or 404.
    """
    if who.token is not None and who.token.permissions is not None:
        _check_job(who.token, repository, needs)
        return
    has = role(repository, who.user)
    if has == "none":
        raise not_found()
    if who.user is None and (needs.level == "write" or needs.role != "read"):
        raise Refused(401, "Requires authentication")
    if needs.role == APP_ONLY:
        raise Refused(403, "You must authenticate via a GitHub App.")
    if not at_least(has, needs.role):
        if needs.role == "admin":
            raise Refused(403, "Must have admin rights to Repository.")
        raise not_found()


def _check_job(token: Token, repository: Repository, needs: Needs) -> None:
    given = token.permissions or {}
    home = token.repository == repository.id
    if repository.private and not home:
        raise not_found()
    open_to_all = not repository.private and needs.level == "read" and needs.role == "read"
    levels = {given.get(name, "none") for name in needs.permissions} if home else set()
    if "metadata" in needs.permissions and needs.level == "read":
        return  # every job may read that
    enough = "write" in levels or (needs.level == "read" and "read" in levels)
    if not (enough or open_to_all):
        raise Refused(403, NO_INTEGRATION)
