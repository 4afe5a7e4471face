"""Listens to a sandbox: keeps what is declared and within its caps, drains and drops the rest.

Every frame is hostile input, for the member's code can write to the same pipe as the worker.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from autograder.capture.worker import wire
from autograder.capture.worker.wire import Frame, WireError
from autograder.models import AnswerSpec, CellRun

MEDIA = {"frame": "parquet", "figure": "png"}
OVERHEAD_BYTES = 16 * 2**20
MAX_CELL_FRAMES = 2000
_STATUSES = ("ok", "error", "timeout", "died", "not_run")


@dataclass(frozen=True)
class Problem:
    """Why an answer did not arrive: a catalogue key under `bundle.` or `answer.`, and a detail."""

    code: str
    detail: str = ""


class Listener:
    """Takes the worker's frames; keeps what is declared and within the caps."""

    def __init__(
        self,
        specs: Mapping[str, AnswerSpec],
        output_bytes: int,
        spare: Callable[[], None] = lambda: None,
    ) -> None:
        self.specs = specs
        self._spare: Callable[[], None] | None = spare
        self.answers: dict[str, tuple[str, bytes]] = {}
        self.problems: dict[str, Problem] = {}
        self.cells: dict[int, CellRun] = {}
        self.notebook: bytes | None = None
        self.ready = False
        self.done = False
        self.broken = ""
        self.stumble = ""
        self.cap = OVERHEAD_BYTES + output_bytes

    def take(self, frame: Frame, ready: Callable[[], None]) -> None:
        """Keep what a frame says, as far as it is declared; `ready` is called once set up."""
        name = frame.text("name")
        if frame.kind == "ready":
            self._tell_spare()
            self.ready = True
            ready()
        elif frame.kind == "spare":
            self._tell_spare()
        elif frame.kind == "done":
            self.done = True
        elif frame.kind == "stumble":
            self.stumble = frame.text("error")
        elif frame.kind == "notebook":
            self.notebook = frame.payload
        elif frame.kind == "cell" and len(self.cells) < MAX_CELL_FRAMES:
            self._take_cell(frame)
        elif frame.kind == "answer" and name in self.specs:
            media = MEDIA.get(self.specs[name].type, "json")
            if frame.text("media") == media:
                self.answers[name] = (media, frame.payload)
                self.problems.pop(name, None)
        elif frame.kind == "no_answer" and name in self.specs:
            self.answers.pop(name, None)
            self.problems[name] = Problem(frame.text("code", 40), frame.text("detail", 500))

    def _tell_spare(self) -> None:
        """Once, however often a member's code writes such a frame."""
        spare, self._spare = self._spare, None
        if spare is not None:
            spare()

    def _take_cell(self, frame: Frame) -> None:
        status = frame.text("status")
        index = int(frame.number("index"))
        if status in _STATUSES and index >= 0:
            self.cells[index] = CellRun(
                index,
                status,  # type: ignore[arg-type]
                frame.number("seconds"),
                frame.text("error_type", 100),
                frame.text("error"),
            )


def listen(listeners: Sequence[Listener], stream: IO[bytes], ready: Callable[[], None]) -> None:
    """Consume frames until the stream ends; what breaks the rules is drained and dropped.

    Args:
        listeners: one for each job; a frame `next` ends a job.
    """
    waiting = list(listeners)
    try:
        for frame in wire.read(stream, max_bytes=sum(each.cap for each in listeners)):
            if frame.kind != "next":
                waiting[0].take(frame, ready)
            elif len(waiting) > 1:
                del waiting[0]
    except WireError as error:
        waiting[0].broken = error.reason
    except (OSError, ValueError):
        waiting[0].broken = "garbled"
    with contextlib.suppress(OSError, ValueError):
        while stream.read(65536):
            pass
