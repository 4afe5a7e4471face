"""The grading process that stays for the next grade: nothing of one reaches another."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from autograder.bundle import seal
from autograder.errors import GraderFailed
from autograder.grade import process
from autograder.grade.process import GradingProcess, grade
from autograder.grade.request import Request
from autograder.models import Check, Run

Ask = Callable[[str], Request]
HEAD = "import os, sys, pytest\nfrom autograder.grade import points\n"
WHO = """
@points(1, visibility="public")
def test_a():
    pytest.fail(f"{os.getppid()} {os.getpid()}")
"""
SPOILS = """
@points(1)
def test_a():
    import json
    json.spoilt = os.environ["X"] = "1"
"""
LOOKS = """
@points(1)
def test_a():
    import json
    assert not hasattr(json, "spoilt") and "X" not in os.environ
"""
LOUD = """
@points(1)
def test_a(capfd):
    with capfd.disabled():
        os.write(1, b"9\\n")
"""
KILLS = """
@points(1)
def test_a():
    import time
    os.kill(os.getppid(), 9)
    time.sleep(600)
"""
ENDLESS = """
@points(1)
def test_a():
    import pathlib, time
    pathlib.Path({noted!r}).write_text(str(os.getpid()))
    time.sleep(600)
"""
MEETS = """
@points(1)
def test_a():
    import pathlib, time
    at, deadline = pathlib.Path({at!r}), time.monotonic() + 30
    (at / "{mine}").touch()
    while not (at / "{other}").exists():
        assert time.monotonic() < deadline, "the other has not begun"
        time.sleep(0.01)
"""


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A request whose tests are these."""
    bundle = seal(tmp_path / "bundle", {}, problems={}, run=Run())

    def build(tests: str) -> Request:
        folder = tmp_path / f"tests-{abs(hash(tests))}"
        folder.mkdir(exist_ok=True)
        (folder / "test_it.py").write_text(HEAD + tests, "utf-8")
        return Request((), bundle.folder, bundle.folder, tests=folder, language="en")

    return build


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    process._sessions.end()
    yield
    process._sessions.end()


def seen(checks: tuple[Check, ...]) -> tuple[int, int]:
    """The serving process, and the one that graded."""
    (check,) = checks
    server, grader = map(int, re.findall(r"\d+", check.message)[:2])
    return server, grader


def test_one_process_serves_many_grades_each_in_a_fork(ask: Ask) -> None:
    (server, first), (same, second) = (seen(grade(ask(WHO))) for _ in range(2))
    assert server == same
    assert len({server, first, second}) == 3
    assert os.getpid() not in (server, first, second)


def test_what_one_grade_leaves_behind_is_not_there_for_the_next(ask: Ask) -> None:
    for tests in (SPOILS, LOOKS):
        assert grade(ask(tests))[0].status == "pass"


def test_what_a_test_prints_past_python_is_no_verdict(ask: Ask) -> None:
    for _ in range(2):
        assert grade(ask(LOUD))[0].status == "pass"


def test_one_that_was_killed_while_it_waited_is_replaced(ask: Ask) -> None:
    server, _ = seen(grade(ask(WHO)))
    os.kill(server, signal.SIGKILL)
    assert seen(grade(ask(WHO)))[0] != server


def test_one_that_is_killed_in_the_midst_is_our_fault_and_replaced(ask: Ask) -> None:
    with pytest.raises(GraderFailed):
        grade(ask(KILLS))
    assert len(grade(ask(WHO))) == 1


def test_a_test_that_never_ends_is_ended_with_what_it_started(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "WALL_S", 3.0)
    noted = tmp_path / "pid"
    with pytest.raises(GraderFailed, match="no verdict within 3 s"):
        grade(ask(ENDLESS.format(noted=str(noted))))
    psutil.wait_procs(_alive(int(noted.read_text())), timeout=20)
    assert _alive(int(noted.read_text())) == []


def _alive(pid: int) -> list[psutil.Process]:
    """The process, unless it has ended; what only keeps its name has."""
    with contextlib.suppress(psutil.NoSuchProcess):
        found = psutil.Process(pid)
        return [] if found.status() == psutil.STATUS_ZOMBIE else [found]
    return []


def test_two_at_once_do_not_wait_for_each_other(ask: Ask, tmp_path: Path) -> None:
    pair = [MEETS.format(mine=mine, other=1 - mine, at=str(tmp_path)) for mine in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(grade, map(ask, pair)))
    assert [check.status for (check,) in both] == ["pass", "pass"]
    with GradingProcess() as first, GradingProcess() as second:
        first.start()
        second.start()
        assert seen(first.grade(ask(WHO)))[0] != seen(second.grade(ask(WHO)))[0]


def test_a_fork_of_the_caller_leaves_the_waiting_ones_alone(ask: Ask) -> None:
    server, _ = seen(grade(ask(WHO)))
    child = os.fork()
    if not child:
        os._exit(len(process._sessions._idle))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert seen(grade(ask(WHO)))[0] == server
