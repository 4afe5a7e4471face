"""Keeps a zygote ready, and has it run one case after the other.

The kernel tells this side what the processes of a case used; what the zygote itself says is the
member's word, and decides nothing but whom to ask next.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.capture.worker import descendants
from autograder.capture.worker.descendants import Used
from autograder.capture.worker.zygote import MEASURED, MESSAGE, PLAIN

MAX_RESTARTS = 50
ENDING_S = 1.0
"""A process that has closed its socket ends within this."""


@dataclass
class Runner:
    """One program, and the process that will run its next case.

    Attributes:
        sock: to the zygote that waits; None where there is none.
        zygote: its process id.
    """

    job: dict[str, Any]
    sock: socket.socket | None = None
    zygote: int = 0
    restarts: int = 0

    def start(self) -> None:
        """Start a zygote; it loads the program while the caller goes on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", "-m", "autograder.capture.worker.zygote"]
        process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
            [*command, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            cwd=Path(self.job["program"]).parent,
            start_new_session=True,
        )
        theirs.close()
        ours.send(json.dumps(self.job).encode())
        process.returncode = 0  # reaped by `descendants`, not by this object
        self.sock, self.zygote = ours, process.pid

    def loaded(self) -> dict[str, Any]:
        """Wait until the program is loaded; what went wrong with it, or empty."""
        if self.sock is None:
            return {"error_type": "Died", "error": "", "line": 0}
        first, used = self.zygote, Used()
        seconds = self.job["load_wall_s"]
        said = _receive(self.sock, seconds)
        message = said if isinstance(said, dict) else None
        late = message is None and not descendants.wait(first, ENDING_S, used)
        descendants.wait(first, ENDING_S if message else 0.0, used)
        self.zygote = _pid(message.get("next")) if message else 0
        descendants.end_all(first, self.zygote, used)
        if message is None:
            self.drop()
            killed = os.WTERMSIG(used.status) if used.status is not None else 0
            late = late or killed == signal.SIGXCPU
            return {"error_type": "Late" if late else "Died", "error": "", "line": 0}
        outcome = message.get("loaded")
        if not isinstance(outcome, dict) or outcome or not descendants.is_child(self.zygote):
            self.drop()
        return outcome if isinstance(outcome, dict) else {"error_type": "Died"}

    def drop(self) -> None:
        """Let the zygote go."""
        if self.sock is not None:
            self.sock.close()
        self.sock, first = None, self.zygote
        self.zygote = 0
        if first:
            descendants.end_all(first, 0, Used())

    def ready(self) -> bool:
        """Whether a zygote waits; one that a case has killed is replaced."""
        if self.sock is not None and descendants.is_child(self.zygote):
            return True
        self.drop()
        self.restarts += 1
        if self.restarts > MAX_RESTARTS:
            return False
        self.start()
        return not self.loaded()

    def run(
        self, measured: bool, files: Sequence[int], seconds: float, most: float
    ) -> tuple[Used, bool] | None:
        """Run one case on descriptors for its input, output, complaints and result.

        Args:
            seconds: that it may take, a busy machine's delays not counted.
            most: that it may take with them.

        Returns:
            What its processes used, and whether they had to be ended; None where no process that
            could begin it is to be had.
        """
        while self.ready():
            used, begun, late = self._once(measured, files, seconds, most)
            if begun or late:
                return used, late
            # The case before it had a part of this zygote ended, which was not seen in time.
            self.drop()
        return None

    def _once(
        self, measured: bool, files: Sequence[int], seconds: float, most: float
    ) -> tuple[Used, bool, bool]:
        used, first = Used(), self.zygote
        began = time.monotonic()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock, self.sock = self.sock, ours
        if sock is None:
            return used, False, False
        message: Any = None
        with sock, theirs, contextlib.suppress(OSError):
            word = MEASURED if measured else PLAIN
            socket.send_fds(sock, [word], [*files, theirs.fileno()])
            theirs.close()
            message = _receive(sock, seconds)
        self.zygote = _pid(message)
        passed = time.monotonic() - began
        late = not descendants.wait_fairly(first, seconds - passed, most - passed, used)
        descendants.end_all(first, self.zygote, used)
        return used, self.zygote > 0, late


def _receive(sock: socket.socket, seconds: float) -> Any:
    """One message from JSON; None if none comes in time, or it is none."""
    ready, _, _ = select.select([sock], [], [], max(0.0, seconds))
    try:
        return json.loads(sock.recv(MESSAGE)) if ready else None
    except (OSError, ValueError, RecursionError):
        return None


def _pid(value: Any) -> int:
    return value if type(value) is int and value > 1 else 0
