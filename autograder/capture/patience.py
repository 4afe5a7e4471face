"""How it stands with a run that may turn out not to be wanted.

Until that is known it takes only the processor time that others leave. Once it is wanted it gets
its share again: on a machine with much else to do it would hardly come to anything otherwise.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from threading import Event

import psutil

AGAIN_S = 1.0
"""Its processes are looked through so often, for new ones may still give way."""


class Patience:
    """Told by who may want a run; asked and seen to by who watches it."""

    def __init__(self) -> None:
        self._wanted, self._called_off = Event(), Event()
        self._seen_to = 0.0

    def want(self) -> None:
        """Somebody waits for the run."""
        self._wanted.set()

    def call_off(self) -> None:
        """Nobody wants the run any more."""
        self._called_off.set()

    @property
    def called_off(self) -> bool:
        """Whether nobody wants it any more."""
        return self._called_off.is_set()

    def see_to(self, pid: int) -> None:
        """Give the run, whose first process this is, its share if it is wanted by now."""
        now = time.monotonic()
        if self._wanted.is_set() and now - self._seen_to >= AGAIN_S:
            self._seen_to = now
            hurry(pid)


def hurry(pid: int) -> None:
    """Give a process and its descendants the usual priority again, as far as this user may."""
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(pid)
        for each in (first, *first.children(recursive=True)):
            with contextlib.suppress(OSError):
                _hurry(Path("/proc") / str(each.pid))


def _hurry(process: Path) -> None:
    for thread in (process / "task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), 0)
    (process / "autogroup").write_text("0", "ascii")
