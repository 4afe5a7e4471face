"""The member's kernel: always ours, whatever the notebook's metadata says.

A plain IPython kernel of this interpreter, whose import path puts the submission's own files
last, so that a `pandas.py` beside the notebook shadows nothing. On Linux it is a fork of the
worker, which shares most of what a kernel imports; elsewhere, where a fork is not safe, a process
of its own.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from autograder.capture.worker import rights

OPTIONS = (
    "--InteractiveShellApp.ignore_cwd=True",
    "--HistoryManager.enabled=False",
    "--InteractiveShell.colors=nocolor",
)
LAUNCH = """
import sys
sys.modules["debugpy"] = None
from ipykernel.kernelapp import launch_new_instance
del sys.modules["debugpy"]
launch_new_instance()
"""
"""As `python -m ipykernel_launcher`, but without the debugger, a quarter of what it imports."""
HEARD = 3
"""The descriptor on which a fork hears what kernel it is to be."""
POLL_S = 0.01
NOT_FORKED = ("polars",)
"""Modules with threads of their own that a fork would lose."""


class Fork:
    """A child that loads what a notebook needs and becomes its kernel once it hears how.

    What jupyter_client asks of a `subprocess.Popen` can be asked of it.

    Args:
        modules: imported while it waits; one that cannot be is left out.
        blank: modules that the worker does without, but a notebook may want.
        gives_way: whether its session, too, takes only the processor time that others leave.
    """

    stdin = stdout = stderr = None

    def __init__(
        self, modules: Iterable[str], blank: Iterable[str], *, gives_way: bool = False
    ) -> None:
        load()
        heard, self._tell = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if not self.pid:
            _become_kernel(heard, modules, blank, gives_way)
        os.close(heard)
        self.returncode: int | None = None

    def go(self, arguments: Sequence[str], cwd: str, environment: Mapping[str, str]) -> None:
        """Let it be a kernel with these arguments, in this folder, with this environment."""
        told = {"arguments": arguments, "cwd": cwd, "environment": dict(environment)}
        with os.fdopen(self._tell, "wb") as tell:
            tell.write(json.dumps(told).encode())

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            with contextlib.suppress(ChildProcessError):
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                if ended:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        while (status := self.poll()) is None:
            time.sleep(POLL_S)
        return status

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Have it end at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def load(modules: Iterable[str] = ()) -> None:
    """Import what every kernel needs, and modules that those forked from here on will want."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    importlib.import_module("ipykernel.kernelapp")
    del sys.modules["debugpy"]
    _load_what_there_is(name for name in modules if name not in NOT_FORKED)


def can_fork() -> bool:
    """Whether a fork of this process is as good as a process of its own."""
    return sys.platform == "linux"


def command() -> list[str]:
    """The kernel's command line; `{connection_file}` is filled in by jupyter_client."""
    return [sys.executable, "-P", "-c", LAUNCH, "-f", "{connection_file}", *OPTIONS]


def _load_what_there_is(modules: Iterable[str]) -> None:
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _become_kernel(
    heard: int, modules: Iterable[str], blank: Iterable[str], gives_way: bool
) -> NoReturn:
    status = 1
    try:
        os.setsid()
        rights.reveal()
        if gives_way:
            rights.give_way()
        _keep_only(heard)
        for name in blank:
            if not getattr(sys.modules.get(name), "__spec__", None):
                sys.modules.pop(name, None)
        _load_what_there_is(modules)
        with os.fdopen(HEARD, "rb") as hear:
            told = json.loads(hear.read())
        os.chdir(told["cwd"])
        _take_environment(told["environment"])
        sys.argv = ["ipykernel_launcher", *told["arguments"]]
        gc.freeze()  # so that collecting garbage leaves the pages of all this alone
        gc.enable()
        importlib.import_module("ipykernel.kernelapp").launch_new_instance()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 0
    except BaseException:  # noqa: BLE001 - a child never goes on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _keep_only(heard: int) -> None:
    """Close all that the worker has open but standard error and output, which are one."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(heard, HEARD)
    os.closerange(HEARD + 1, rights.MAX_FILES)


def _take_environment(environment: Mapping[str, str]) -> None:
    """Be as if started with it; where the worker found its code is not the kernel's affair."""
    own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [path for path in sys.path if path not in own]
    os.environ.clear()
    os.environ.update(environment)
    if (random := sys.modules.get("numpy.random")) is not None:
        random.seed()  # of its own, as Python's is after a fork
