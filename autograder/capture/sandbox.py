"""Starts one process in bubblewrap with nothing of the outside in it, and ends the whole tree.

Every namespace is its own; the network is a private loopback; what can be written is memory with
a cap; the user is nobody. Where this process is root, bubblewrap sets the room up with root's
rights and the worker drops them for good; else an unprivileged user namespace does the same.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.capture import room, seccomp
from autograder.capture.ending import end
from autograder.capture.limits import Meter, ProcessTree, Usage, judge, open_meter
from autograder.capture.patience import Patience
from autograder.errors import InfrastructureError, SandboxUnavailable
from autograder.models import Limits

POLL_S = 0.05
SET_UP_S = 60.0
GRACE_S = 75.0
STDERR_CAP = 64 * 1024
GO = b"go\n"
INSIDE = Path("/pioneers")
UID_BASE, UID_SPAN = 200_000, 1_000_000
_RUNNING: set[int] = set()
_STOPPING = threading.Event()
_ENTER = 'while [ "$1" != -- ]; do echo 0 >"$1" || exit 96; shift; done; shift; exec "$@"'


@dataclass(frozen=True)
class Mount:
    """A folder or file of the host, read-only inside."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Link:
    """A symbolic link inside, so that a folder that comes later can have its name already."""

    points_to: Path
    path: Path


@dataclass(frozen=True)
class Ended:
    """How a sandbox ended.

    Attributes:
        stopped: the limit that it broke, or empty.
        code: the exit status of its first process; negative for a signal.
    """

    stopped: str
    code: int
    seconds: float
    usage: Usage
    stderr: str

    def before(self, what: str) -> InfrastructureError:
        """The fault of ours that it is to end before `what`."""
        said = self.stderr.strip().splitlines()
        why = said[-1][:200] if said else f"exit status {self.code} {self.stopped}".strip()
        return InfrastructureError(
            f"the sandbox ended before {what}: {why}", fix="run pioneers doctor"
        )


