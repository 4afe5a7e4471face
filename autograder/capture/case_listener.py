"""Listens to the judge: what each case came to, as plain values that the grading side can weigh.

Every frame is hostile input, for the member's code may find a way to the same pipe.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from autograder.capture.listener import Listener
from autograder.capture.worker.wire import Frame

Record = dict[str, Any]
"""One case: `status` is `ran`, `broke` (it took the judge with it) or `not_run`."""
_TEXTS = {"value": 2**23, "error_type": 80, "error": 300, "refused": 40, "detail": 100}
_NUMBERS = ("cpu_s", "wall_s", "peak_mb")
BROKE: Record = {"status": "broke"}
NOT_RUN: Record = {"status": "not_run"}


class CaseListener(Listener):
    """Takes the judge's frames.

    Args:
        expected: the cases that were sent, by group.
    """

    def __init__(
        self, expected: Mapping[str, set[int]], output_bytes: int, spare: Callable[[], None]
    ) -> None:
        super().__init__({}, output_bytes, spare)
        self.expected = expected
        self.records: dict[tuple[str, int], Record] = {}
        self.load: Record = {}
        self.flooded = False

    def take(self, frame: Frame, ready: Callable[[], None]) -> None:
        """Keep what a frame says of a case."""
        if frame.kind == "case":
            key = frame.text("group"), int(frame.number("index"))
            if key[1] in self.expected.get(key[0], ()):
                self.records[key] = _record(frame)
        elif frame.kind == "load":
            self.load = _told(frame.payload) or {"error_type": "Died"}
        elif frame.kind == "flood":
            self.flooded = True
        else:
            super().take(frame, ready)


def _record(frame: Frame) -> Record:
    said, complaint = int(frame.number("said")), int(frame.number("complaint"))
    text, told = frame.payload[:said], frame.payload[said + complaint :]
    status = int(frame.number("status"))
    record: Record = {"status": "ran", "full": frame.fields.get("full") is True}
    record["late"] = frame.fields.get("late") is True
    record |= {name: round(frame.number(name), 6) for name in _NUMBERS}
    record["signal"] = status & 0x7F if status > 0 else 0
    record["exit"] = os.waitstatus_to_exitcode(status) if status >= 0 and not status & 0x7F else 0
    record["text"] = text.decode("utf-8", "replace")
    record["encoded"] = _is_text(text)
    record["complaint"] = frame.payload[said : said + complaint].decode("utf-8", "replace")
    return record | _told(told)


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _told(body: bytes) -> Record:
    """What the member's own process says of itself, as far as it has the right form."""
    try:
        tree = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(tree, dict):
        return {}
    told: Record = {
        name: tree[name][:most].encode("utf-8", "replace").decode()
        for name, most in _TEXTS.items()
        if isinstance(tree.get(name), str)
    }
    line = tree.get("line")
    if type(line) is int and 0 < line < 10**6:
        told["line"] = line
    if tree.get("changed") is True:
        told["changed"] = True
    times = tree.get("times")
    for name in ("cold", "warm"):
        value = times.get(name) if isinstance(times, dict) else None
        if isinstance(value, float) and 0 <= value < 1e12:  # which NaN is not
            told[name] = value
    return told
