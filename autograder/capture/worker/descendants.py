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
HELD_UP_S = 0.05
"""Less than this is nobody's concern."""


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
        while not _reap(pid, used, first=True) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return used.status is not None
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
    finally:
        os.close(descriptor)
    return _reap(pid, used, first=True)


def wait_fairly(pid: int, seconds: float, most: float, used: Used) -> bool:
    """As `wait`, but what a busy machine kept the process waiting for a processor comes on top.

    Args:
        seconds: of the process's own, computing or asleep.
        most: of the clock.
    """
    began, held_up = time.monotonic(), 0.0
    while True:
        passed = time.monotonic() - began
        if wait(pid, min(seconds + held_up, most) - passed, used):
            return True
        more = _held_up_s(pid)
        if more < held_up + HELD_UP_S or time.monotonic() - began >= most:
            return False
        held_up = more


def _held_up_s(pid: int) -> float:
    """How long a process was ready to compute while no processor was free; 0 if nobody knows."""
    longest = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            longest = max(longest, int((task / "schedstat").read_text().split()[1]))
    return longest / 1e9


def _reap(pid: int, used: Used, *, first: bool = False) -> bool:
    """Reap a child if it has ended, and add up what it used."""
    try:
        done, status, usage = os.wait4(pid, os.WNOHANG)
    except ChildProcessError:  # of somebody else, or reaped before
        return first and used.status is not None
    if not done:
        return False
    used.cpu_s += usage.ru_utime + usage.ru_stime
    used.peak_kb = max(used.peak_kb, usage.ru_maxrss)
    if first:
        used.status = status
    return True


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
        for pid in found | (_children() - {keep}):
            _reap(pid, used, first=pid == first)


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
    """The children of a process; of this one, whose first thread alone has some, told sooner."""
    own = os.getpid()
    if pid is None or pid == own:
        return _listed(f"/proc/{own}/task/{own}/children")
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found |= _listed(f"{task}/children")
    return found


def _listed(path: str) -> set[int]:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return set()
    try:
        return set(map(int, os.read(descriptor, 1 << 16).split()))
    except (OSError, ValueError):
        return set()
    finally:
        os.close(descriptor)
