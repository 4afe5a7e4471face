"""The processes below this one: found, killed and reaped, with what they used.

Works for any process that has adopted orphans; needs nothing but Linux's /proc, and on other
systems sees only the children that it is told of.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 200
POLL_S = 0.002


@dataclass
class Used:
    """What the processes of one case used, as the kernel says.

    Attributes:
        status: the wait status of the first process; None while it lives.
        cpu_s: of all that were reaped.
        peak_kb: the greatest resident size of one process.
    """

    status: int | None = None
    cpu_s: float = 0.0
    peak_kb: int = 0


def wait(pid: int, seconds: float, used: Used) -> bool:
    """Wait until a child has ended; False if it has not after `seconds`."""
    deadline = time.monotonic() + seconds
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # no such call here, or no such process
        while used.status is None and time.monotonic() < deadline:
            reap(pid, used)
            if used.status is None:
                time.sleep(POLL_S)
        return used.status is not None
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
    finally:
        os.close(descriptor)
    reap(pid, used)
    return used.status is not None


def reap(first: int, used: Used, keep: int = 0) -> None:
    """Reap every child that has ended, but `keep`; add up what they used."""
    for pid in {first, *_children()} - {keep}:
        with contextlib.suppress(ChildProcessError):
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if not done:
                continue
            used.cpu_s += usage.ru_utime + usage.ru_stime
            used.peak_kb = max(used.peak_kb, usage.ru_maxrss)
            if pid == first:
                used.status = status


def end_all(first: int, keep: int, used: Used) -> None:
    """Kill and reap the first process of a case and whatever it left, but not `keep`."""
    for _ in range(ROUNDS):
        found = _below(os.getpid()) - {keep}
        if used.status is None:
            found.add(first)
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_S)
        reap(first, used, keep)


def is_child(pid: int) -> bool:
    """Whether a process is a living child of this one."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except (ChildProcessError, OSError):
        return False


def _below(pid: int) -> set[int]:
    found: set[int] = set()
    fresh = _children(pid)
    while fresh - found:
        found |= fresh
        fresh = {grandchild for child in fresh for grandchild in _children(child)}
    return found


def _children(pid: int | None = None) -> set[int]:
    tasks = Path(f"/proc/{pid or os.getpid()}/task")
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in tasks.iterdir():
            with contextlib.suppress(OSError, ValueError):
                found.update(map(int, (task / "children").read_text().split()))
    return found
