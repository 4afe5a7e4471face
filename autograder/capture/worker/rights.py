"""What the first process in the sandbox does to itself before it does anything else.

Linux's own calls are made only where they are there: without a sandbox, on another system, they
are left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from typing import IO

_SET_DUMPABLE, _SET_SUBREAPER = 4, 36


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
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))


def claim_stdout() -> IO[bytes]:
    """Keep standard output for frames alone: what others print goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


def conceal() -> None:
    """Close this process's memory and descriptors to others of the same user."""
    _prctl(_SET_DUMPABLE, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _prctl(_SET_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
