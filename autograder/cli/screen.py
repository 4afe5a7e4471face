"""What the terminal shows: a spinner while work goes on, and nothing where nobody watches."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(first: str) -> Iterator[Callable[[str], None]]:
    """Yield a function that tells the step at hand; on a terminal it spins with the seconds."""
    if not sys.stderr.isatty():
        yield _quiet
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(first)
        yield lambda step: bar.update(task, description=step)


def _quiet(_step: str) -> None:
    return


def note(line: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(line + "\n")
