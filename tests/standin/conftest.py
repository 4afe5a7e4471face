"""A stand-in with an organiser, a member, her fork and a pull request; spoken to by PyGithub."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from autograder import hub as client
from autograder.standin import StandIn

HOME = "organiser-example/cohort"
FORK = "haneul-example/cohort"
OWN = "submissions/haneul-example/w1d1-start/notebook.ipynb"
EVERYTHING = {"contents": "write", "issues": "write", "pull_requests": "write", "checks": "write"}


@contextlib.contextmanager
def refused(status: int, words: str = "") -> Iterator[None]:
    """The block must be refused by GitHub with this status and these words."""
    with pytest.raises(GithubException) as caught:
        yield
    assert caught.value.status == status
    assert words in str(caught.value.message) + repr(caught.value.data)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in; raises at its end if anything broke GitHub's schema."""
    monkeypatch.setenv("PIONEERS_RETRY_BASE_S", "0")
    with StandIn() as made:
        made.create_user("organiser-example", number=11)
        made.create_user("haneul-example", number=12, name="Kim Haneul")
        made.create_user("bada-example", number=13)
        made.create_repository("organiser-example", "cohort")
        made.fork(HOME, "haneul-example")
        made.commit(FORK, "main", {OWN: b"{}\n"}, author="haneul-example")
        made.open_pull(author="haneul-example", title="Week 1")
        yield made


Open = Callable[..., Repository]


@pytest.fixture
def opened(hub: StandIn) -> Open:
    """The repository as a job sees it, or as an account does."""

    def open_it(login: str = "", name: str = HOME, **permissions: str) -> Repository:
        token = hub.user_token(login) if login else hub.job_token(HOME, **permissions)
        return client.repository(name, client.connect(token=token, address=hub.url))

    return open_it


@pytest.fixture
def repository(opened: Open) -> Repository:
    """The repository as a job with every right sees it."""
    return opened(**EVERYTHING)


Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(hub: StandIn) -> Ask:
    """One plain request, with a job's token of every right unless told otherwise."""
    given = hub.job_token(HOME, **EVERYTHING)

    def send(method: str, path: str, token: str | None = None, **told: object) -> requests.Response:
        word = given if token is None else token
        headers = {"Authorization": f"Bearer {word}"} if word else {}
        headers |= told.pop("headers", {})  # type: ignore[arg-type]
        url = path if path.startswith("http") else f"{hub.url}/repos/{HOME}{path}"
        return requests.request(method, url, headers=headers, timeout=20, **told)  # type: ignore[arg-type]

    return send
