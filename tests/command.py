"""The command `pioneers`, called in this process: what a shell would see of it.

A new interpreter takes a second for each call. That the command can be started as one is proven
where it is stopped, watched or killed.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from autograder.cli import main

HANDLED = (signal.SIGINT, signal.SIGTERM)


def pioneers(
    *words: str, environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with exactly these variables, in a folder; its exit code and what it said."""
    return called(main, *words, environment=environment, folder=folder)


def called(
    command: Callable[[list[str]], object],
    *words: str,
    environment: Mapping[str, str],
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """The same for any command line that is a function of its words."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        _variables(environment),
        _handlers(),
        contextlib.chdir(folder or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("default")
        try:
            command(list(words))
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    said, complained = (each.buffer.getvalue().decode("utf-8") for each in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess([sys.executable, *words], code, said, complained)


@contextlib.contextmanager
def _variables(environment: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in HANDLED}
    mask = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(mask)
        for number, handler in before.items():
            signal.signal(number, handler)