@functools.cache
def unavailable() -> str:
    """Why there is no sandbox here; empty if there is one."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed"
    probe = [*room.entry(Limits()), *room.system_mounts(), "--", "/bin/true"]
    try:
        done = subprocess.run(probe, capture_output=True, timeout=20, env={}, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run: {error}"
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return (
        ""
        if done.returncode == 0
        else f"bubblewrap may not make a sandbox here: {said[-1] if said else '?'}"
    )


def require() -> None:
    """Raise unless there is a sandbox.

    Raises:
        SandboxUnavailable: with what to install or to allow.
    """
    if why := unavailable():
        fix = "run: sudo apt-get install -y bubblewrap"
        if "may not" in why:
            fix = "run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        if sys.platform != "linux":
            fix = "pioneers check works without one; the official grade is made on GitHub"
        raise SandboxUnavailable(f"no official grade without a sandbox: {why}", fix=fix)


def pick_uid() -> int | None:
    """A user for one worker to become, where bubblewrap runs as root; else None.

    Each run has a user of its own, so that limits by user do not add up over runs.
    """
    return UID_BASE + secrets.randbelow(UID_SPAN) if os.geteuid() == 0 else None


def run(  # noqa: PLR0913 - each by name
    command: Sequence[str],
    *,
    mounts: Sequence[Mount | Link],
    limits: Limits,
    environment: Mapping[str, str],
    read: Callable[[IO[bytes], Callable[[], None]], None],
    prepare: Callable[[], object] = lambda: None,
    go: Callable[[], bytes] = lambda: GO,
    patience: Patience | None = None,
    user: int = room.INSIDE_UID,
    official: bool = True,
) -> Ended:
    """Run `command` until it ends or breaks a limit; nothing of it is left afterwards.

    Args:
        read: consumes standard output on a thread of its own until it ends. It calls its second
            argument once the command is set up, which starts the clock of `limits.wall_s`.
        prepare: called on a thread of its own while the command starts; when it returns, the
            command reads `go` from its standard input. If it raises, the command ends, and what
            it raised is raised here.
        go: what the command reads then, up to the end of its input.
        patience: ends it as soon as nobody wants it.
        user: the uid that the command will have, which the sandbox's passwd names.
        official: False runs it without a sandbox (a member's own check), limits still watched.

    Raises:
        InfrastructureError: it could not be started.
        KeyboardInterrupt: see `stop_all`.
    """
    meter = open_meter(limits) if official else ProcessTree()
    try:
        with _arguments(command, mounts, limits, environment, meter, user, official) as (full, fds):
            own = {} if official else environment
            prepared = _Prepared(prepare, go)
            return _supervise(full, fds, own, limits, meter, read, prepared, patience)
    finally:
        meter.close()


def _supervise(
    full: Sequence[str],
    fds: Sequence[int],
    environment: Mapping[str, str],
    limits: Limits,
    meter: Meter,
    read: Callable[[IO[bytes], Callable[[], None]], None],
    prepared: _Prepared,
    patience: Patience | None,
) -> Ended:
    ready = threading.Event()
    started = time.monotonic()
    with tempfile.TemporaryFile() as stderr:
        try:
            process = subprocess.Popen(  # noqa: S603
                full,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                pass_fds=fds,
                start_new_session=True,
            )
        except OSError as error:
            raise InfrastructureError(f"the sandbox did not start: {error}") from error
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise InfrastructureError("the sandbox has no pipes")
        readers = [
            threading.Thread(target=prepared.then_tell, args=(process.stdin,), daemon=True),
            threading.Thread(target=read, args=(process.stdout, ready.set), daemon=True),
            threading.Thread(target=_keep_head, args=(process.stderr, stderr), daemon=True),
        ]
        for thread in readers:
            thread.start()
        _RUNNING.add(process.pid)
        try:
            _heed()
            stopped, usage = _watch(process, limits, meter, ready, prepared.done, patience)
        finally:
            _RUNNING.discard(process.pid)
            end(process)
        for thread in readers:
            thread.join(timeout=10)
        if not any(thread.is_alive() for thread in readers):
            process.stdout.close()
            process.stderr.close()
        _heed()
        if prepared.error is not None:
            raise prepared.error
        stderr.seek(0)
        said = stderr.read().decode("utf-8", "replace")
    usage = _later(usage, meter.read(process.pid))
    if usage.out_of_memory:
        stopped = "memory"
    return Ended(stopped, process.returncode, time.monotonic() - started, usage, said)


class _Prepared:
    """Does what must be done beside the start, and then tells the command to go."""

    def __init__(self, prepare: Callable[[], object], go: Callable[[], bytes]) -> None:
        self.prepare = prepare
        self.go = go
        self.done = threading.Event()
        self.error: Exception | None = None

    def then_tell(self, stdin: IO[bytes]) -> None:
        """A command that is told nothing reads the end of its input, and ends."""
        try:
            with stdin:
                self.prepare()
                stdin.write(self.go())
        except BrokenPipeError:
            pass  # it has ended; its exit status says why
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
            self.error = error
        finally:
            self.done.set()


def stop_all() -> None:
    """Kill every sandbox of this process at once, whichever thread waits for it, for good.

    Who waits for one or asks for another later gets KeyboardInterrupt: work that was cut off
    would only be begun again.
    """
    _STOPPING.set()
    for pid in tuple(_RUNNING):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def _heed() -> None:
    if _STOPPING.is_set():
        raise KeyboardInterrupt


def _watch(
    process: subprocess.Popen[bytes],
    limits: Limits,
    meter: Meter,
    ready: threading.Event,
    prepared: threading.Event,
    patience: Patience | None,
) -> tuple[str, Usage]:
    usage = Usage()
    clock = 0.0
    started = time.monotonic()
    while process.poll() is None:
        usage = _later(usage, meter.read(process.pid))
        now = time.monotonic()
        if ready.is_set() and not clock:
            clock = now
        if not prepared.is_set():
            started = now
        if not clock and now - started > SET_UP_S:
            return "set-up", usage
        if patience is not None:
            if patience.called_off:
                return "called off", usage
            patience.see_to(process.pid)
        # The worker ends cells at wall_s and then hands over; the host's own limit comes later.
        if reason := judge(usage, limits, now - clock if clock else 0.0, limits.wall_s + GRACE_S):
            return reason, usage
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
    return "", usage


def _later(old: Usage, new: Usage) -> Usage:
    return Usage(
        max(old.cpu_s, new.cpu_s),
        max(old.peak_mb, new.peak_mb),
        new.processes,
        old.out_of_memory or new.out_of_memory,
    )


def _keep_head(source: IO[bytes], target: IO[bytes]) -> None:
    left = STDERR_CAP
    while chunk := source.read1(65536):  # type: ignore[attr-defined]
        target.write(chunk[:left])
        left = max(0, left - len(chunk))


@contextlib.contextmanager
def _arguments(
    command: Sequence[str],
    mounts: Sequence[Mount | Link],
    limits: Limits,
    environment: Mapping[str, str],
    meter: Meter,
    user: int,
    official: bool,
) -> Iterator[tuple[list[str], list[int]]]:
    if not official:
        yield list(command), []
        return
    with contextlib.ExitStack() as stack:
        etc = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pioneers-etc-")))
        etc.chmod(0o755)
        bwrap = [*room.entry(limits), *room.system_mounts(), *room.etc(etc, user)]
        for mount in mounts:
            if isinstance(mount, Link):
                bwrap += ["--symlink", str(mount.points_to), str(mount.path)]
            else:
                bwrap += room.bind(mount.source, mount.target)
        bwrap += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/tmp"]  # noqa: S108
        for key, value in environment.items():
            bwrap += ["--setenv", key, value]
        fds: list[int] = []
        if (program := seccomp.program()) is not None:
            fds.append(program)
            stack.callback(os.close, program)
            bwrap += ["--seccomp", str(program)]
        entrance = [str(path) for path in meter.entrance]
        yield ["/bin/sh", "-c", _ENTER, "sh", *entrance, "--", *bwrap, "--", *command], fds
