"""`python -m autograder.capture.worker.judge JOB`: runs a program on one input after the other.

Standard input brings the inputs as frames, standard output takes what each case came to. The
inputs live in this process's memory alone, which no other of its user can read; a case gets its
own as a file without a name. Each case is a process that a `zygote` forked; this one is the parent
of all of them, so that the kernel tells it what they used, and nothing of a case outlives it.

It knows limits; it knows nothing that is expected, and gives no verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from autograder.capture.worker import descendants, rights, wire
from autograder.capture.worker.descendants import Used
from autograder.capture.worker.wire import Frame

MAX_INPUT_BYTES = 512 * 2**20
LOST_S = 10.0
"""What cases of one group may lose to broken limits before the rest of it is not run."""
GROWTH_S = 12.0
STALLED_S = 0.7
"""A size that takes longer than this is the last one."""
KEPT_ERROR = 2000
MAX_RESTARTS = 50
_WRITABLE = ("/tmp", "/dev/shm")  # noqa: S108


@dataclass
class Judge:
    """One program, and the process that will run its next case.

    Attributes:
        sock: to the zygote that waits; None where there is none.
        zygote: its process id.
        kept: what of the writable folders was there before any case.
    """

    job: dict[str, Any]
    stream: IO[bytes]
    deadline: float = 0.0
    sock: socket.socket | None = None
    zygote: int = 0
    restarts: int = 0
    sent_bytes: int = 0
    kept: frozenset[str] = frozenset()
    lost_s: dict[str, float] = field(default_factory=dict)

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
        message = _receive(self.sock, seconds)
        late = message is None and not descendants.wait(first, 0.0, used)
        descendants.wait(first, 1.0 if message else 0.0, used)
        self.zygote = _pid(message)
        descendants.end_all(first, self.zygote, used)
        if message is None:
            self.drop()
            killed = os.WIFSIGNALED(used.status) if used.status is not None else False
            late = late or (killed and used.cpu_s >= self.job["load_cpu_s"])
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

    def run(self, frame: Frame) -> None:
        """Run one case and send what it came to."""
        group = frame.text("group")
        index = int(frame.number("index"))
        limits = self.job["limits"]
        left = self.deadline - time.monotonic()
        if left <= 0 or self.lost_s.get(group, 0.0) > LOST_S or not self.ready():
            return
        wire.write(self.stream, "case_begins", group=group, index=index)
        measured = frame.kind == "size"
        with contextlib.ExitStack() as stack:
            given, out, err, result = (stack.enter_context(_nameless()) for _ in range(4))
            given.write(frame.payload)
            given.seek(0)
            started = time.monotonic()
            used, late = self._run(measured, (given, out, err, result), min(left, limits["wall_s"]))
            wall_s = time.monotonic() - started
            self._tidy()
            cap = limits["output_kb"] * 1024
            said, complaint, told = _head(out, cap), _tail(err), _head(result, cap)
            sizes = [_size(file) for file in (out, err, result)]
        if late or used.cpu_s > limits["cpu_s"]:
            self.lost_s[group] = self.lost_s.get(group, 0.0) + max(wall_s, used.cpu_s)
        if self.job["entry"] is not None:
            said = b""
        if self.job["command"] is None:
            complaint = b""
        self.sent_bytes += len(said) + len(told)
        if self.sent_bytes > self.job["output_bytes"]:
            self.deadline = 0.0
            wire.write(self.stream, "flood")
            return
        wire.write(
            self.stream,
            "case",
            said + complaint + told,
            group=group,
            index=index,
            said=len(said),
            complaint=len(complaint),
            full=max(sizes) >= cap,
            late=late,
            status=used.status if used.status is not None else -1,
            cpu_s=used.cpu_s,
            wall_s=wall_s,
            peak_mb=used.peak_kb / 1024,
        )

    def _run(
        self, measured: bool, files: tuple[IO[bytes], ...], seconds: float
    ) -> tuple[Used, bool]:
        """What the processes of a case used, and whether they had to be ended."""
        used, first = Used(), self.zygote
        ends = time.monotonic() + seconds
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"measured": measured, "sandboxed": self.job["sandboxed"]})
        sock, self.sock = self.sock, ours
        if sock is None:
            return used, False
        with sock:
            descriptors = [*(file.fileno() for file in files), theirs.fileno()]
            message = None
            with contextlib.suppress(OSError):
                socket.send_fds(sock, [request.encode()], descriptors)
                theirs.close()
                message = _receive(sock, seconds)
            self.zygote = _pid(message)
            late = not descendants.wait(first, ends - time.monotonic(), used)
            descendants.end_all(first, self.zygote, used)
        return used, late

    def _tidy(self) -> None:
        """Remove what a case wrote: the next one finds what the first one found."""
        if not self.job["sandboxed"]:
            return
        for folder in _WRITABLE:
            with contextlib.suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.path in self.kept:
                        continue
                    with contextlib.suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            shutil.rmtree(entry.path, ignore_errors=True)
                        else:
                            Path(entry.path).unlink()


def main() -> None:
    """Do the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    rights.drop(job["uid"], job["max_processes"])
    rights.conceal()
    rights.adopt_orphans()
    stream = rights.claim_stdout()
    judge = Judge(job, stream)
    judge.start()
    inputs = list(wire.read(sys.stdin.buffer, max_bytes=MAX_INPUT_BYTES))
    if not inputs or inputs[-1].kind != "go":
        raise SystemExit("the host has gone")
    wire.write(stream, "ready")
    judge.deadline = time.monotonic() + job["wall_s"]
    if outcome := judge.loaded():
        wire.write(stream, "load", json.dumps(outcome).encode())
    else:
        judge.kept = _there(job["sandboxed"])
        _run_all(judge, inputs[:-1])
    judge.drop()
    wire.write(stream, "done")
    os._exit(0)


def _run_all(judge: Judge, inputs: list[Frame]) -> None:
    """All cases; of a measured group the sizes in rising order, until one takes long."""
    stalled: set[str] = set()
    spent: dict[str, float] = {}
    for frame in inputs:
        group = frame.text("group")
        if frame.kind != "size":
            judge.run(frame)
        elif group not in stalled:
            started = time.monotonic()
            judge.run(frame)
            taken = time.monotonic() - started
            spent[group] = spent.get(group, 0.0) + taken
            if taken > STALLED_S or spent[group] > GROWTH_S or judge.lost_s.get(group):
                stalled.add(group)


def _nameless() -> IO[bytes]:
    """A file that lives in memory, or at least has no name."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("case"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _size(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def _head(file: IO[bytes], most: int) -> bytes:
    return os.pread(file.fileno(), min(most, _size(file)), 0)


def _tail(file: IO[bytes]) -> bytes:
    size = _size(file)
    return os.pread(file.fileno(), KEPT_ERROR, max(0, size - KEPT_ERROR))


def _receive(sock: socket.socket, seconds: float) -> dict[str, Any] | None:
    """One message as a dict; None if none comes in time, or it is none of ours."""
    ready, _, _ = select.select([sock], [], [], max(0.0, seconds))
    try:
        value = json.loads(sock.recv(65536)) if ready else None
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _pid(message: dict[str, Any] | None) -> int:
    value = message.get("next") if message else None
    return value if type(value) is int and value > 1 else 0


def _there(sandboxed: bool) -> frozenset[str]:
    """The paths in the writable folders before any case."""
    found: set[str] = set()
    for folder in _WRITABLE if sandboxed else ():
        with contextlib.suppress(OSError):
            found.update(entry.path for entry in os.scandir(folder))
    return frozenset(found)


if __name__ == "__main__":
    main()
