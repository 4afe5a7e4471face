"""Meters: which limit is broken is a pure rule, and killed graders leave no cgroup for ever."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest

from autograder.capture.limits import PREFIX, ROOT, ProcessTree, Usage, judge, open_meter
from autograder.models import Limits

LIMITS = Limits(wall_s=10, cpu_s=20, memory_mb=512, processes=64)


@pytest.mark.parametrize(
    ("usage", "seconds", "verdict"),
    [
        (Usage(), 0.0, ""),
        (Usage(cpu_s=19.9, peak_mb=500, processes=60), 9.9, ""),
        (Usage(out_of_memory=True), 0.0, "memory"),
        (Usage(peak_mb=600), 0.0, "memory"),
        (Usage(cpu_s=20.1), 0.0, "cpu"),
        (Usage(processes=80), 0.0, "processes"),
        (Usage(), 10.1, "wall"),
        (Usage(cpu_s=99, out_of_memory=True), 99.0, "memory"),
    ],
)
def test_the_broken_limit_is_named(usage: Usage, seconds: float, verdict: str) -> None:
    assert judge(usage, LIMITS, seconds, LIMITS.wall_s) == verdict


def test_a_process_tree_remembers_the_time_of_those_that_ended() -> None:
    tree = ProcessTree()
    burn = "import time; end = time.process_time() + 0.5\nwhile time.process_time() < end: pass"
    with subprocess.Popen(
        [sys.executable, "-c", burn + "\ninput()"], stdin=subprocess.PIPE
    ) as child:
        while tree.read(os.getpid()).cpu_s < 0.4:
            pass
        before = tree.read(child.pid).processes
        child.communicate(b"\n")
    assert before == 1
    assert tree.read(os.getpid()).cpu_s >= 0.4


def test_what_a_killed_grader_left_is_swept() -> None:
    base = next((each for each in (ROOT / "pids", ROOT) if os.access(each, os.W_OK)), None)
    if base is None or (base == ROOT and not (ROOT / "cgroup.controllers").exists()):
        pytest.skip("cgroups are not writable here")
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = base / f"{PREFIX}{int(gone.stdout)}-1"
    left.mkdir()
    try:
        open_meter(LIMITS).close()
        assert not left.exists()
    finally:
        with contextlib.suppress(OSError):
            left.rmdir()
