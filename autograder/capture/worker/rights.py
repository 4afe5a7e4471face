"""What the first process in the sandbox does to itself before it does anything else.

Linux's own calls are made only where they are there: without a sandbox, on another system, they
are left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path
from typing import IO

_SET_DUMPABLE, _SET_SUBREAPER = 4, 36
MAX_FILES = 4096
"""Open at once in one process, so that no descriptor is as high."""
LEAST = 19
"""The lowest priority there is."""
_TRIES, _AGAIN_S = 10, 0.03


def drop(uid: int | None, max_processes: int | None) -> None:
    """Become an unprivileged user for good, where the sandbox was entered as root."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    if max_processes is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (max_processes, max_processes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_FILES, MAX_FILES))


def claim_stdout() -> IO[bytes]:
    """Keep standard output for frames alone: what others print goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


def conceal() -> None:
    """Close this process's memory and descriptors to others of the same user."""
    _prctl(_SET_DUMPABLE, 0)


def reveal() -> None:
    """Be to others of the same user what a program that was just started is.

    Who has changed its user is concealed, and so is its fork, though not what it starts.
    """
    _prctl(_SET_DUMPABLE, 1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_SET_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def give_way() -> None:
    """Take only the processor time that others leave: this process, and all of its session.

    Where Linux shares time out by session first, a process's own priority says nothing to another
    session, and only the session's counts.
    """
    os.nice(LEAST)
    for _ in range(_TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(LEAST), "ascii")
        except BlockingIOError:  # it is changed at most ten times a second on the whole machine
            time.sleep(_AGAIN_S)
        except OSError:  # no such thing here
            return
        else:
            return
