"""A busy machine costs nobody a verdict: only a process's own time counts against it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.capture.worker.descendants import Used, wait_fairly

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="this system does not tell"
)
WALL_S = 0.5
RIVALS = 5
CODE = "import os, time; os.sched_setaffinity(0, {%d})\n%s"
COMPUTES = "while time.process_time() < %f: pass"


@pytest.fixture
def start() -> Iterator[Callable[[str], int]]:
    """Starts processes of this test, all on one processor; gives their ids."""
    processor = min(os.sched_getaffinity(0))
    started: list[int] = []

    def begin(code: str) -> int:
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", CODE % (processor, code)])
        process.returncode = 0  # reaped below or by what is tested, not by this object
        started.append(process.pid)
        return process.pid

    yield begin
    for pid in started:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            continue


def test_what_rivals_take_is_not_counted(start: Callable[[str], int]) -> None:
    for _ in range(RIVALS):
        start(COMPUTES % 60.0)
    used = Used()
    assert wait_fairly(start(COMPUTES % 0.3), WALL_S, 60.0, used)
    assert used.status == 0


def test_there_is_an_end_to_it(start: Callable[[str], int]) -> None:
    for _ in range(RIVALS):
        start(COMPUTES % 60.0)
    assert not wait_fairly(start(COMPUTES % 60.0), WALL_S, 2 * WALL_S, Used())


def test_who_sleeps_is_not_held_up(start: Callable[[str], int]) -> None:
    assert not wait_fairly(start("time.sleep(60)"), WALL_S, 60.0, Used())
