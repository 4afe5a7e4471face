"""`python -m autograder.capture.worker.zygote FD`: an interpreter with the member's program loaded.

For each case it forks its successor, and then runs the case itself: so a case begins at once, has
its own memory, and nothing that it does is there for the next one. All of it is the member's to
spoil; the judge, its parent, trusts nothing of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.capture.worker import rights
from autograder.capture.worker.program import Outcome, Program, own_streams, read_all

MESSAGE = 65536
RESULT = 3
"""The descriptor that a case's outcome is written to; 0, 1 and 2 are its streams."""
HIGHEST = 4096
MAX_PROCESSES = 32


def main() -> None:
    """Load the program that the first message names, say how it went, and serve cases."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    rights.conceal()
    job = json.loads(sock.recv(MESSAGE))
    sys.path.append(str(Path(job["program"]).parent))
    os.closerange(sock.fileno() + 1, HIGHEST)
    _limit_cpu(job["load_cpu_s"])
    program = None
    outcome: Outcome = {}
    if job["command"] is None:
        program = Program(Path(job["program"]), job["entry"], job["keep_arguments"])
        outcome = program.load()
    elif job["prepare"]:
        outcome = _prepared(job["prepare"], job["load_wall_s"])
    # Whoever serves has used no time yet: what loading took is not the first case's.
    successor = 0 if outcome else os.fork()
    if outcome or successor:
        sock.send(json.dumps({"loaded": outcome, "next": successor}).encode())
    else:
        _serve(sock, program, job)
    os._exit(0)


def _prepared(command: list[str], seconds: float) -> Outcome:
    """Build a program of another language; empty if that went well."""
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
        sock.send(json.dumps({"next": successor}).encode())
        _run(program, json.loads(message), streams, job)


def _run(
    program: Program | None, case: dict[str, Any], streams: list[int], job: dict[str, Any]
) -> None:
    """Run one case and end this process, whatever comes."""
    # First out of the way of the numbers that they are to have.
    safe = [os.dup2(descriptor, 100 + place) for place, descriptor in enumerate(streams)]
    for place, descriptor in enumerate(safe):
        os.dup2(descriptor, place)
    os.closerange(RESULT + 1, HIGHEST)
    with contextlib.suppress(OSError):
        os.setsid()
    _limit(job["limits"], case["sandboxed"])
    if program is None:
        os.set_inheritable(RESULT, False)
        os.execvp(job["command"][0], job["command"])
    outcome: Outcome = {}
    try:
        own_streams()
        if job["entry"] is None:
            outcome = program.run()
        else:
            outcome = program.call(read_all(0), case["measured"])
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
    import resource

    _limit_cpu(limits["cpu_s"])
    kinds = [(resource.RLIMIT_FSIZE, limits["output_kb"] * 1024), (resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        base = pages * os.sysconf("SC_PAGE_SIZE")
        kinds.append((resource.RLIMIT_AS, base + limits["memory_mb"] * 2**20))
    if sandboxed:
        kinds.append((resource.RLIMIT_NPROC, MAX_PROCESSES))
    for kind, value in kinds:
        resource.setrlimit(kind, (value, value))


def _limit_cpu(seconds: float) -> None:
    """The kernel knows whole seconds only; the judge compares to the exact number afterwards."""
    import resource

    soft = max(1, int(-(-seconds // 1)))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, hard))


if __name__ == "__main__":
    main()
