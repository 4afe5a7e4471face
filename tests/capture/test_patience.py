"""A run that may not be wanted gives way, and gets its share back once somebody waits for it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.capture import sandbox
from autograder.capture.patience import Patience
from autograder.models import Limits
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root gives a share back"
)
# It gives way, and so do a thread of its own and a process of another session.
GIVES_WAY = """
import os, subprocess, sys, threading, time
from autograder.capture.worker import rights
rights.give_way()
thread = threading.Thread(target=time.sleep, args=(60,), daemon=True)
thread.start()
if sys.argv[1] == "first":
    other = subprocess.Popen(
        [sys.executable, "-P", __file__, "other"], start_new_session=True, stdout=subprocess.PIPE
    )
    other.stdout.readline()
    print(other.pid, thread.native_id, flush=True)
else:
    print("has given way", flush=True)
"""
WAITS = """
threads = (os.getpid(), thread.native_id, other.pid)
until = time.monotonic() + 60
while any(os.getpriority(os.PRIO_PROCESS, each) for each in threads):
    if time.monotonic() > until:
        sys.exit(3)
    time.sleep(0.05)
other.kill()
os._exit(0)
"""


def priorities(*threads: int) -> list[int]:
    """Of threads, and after that of their sessions, where Linux has one for them."""
    sessions = [Path(f"/proc/{each}/autogroup") for each in threads]
    return [
        *(os.getpriority(os.PRIO_PROCESS, each) for each in threads),
        *(int(each.read_text().split()[-1]) for each in sessions if each.exists()),
    ]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "gives_way.py"
    path.write_text(f"{GIVES_WAY}time.sleep(60)\n", "utf-8")
    return path


@pytest.fixture
def run(script: Path) -> Iterator[tuple[int, ...]]:
    """The first process of a run, a process of another session, and a thread."""
    with subprocess.Popen(
        [sys.executable, "-P", str(script), "first"],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None
        other, thread = map(int, first.stdout.readline().split())
        yield first.pid, other, thread
        with contextlib.suppress(ProcessLookupError):
            os.kill(other, 9)
        first.kill()


def test_every_process_and_thread_gets_its_share_once_it_is_wanted(run: tuple[int, ...]) -> None:
    first, *_ = run
    patience = Patience()
    patience.see_to(first)
    assert set(priorities(*run)) == {19}
    patience.want()
    patience.see_to(first)
    assert set(priorities(*run)) == {0}


def test_a_run_that_has_ended_is_no_fault(run: tuple[int, ...]) -> None:
    first, other, _ = run
    for each in (other, first):
        os.kill(each, 9)
    os.waitpid(first, 0)
    patience = Patience()
    patience.want()
    patience.see_to(first)


def test_who_watches_a_run_sees_to_it(script: Path) -> None:
    script.write_text(GIVES_WAY + WAITS, "utf-8")
    patience = Patience()
    patience.want()
    ended = sandbox.run(
        [sys.executable, "-P", str(script), "first"],
        mounts=[], limits=Limits(), environment={**os.environ, "PYTHONPATH": str(ROOT)},
        read=lambda stream, ready: (ready(), stream.read())[0],
        patience=patience, official=False,
    )  # fmt: skip
    assert (ended.stopped, ended.code) == ("", 0), ended
