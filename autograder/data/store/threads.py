"""Many files at once: the first failure ends all, Ctrl-C ends all, one count of what is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

WORKERS: Final = 8
_GRACE_S: Final = 2.0

Progress = Callable[[str, int, int], None]
"""Called with the step at hand, the bytes done and the bytes there are, from any thread."""

Item = TypeVar("Item")
Made = TypeVar("Made")


class Stopped(BaseException):
    """Work was given up because other work failed, or somebody pressed Ctrl-C.

    No Exception: the HTTP client would take it for a fault of the network and try again.
    """


class Work:
    """One batch of transfers.

    Args:
        step: what is being done, for people.
        total: the bytes there are.
        progress: told of each piece.
    """

    def __init__(self, step: str, total: int, progress: Progress | None) -> None:
        self._step = step
        self._total = total
        self._done = 0
        self._progress = progress
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def done(self, count: int) -> None:
        """Count bytes that are through; negative for those that have to go again."""
        with self._lock:
            self._done += count
            if self._progress:
                self._progress(self._step, self._done, self._total)

    def go_on(self) -> None:
        """Raise Stopped if the batch has been given up."""
        if self._stop.is_set():
            raise Stopped

    def each(self, run: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
        """Run all and return what they made, in order; the first failure ends the others."""
        todo, made, failed = iter(enumerate(items)), dict[int, Made](), list[BaseException]()

        def take() -> tuple[int, Item] | None:
            with self._lock:
                return None if self._stop.is_set() else next(todo, None)

        def work() -> None:
            try:
                while taken := take():
                    made[taken[0]] = run(taken[1])
            except BaseException as error:  # noqa: BLE001 - told to whoever waits below
                failed.append(error)
                self._stop.set()

        # Daemons: a thread that waits for an answer must not hold up whoever presses Ctrl-C.
        threads = [threading.Thread(target=work, daemon=True) for _ in items[:WORKERS]]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self._stop.set()
            for thread in threads:
                thread.join(_GRACE_S / len(threads))
            raise
        if failed:
            raise failed[0]
        return [made[index] for index in range(len(items))]
