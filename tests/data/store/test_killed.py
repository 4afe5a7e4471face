"""Killed at any request: what readers find is whole, and the same command ends well afterwards."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from autograder.data.store import publish
from tests.data.store import made
from tests.data.store.made import HOME, current, make, name_of, tree
from tests.data.store.proxy import Asked, Fault, Plan, Proxy


@pytest.fixture(scope="session")
def spawn() -> Any:
    """Processes of their own, quick to start: a server forks them with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", "autograder.data.store", "tests.data.store.made"])
    return context


def kill_at(number: int, victim: BaseProcess) -> Plan:
    """SIGKILL when a request comes in, which is then not carried out.

    Had it been, the bucket would be as it is when the next request comes in.
    """

    def plan(here: int, _asked: Asked) -> Fault | None:
        if here < number:
            return None
        if here == number and victim.pid:
            os.kill(victim.pid, signal.SIGKILL)
        return Fault("hang_up")  # so is what its other threads ask in the same moment

    return plan


def run(spawn: Any, proxy: Proxy, number: int, job: Callable[..., Any], *words: Any) -> bool:
    """Run a job in a process until it is killed; False if it ended before."""
    process = spawn.Process(target=made.in_environment, args=(dict(os.environ), job, *words))
    proxy.reset()
    proxy.plan = kill_at(number, process)
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL)
    proxy.reset()
    return process.exitcode != 0


def test_a_killed_publisher(
    bucket: Any, first: Path, second: Path, proxy: Proxy, spawn: Any
) -> None:
    old, new = name_of(make(first, 1)), name_of(make(second, 2))
    number = 0
    while True:
        made.empty(bucket)
        assert publish(first, HOME).version == old
        killed = run(spawn, proxy, number, publish, second, HOME)
        assert current(bucket) in ((old, new) if killed else (new,))
        assert publish(second, HOME).version == new == current(bucket)
        if not killed:
            break
        number += 1
    assert number >= 10  # pointer, listing, manifest, three files copied and one sent, …


def test_a_killed_puller(
    bucket: Any, first: Path, second: Path, tmp_path: Path, proxy: Proxy, spawn: Any
) -> None:
    publish(second, HOME)
    number = 0
    while True:
        out = tmp_path / f"out-{number}"
        make(out, 1)
        killed = run(spawn, proxy, number, made.pull_to, out)
        now = tree(out)
        assert now == tree(second) if not killed else now in (tree(first), tree(second))
        done = made.pull_to(out)
        assert done.fetched <= 1  # only one file is another one
        assert tree(out) == tree(second)
        assert [path.name for path in tmp_path.glob(".*")] == []
        if not killed:
            break
        number += 1
    assert number == 3
