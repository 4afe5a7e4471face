"""What the terminal shows: a spinner or a bar while work goes on; nothing where nobody watches."""

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


@contextlib.contextmanager
def bar(first: str) -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that tells the step at hand, how much is done, and how much there is.

    It may be called from any thread. The unit is the caller's: rows or bytes.
    """
    if not sys.stderr.isatty():
        yield _quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TaskProgressColumn as Percent
    from rich.progress import TimeRemainingColumn as Remaining

    text = TextColumn("{task.description}")
    columns = (text, BarColumn(), Percent(), TimeElapsedColumn(), Remaining(compact=True))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(first, total=None)
        yield lambda step, done, total: shown.update(
            task, description=step, completed=done, total=total
        )


def _quiet(*_step: object) -> None:
    return


def note(line: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(line + "\n")
