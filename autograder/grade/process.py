"""Runs the grading process and reads its verdicts: the caller's side.

The process is started early and waits, so that its imports are done when the answers arrive; it
stays for the next grade. If an answer's bytes kill the decoder, the request is made again without
that answer, which then fails as unreadable; every other crash is a fault of ours.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from autograder import paths
from autograder.errors import GraderFailed
from autograder.grade.request import (
    CHECKS,
    DECODING,
    REQUEST,
    SAID,
    STAYS,
    Request,
    read_checks,
    write_request,
)
from autograder.models import Check

WALL_S = 120.0
TRIES = 2
"""A process may have been killed while it waited."""
KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "HOME")


class _Session:
    """A process that serves one request at a time.

    Args:
        frames: whether it imports pandas ahead.
    """

    def __init__(self, frames: bool) -> None:
        self.frames = frames
        environment = {key: os.environ[key] for key in KEPT if key in os.environ}
        environment |= {"PYTHONPATH": str(paths.PACKAGE.parent), "PYTHONHASHSEED": "0", "TZ": "UTC"}
        command = [sys.executable, "-P", "-m", "autograder.grade.session"]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        self._process = subprocess.Popen(  # noqa: S603
            [*command, *(["pandas"] if frames else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            cwd=tempfile.gettempdir(),
            start_new_session=True,  # so that its forks end with it
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def serve(self, folder: Path) -> tuple[int, str]:
        """Have the folder's request graded; the exit status and what was complained of."""
        if (answer := self._answer(f"{folder}\n".encode())) is None:
            self.end()
            return -1, f"no verdict within {WALL_S:.0f} s"
        said = folder / SAID
        if answer.strip():
            return int(answer), said.read_text("utf-8", "replace") if said.is_file() else ""
        self._process.wait()
        self._log.seek(0)
        complaint = self._log.read().decode("utf-8", "replace")
        self.end()
        return self._process.returncode or -1, complaint

    def _answer(self, line: bytes) -> bytes | None:
        """The line that comes back, empty from a process that is gone; None out of time."""
        heard: list[bytes] = []

        def talk() -> None:
            with contextlib.suppress(OSError, ValueError):
                self._process.stdin.write(line)  # type: ignore[union-attr]
                self._process.stdin.flush()  # type: ignore[union-attr]
                heard.append(self._process.stdout.readline())  # type: ignore[union-attr]

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        thread.join(WALL_S)
        return None if thread.is_alive() else b"".join(heard)

    def end(self) -> None:
        """End it with all that it started."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()


class _Sessions:
    """The processes that wait for a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Session] = []

    def take(self, frames: bool) -> _Session:
        """One that waits, or a new one."""
        with self._lock:
            for session in self._idle:
                if session.frames == frames and session.alive:
                    self._idle.remove(session)
                    return session
        return _Session(frames)

    def give(self, session: _Session) -> None:
        """Let one that was taken wait for the next, if it can serve another."""
        if STAYS and session.alive:
            with self._lock:
                self._idle.append(session)
        else:
            session.end()

    def end(self) -> None:
        """End all that wait."""
        with self._lock:
            for session in self._idle:
                session.end()
            self._idle.clear()

    def forget(self) -> None:
        """Leave them to the process that this one was forked from."""
        self._lock, self._idle = threading.Lock(), []


_sessions = _Sessions()
atexit.register(_sessions.end)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_sessions.forget)


class GradingProcess:
    """One trusted process that makes the checks of one request; use it as a context manager.

    Attributes:
        frames: whether to import pandas ahead, for tests that an author wrote.
    """

    def __init__(self, *, frames: bool = False) -> None:
        self.frames = frames
        self._folder = tempfile.TemporaryDirectory(prefix="pioneers-grade-")
        self._session: _Session | None = None

    def __enter__(self) -> GradingProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            _sessions.give(self._session)
        self._folder.cleanup()

    def start(self) -> None:
        """Let the process start and import; `grade` also works without."""
        if self._session is None:
            self._session = _sessions.take(self.frames)

    def grade(self, request: Request) -> tuple[Check, ...]:
        """Make the checks of one request, in the order of the assignment.

        Raises:
            GraderFailed: the process crashed, timed out or wrote no verdicts, by no answer's fault.
        """
        folder = Path(self._folder.name)
        while True:
            (folder / CHECKS).unlink(missing_ok=True)
            write_request(request, folder / REQUEST)
            code, said = self._serve(folder)
            # A test that calls os._exit(0) ends the process with neither verdict nor complaint.
            if code == 0 and (folder / CHECKS).is_file():
                return read_checks(folder / CHECKS)
            marker = folder / DECODING
            poison = marker.read_text("utf-8") if marker.is_file() else ""
            if not poison or poison in request.poisoned:
                why = said.strip().splitlines()[-1][:300] if said.strip() else f"exit status {code}"
                raise GraderFailed(
                    f"the grading process failed: {why}", fix="run pioneers validate"
                )
            request = replace(request, poisoned=(*request.poisoned, poison))

    def _serve(self, folder: Path) -> tuple[int, str]:
        outcome = -1, ""
        for _ in range(TRIES):
            (folder / SAID).unlink(missing_ok=True)
            outcome = self._serve_once(folder)
            if (folder / SAID).is_file():
                break  # it has begun, so whatever happened is this request's affair
        return outcome

    def _serve_once(self, folder: Path) -> tuple[int, str]:
        session, self._session = self._session or _sessions.take(self.frames), None
        try:
            return session.serve(folder)
        except BaseException:
            session.end()  # it may be in the midst of a request that nobody waits for
            raise
        finally:
            _sessions.give(session)


def grade(request: Request) -> tuple[Check, ...]:
    """Make the checks of one request in a process of its own.

    Raises:
        GraderFailed: as `GradingProcess.grade`.
    """
    with GradingProcess() as process:
        return process.grade(request)
