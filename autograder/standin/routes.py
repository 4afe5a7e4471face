"""The table of endpoints, and what a handler gets and gives. No endpoint is here: see views/.

Each endpoint names its operation in GitHub's published schema (`issues/create-comment`), what a
token needs for it, and the function that answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from autograder.standin.access import Actor, Needs
from autograder.standin.shapes import Json, Shapes
from autograder.standin.state import Repository, State, User

Item = TypeVar("Item")
MOST_PER_PAGE = 100


@dataclass(frozen=True)
class Answer:
    """What goes back: JSON, or bytes as they are, or nothing where the body is None."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, understood.

    Attributes:
        args: the values in the path, by name.
        body: the request's JSON, already held against the schema; empty if there was none.
        home: the repository in the path, if there is one; reading it is allowed.
    """

    state: State
    shapes: Shapes
    actor: Actor
    path: str
    args: dict[str, Any]
    query: dict[str, str]
    body: Json
    accept: str = ""
    home: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository in the path."""
        assert self.home is not None
        return self.home

    @property
    def user(self) -> User:
        """The account that asks.

        Raises:
            Refused: 401 for nobody.
        """
        return self.actor.known()

    def page(self, items: Sequence[Item], shape: Callable[[Item], Any], key: str = "") -> Answer:
        """One page of a list, with GitHub's `Link` header.

        Args:
            key: for lists that come inside an object beside `total_count`.
        """
        size = min(max(self._number("per_page", 30), 1), MOST_PER_PAGE)
        page = max(self._number("page", 1), 1)
        last = max(1, -(-len(items) // size))
        shown = [shape(one) for one in items[(page - 1) * size : page * size]]
        links = []
        for word, number in (("prev", page - 1), ("next", page + 1), ("last", last), ("first", 1)):
            wanted = {"prev": page > 1, "first": page > 1}.get(word, page < last)
            if wanted:
                query = urlencode({**self.query, "page": number})
                links.append(f'<{self.shapes.url}{self.path}?{query}>; rel="{word}"')
        headers = {"Link": ", ".join(links)} if links else {}
        return Answer({"total_count": len(items), key: shown} if key else shown, 200, headers)

    def _number(self, name: str, otherwise: int) -> int:
        word = self.query.get(name, "")
        return int(word) if word.isdigit() else otherwise


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One endpoint; `path` is a rule of werkzeug's, `fixed` holds arguments that it lacks."""

    method: str
    path: str
    operation: str
    needs: Needs | None
    handler: Handler
    fixed: dict[str, str] = field(default_factory=dict, hash=False)


ROUTES: list[Route] = []
REPOSITORY = "/repos/<owner>/<repo>"


def route(
    method: str,
    path: str,
    operation: str,
    permissions: Iterable[str] = (),
    /,
    *,
    role: str = "",
    **fixed: str,
) -> Callable[[Handler], Handler]:
    """Enter a handler into the table.

    Args:
        path: below the repository unless it begins with a slash of its own.
        operation: `group/name` in GitHub's schema.
        permissions: what a job needs, any one; reading or writing follows from the method.
        role: what an account must be; read to read and write to write unless said.
        fixed: arguments of the operation that this path does not have.
    """
    level = "read" if method == "GET" else "write"

    def enter(handler: Handler) -> Handler:
        inside = not path.startswith("/")
        needs = Needs(tuple(permissions), level, role or level) if inside else None
        full = f"{REPOSITORY}/{path}".rstrip("/") if inside else path
        ROUTES.append(Route(method, full, operation, needs, handler, fixed))
        return handler

    return enter
