"""`python -m autograder.capture.worker.zygote FD`: an interpreter with the member's program loaded.

For each case it forks its successor, and then runs the case itself: so a case begins at once, has
its own memory, and nothing that it does is there for the next one. All of it is the member's to
spoil; the judge, its parent, trusts nothing of it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from autograder.capture.worker import rights
from autograder.capture.worker.program import Outcome, Program, own_streams, read_all

MESSAGE = 65536
RESULT = 3
"""The descriptor that a case's outcome is written to; 0, 1 and 2 are its streams."""
FIRST_FREE = RESULT + 1
MAX_PROCESSES = 32
PLAIN, MEASURED = b"plain", b"measured"
"""How a case is to be run, as the judge says it."""


def main() -> None:
    """Load the program that the first message names, say how it went, and serve cases."""
    sock = socket.socket(fileno=os.dup2(int(sys.argv[1]), FIRST_FREE))
    rights.conceal()
    job = json.loads(sock.recv(MESSAGE))
    sys.path.append(str(Path(job["program"]).parent))
    os.closerange(FIRST_FREE + 1, rights.MAX_FILES)
    os.dup2(0, RESULT)  # so that what is given for a case comes above it
    _limit_cpu(job["load_cpu_s"])
    program = None
    outcome: Outcome = {}
    if job["command"] is None:
        program = Program(Path(job["program"]), job["entry"], job["keep_arguments"])
        outcome = program.load()
    elif job["prepare"]:
        outcome = _prepared(job["prepare"], job["load_wall_s"])
    if not outcome:
        _limit(job["limits"], job["sandboxed"])
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    gc.collect()
    gc.freeze()  # so that collecting garbage in a case leaves the pages of all this alone
    # Whoever serves has used no time yet: what loading took is not the first case's.
    successor = 0 if outcome else os.fork()
    if outcome or successor:
        sock.send(json.dumps({"loaded": outcome, "next": successor}).encode())
    else:
        _serve(sock, program, job)
    os._exit(0)


def _prepared(command: list[str], seconds: float) -> Outcome:
    """Build a program of another language; empty if that went well."""
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - a row of the table of languages
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"error_type": type(error).__name__, "error": str(error)[:300], "line": 0}
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    told = said[0][:300] if said else ""
    return {"error_type": "BuildError", "error": told, "line": 0} if done.returncode else {}


def _serve(sock: socket.socket, program: Program | None, job: dict[str, Any]) -> None:
    """Wait for a case, leave the next one to a fork of this process, and run it.

    What is done here is done for each case: a fork shares its pages until it writes to them, so
    every line costs some.
    """
    while True:
        message, given, _, _ = socket.recv_fds(sock, MESSAGE, 8)
        if not message:
            return
        *streams, next_socket = given
        successor = os.fork()
        if successor == 0:
            for descriptor in streams:
                os.close(descriptor)
            sock.close()
            sock = socket.socket(fileno=next_socket)
            continue
        sock.send(b"%d" % successor)
        for place, descriptor in enumerate(streams):
            os.dup2(descriptor, place)
        os.closerange(RESULT + 1, rights.MAX_FILES)
        os.setsid()
        # To the fraction of a second, but a program may undo it; the limit of the process it
        # cannot.
        signal.setitimer(signal.ITIMER_PROF, job["limits"]["cpu_s"])
        _run(program, message == MEASURED, job)


def _run(program: Program | None, measured: bool, job: dict[str, Any]) -> None:
    """Run one case and end this process, whatever comes."""
    if program is None:
        os.set_inheritable(RESULT, False)
        os.execvp(job["command"][0], job["command"])
    outcome: Outcome = {}
    try:
        if job["entry"] is None:
            own_streams()
            outcome = program.run()
        else:
            outcome = program.call(read_all(0), measured)
        body = json.dumps(outcome).encode()
    except MemoryError:
        body = b'{"error_type": "MemoryError", "error": "", "line": 0}'
    _write(body)
    os._exit(int(outcome.get("exit", 0)) & 0xFF)


def _write(body: bytes) -> None:
    with contextlib.suppress(OSError):
        while body:
            body = body[os.write(RESULT, body) :]


def _limit(limits: dict[str, Any], sandboxed: bool) -> None:
    """The limits of each case, for this process and all that come of it: each counts anew."""
    seconds = _limit_cpu(limits["cpu_s"] + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    kinds = [(resource.RLIMIT_FSIZE, limits["output_kb"] * 1024), (resource.RLIMIT_CORE, 0)]
    with contextlib.suppress(OSError):  # on a system that does not tell its pages
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        base = pages * os.sysconf("SC_PAGE_SIZE")
        kinds.append((resource.RLIMIT_AS, base + limits["memory_mb"] * 2**20))
    if sandboxed:
        kinds.append((resource.RLIMIT_NPROC, MAX_PROCESSES))
    for kind, value in kinds:
        resource.setrlimit(kind, (value, value))


def _limit_cpu(seconds: float) -> int:
    """The kernel knows whole seconds only; the judge compares to the exact number afterwards."""
    soft = max(1, int(-(-seconds // 1)))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))
    return wanted


if __name__ == "__main__":
    main()
