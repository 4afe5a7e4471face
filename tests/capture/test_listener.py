"""What the host keeps of a stream that the member's code may have written itself."""

from __future__ import annotations

import io
from typing import Any

import pytest

from autograder.capture.listener import MAX_CELL_FRAMES, OVERHEAD_BYTES, Listener, listen
from autograder.capture.worker import wire
from autograder.models import AnswerSpec

SPECS = {
    "total": AnswerSpec("total", "scalar", 1.0),
    "sales": AnswerSpec("sales", "frame", 1.0),
}


def heard(*frames: tuple[str, bytes, dict[str, Any]], tail: bytes = b"") -> Listener:
    sink = io.BytesIO()
    for kind, payload, fields in frames:
        wire.write(sink, kind, payload, **fields)
    listener = Listener(SPECS, 1000)
    listen([listener], io.BytesIO(sink.getvalue() + tail), lambda: None)
    return listener


def answer(name: str, media: str, payload: bytes = b"1") -> tuple[str, bytes, dict[str, Any]]:
    return ("answer", payload, {"name": name, "media": media})


def test_declared_answers_are_kept_and_the_last_word_counts() -> None:
    found = heard(
        ("no_answer", b"", {"name": "total", "code": "not_defined"}),
        answer("total", "json"),
        answer("total", "json", b"2"),
        answer("sales", "parquet"),
        ("no_answer", b"", {"name": "sales", "code": "wrong_type", "detail": "list"}),
        ("done", b"", {}),
    )
    assert found.answers == {"total": ("json", b"2")}
    assert {name: (p.code, p.detail) for name, p in found.problems.items()} == {
        "sales": ("wrong_type", "list")
    }
    assert found.done
    assert found.broken == ""


@pytest.mark.parametrize("kinds", [("ready",), ("spare", "ready"), ("spare",) * 9, ("ready",) * 9])
def test_a_spare_processor_is_told_of_once(kinds: tuple[str, ...]) -> None:
    told: list[str] = []
    sink = io.BytesIO()
    for kind in kinds:
        wire.write(sink, kind)
    listener = Listener(SPECS, 1000, lambda: told.append("spare"))
    listen([listener], io.BytesIO(sink.getvalue()), lambda: None)
    assert told == ["spare"]
    assert listener.ready == ("ready" in kinds)


@pytest.mark.parametrize(
    "frame",
    [answer("bonus", "json"), answer("../total", "json"), answer("", "json"),
     answer("total", "parquet"), answer("total", "pickle"), answer("sales", "json"),
     ("answer", b"1", {}), ("answer", b"1", {"name": ["total"], "media": "json"}),
     ("no_answer", b"", {"name": "bonus", "code": "x"}), ("score", b"", {"score": 6.0}),
     ("check", b"", {"id": "total", "status": "pass"}), ("cell", b"", {"status": "perfect"}),
     ("cell", b"", {"status": "ok", "index": -1}), ("", b"", {})],
)  # fmt: skip
def test_what_was_not_asked_for_is_dropped(frame: tuple[str, bytes, dict[str, Any]]) -> None:
    found = heard(frame, answer("total", "json", b"7"))
    assert found.answers == {"total": ("json", b"7")}
    assert found.problems == {}
    assert found.cells == {}
    assert found.broken == ""


def test_noise_ends_the_listening_but_keeps_what_came_before() -> None:
    found = heard(answer("total", "json"), tail=b"noise\n" * 10_000)
    assert found.answers == {"total": ("json", b"1")}
    assert found.broken == "garbled"


def test_a_flood_is_drained_and_dropped() -> None:
    stream = io.BytesIO()
    wire.write(stream, "answer", b"1", name="total", media="json")
    wire.write(stream, "notebook", bytes(OVERHEAD_BYTES + 1000))
    end = stream.tell()
    stream.seek(0)
    listener = Listener(SPECS, 1000)
    listen([listener], stream, lambda: None)
    assert listener.broken == "flood"
    assert listener.notebook is None
    assert listener.answers == {"total": ("json", b"1")}
    assert stream.tell() == end


def test_cells_are_counted_and_their_words_capped() -> None:
    many = [("cell", b"", {"index": k, "status": "ok"}) for k in range(MAX_CELL_FRAMES + 50)]
    assert len(heard(*many).cells) == MAX_CELL_FRAMES
    loud = {"index": 3, "status": "error", "error_type": "E" * 999, "error": "\ud800" * 9999}
    found = heard(("cell", b"", {**loud, "seconds": "soon"})).cells[3]
    assert (len(found.error_type), len(found.error), found.seconds) == (100, 2000, 0.0)
    found.error.encode("utf-8")


def test_each_job_of_a_series_is_heard_by_its_own_listener() -> None:
    sink = io.BytesIO()
    for body in (b"1", b"2"):
        wire.write(sink, "ready")
        wire.write(sink, "answer", body, name="total", media="json")
        wire.write(sink, "done")
        wire.write(sink, "next")
    wire.write(sink, "next")  # one too many
    wire.write(sink, "answer", b"3", name="total", media="json")
    told: list[str] = []
    listeners = [Listener(SPECS, 1000) for _ in range(3)]
    listen(listeners, io.BytesIO(sink.getvalue() + b"no frame"), lambda: told.append("ready"))
    heard_of = [each.answers.get("total", ("", b""))[1] for each in listeners]
    assert heard_of == [b"1", b"2", b"3"]
    assert [each.done for each in listeners] == [True, True, False]
    assert told == ["ready", "ready"]
