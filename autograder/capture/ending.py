"""Ends a sandbox, and everything in it with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import psutil

ENDING_S, POLL_S = 5.0, 0.005


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the sandbox: with its first process gone, the kernel ends the whole namespace."""
    tree: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        tree = psutil.Process(process.pid).children(recursive=True)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for child in tree:
        with contextlib.suppress(psutil.Error):
            child.kill()
    process.wait()
    deadline = time.monotonic() + ENDING_S
    while not all(map(_has_ended, tree)) and time.monotonic() < deadline:
        time.sleep(POLL_S)


def _has_ended(process: psutil.Process) -> bool:
    """Whether nothing is left of it but its name, which this machine's first process may keep."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
