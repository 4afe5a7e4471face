"""Many files at once: order, the first failure, and one count of what is done."""

from __future__ import annotations

import threading

import pytest

from autograder.data.store.threads import Stopped, Work


def test_what_was_made_is_in_order_and_counted() -> None:
    told: list[tuple[str, int, int]] = []
    work = Work("adding", 4950, lambda *step: told.append(step))

    def run(item: int) -> int:
        work.done(item)
        return -item

    assert work.each(run, range(100)) == [-item for item in range(100)]
    assert told[-1] == ("adding", 4950, 4950)
    assert work.each(run, []) == []


def test_the_first_failure_ends_the_others() -> None:
    work = Work("failing", 0, None)
    inside = threading.Event()
    started, stopped = [], []

    def run(item: int) -> None:
        started.append(item)
        if item == 0:
            assert inside.wait(60)
            raise ValueError("no")
        inside.set()
        try:
            while True:  # until it is told to stop; a test that hangs is a failed one
                work.go_on()
        except Stopped:
            stopped.append(item)
            raise

    with pytest.raises(ValueError, match="no"):
        work.each(run, range(100))
    assert stopped
    assert len(started) <= 8
