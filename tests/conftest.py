"""What all tests share: one cache of Java classes and reference answers for the whole run."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, settings
from requests.adapters import HTTPAdapter

from autograder.capture import java, sandbox
from autograder.errors import PioneersError
from autograder.standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
# jsonschema parses a whole grammar of addresses at its import, a second of work, if it finds this
# package; no schema here asks for it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
SLOW = ("network", "sandbox", "spark")
# A machine that is busy makes no example wrong.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
gc.disable()  # until all tests are collected: none of what that makes is garbage


def pytest_sessionstart(session: pytest.Session) -> None:
    """Spark's class cache is made while the processes that run the tests start."""
    if getattr(session.config.option, "numprocesses", None):
        gc.enable()  # this is the one that hands out, and collects none
        threading.Thread(target=_prepare).start()


def _prepare() -> None:
    with contextlib.suppress(PioneersError):  # whose tests need Spark, say what is missing
        java.prepare()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal them out; those that need the sandbox skip where there is none, but never in CI."""
    if processes := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
        items[:] = _dealt(items, int(processes))
    why = sandbox.unavailable()
    if not why or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("sandbox"):
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_collection_finish() -> None:
    """What is there now stays, and need not be looked through again."""
    gc.freeze()
    gc.enable()


def _slow(item: pytest.Item) -> bool:
    return any(map(item.get_closest_marker, SLOW))


def _dealt(items: list[pytest.Item], hands: int) -> list[pytest.Item]:
    """Slow files first in the share of each of so many processes; else one has them all at the end.

    A process gets as many tests as the next, in their order, and takes others' last ones when it
    is done.
    """
    files = [list(file) for _, file in groupby(items, lambda item: item.path)]
    slow = [file for file in files if any(map(_slow, file))]
    rest = chain.from_iterable(file for file in files if not any(map(_slow, file)))
    shares: list[list[pytest.Item]] = []
    for hand in range(hands):
        size = (len(items) + hand) // hands
        share = list(chain.from_iterable(slow[hand::hands]))
        shares.append([*share, *islice(rest, max(size - len(share), 0))])
    return [*chain.from_iterable(shares), *rest]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server on loopback that speaks as AWS does, with one account."""
    from moto import backends
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        # It lists the folder of its modules for each request.
        modules = tuple(backends.list_of_moto_modules())
        patch.setattr(backends, "list_of_moto_modules", lambda: modules)
        started = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        started.start()
        host, port = started.get_host_and_port()
        yield f"http://{host}:{port}"
        started.stop()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[StandIn], None]:
    """Makes a client give up early on what a stand-in GitHub holds, and on nothing else.

    A client that waits half a minute would make tests wait as well, and one that waits a second
    for everything finds GitHub silent on a machine that is merely busy.
    """
    send = HTTPAdapter.send

    def of(hub: StandIn) -> None:
        def sent(
            self: HTTPAdapter, request: requests.PreparedRequest, **told: Any
        ) -> requests.Response:
            if hub.faults.holds(str(request.method), urlsplit(str(request.url)).path):
                told["timeout"] = 2
            return send(self, request, **told)

        monkeypatch.setattr(HTTPAdapter, "send", sent)

    return of
