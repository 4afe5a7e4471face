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
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from autograder.capture.worker import rights, wire
from autograder.capture.worker.runner import Runner
from autograder.capture.worker.wire import Frame

MAX_INPUT_BYTES = 512 * 2**20
LOST_S = 10.0
"""What cases of one group may lose to broken limits before the rest of it is not run."""
GROWTH_S = 12.0
STALLED_S = 0.7
"""A size that takes longer than this is the last one."""
BUSY = 4.0
"""How many times its limit of the clock a case may take because the machine is busy."""
KEPT_ERROR = 2000
_WRITABLE = ("/tmp", "/dev/shm")  # noqa: S108


@dataclass
class Judge:
    """All cases of one program.

    Attributes:
        deadline: of all of them together; 0 before they begin.
        kept: what of the writable folders was there before any case.
        lost_s: seconds lost to broken limits, by group.
    """

    job: dict[str, Any]
    stream: IO[bytes]
    runner: Runner
    deadline: float = 0.0
    sent_bytes: int = 0
    kept: frozenset[str] = frozenset()
    lost_s: dict[str, float] = field(default_factory=dict)

    def run(self, frame: Frame) -> None:
        """Run one case and send what it came to."""
        group = frame.text("group")
        index = int(frame.number("index"))
        limits = self.job["limits"]
        left = self.deadline - time.monotonic()
        if left <= 0 or self.lost_s.get(group, 0.0) > LOST_S:
            return
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(_nameless()) for _ in range(4)]
            given, out, err, result = files
            given.write(frame.payload)
            given.seek(0)
            started = time.monotonic()
            descriptors = [file.fileno() for file in files]
            seconds = min(left, limits["wall_s"])
            most = min(left, BUSY * limits["wall_s"])
            done = self.runner.run(frame.kind == "size", descriptors, seconds, most)
            if done is None:
                return
            used, late = done
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
    judge = Judge(job, stream, Runner(job))
    judge.runner.start()
    inputs = list(wire.read(sys.stdin.buffer, max_bytes=MAX_INPUT_BYTES))
    if not inputs or inputs[-1].kind != "go":
        raise SystemExit("the host has gone")
    wire.write(stream, "ready")
    judge.deadline = time.monotonic() + job["wall_s"]
    if outcome := judge.runner.loaded():
        wire.write(stream, "load", json.dumps(outcome).encode())
    else:
        judge.kept = _there(job["sandboxed"])
        _run_all(judge, inputs[:-1])
    judge.runner.drop()
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


def _there(sandboxed: bool) -> frozenset[str]:
    """The paths in the writable folders before any case."""
    found: set[str] = set()
    for folder in _WRITABLE if sandboxed else ():
        with contextlib.suppress(OSError):
            found.update(entry.path for entry in os.scandir(folder))
    return frozenset(found)


if __name__ == "__main__":
    main()
