"""Frames from the sandbox as hostile input: garbled, flooding, cut off, lying about their size."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.capture.worker import wire
from autograder.capture.worker.wire import MAX_HEADER_BYTES, Frame, WireError

CAP = 1_000_000


def frames(body: bytes, cap: int = CAP) -> list[Frame]:
    return list(wire.read(io.BytesIO(body), max_bytes=cap))


def frame(payload: bytes = b"", **fields: Any) -> bytes:
    sink = io.BytesIO()
    wire.write(sink, fields.pop("kind", "cell"), payload, **fields)
    return sink.getvalue()


NAMES = st.text(max_size=8).filter(lambda name: name not in ("kind", "bytes"))
FIELDS = st.dictionaries(NAMES, st.none() | st.integers() | st.text(max_size=9), max_size=4)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), FIELDS, st.binary(max_size=40))))
def test_what_is_written_is_what_is_read(sent: list[tuple[str, dict[str, Any], bytes]]) -> None:
    sink = io.BytesIO()
    for kind, fields, payload in sent:
        sink.write(json.dumps({**fields, "kind": kind, "bytes": len(payload)}).encode() + b"\n")
        sink.write(payload)
    assert [(f.kind, f.fields, f.payload) for f in frames(sink.getvalue())] == sent


GARBLED = {
    "noise": b"\xff\xfe\x00\n",
    "text": b"hello\n",
    "an empty line": b"\n",
    "a list": b"[]\n",
    "a number": b"5\n",
    "null": b"null\n",
    "no kind": b'{"bytes": 0}\n',
    "no size": b'{"kind": "cell"}\n',
    "kind is a list": b'{"kind": ["cell"], "bytes": 0}\n',
    "a negative size": b'{"kind": "cell", "bytes": -1}\n',
    "size is a truth": b'{"kind": "cell", "bytes": true}\n',
    "size is a fraction": b'{"kind": "cell", "bytes": 1.0}\n',
    "size is a text": b'{"kind": "cell", "bytes": "1"}\n',
    "size is no number": b'{"kind": "cell", "bytes": NaN}\n',
    "size of 5000 digits": b'{"kind": "cell", "bytes": ' + b"9" * 5000 + b"}\n",
    "deep": b"[" * 50_000 + b"\n",
    "a header without an end": b" " * (MAX_HEADER_BYTES + 1),
    "a header that is too long": b'{"kind": "' + b"x" * MAX_HEADER_BYTES + b'", "bytes": 0}\n',
}


@pytest.mark.parametrize("case", GARBLED)
def test_what_is_no_frame_ends_the_reading_after_the_frames_before_it(case: str) -> None:
    stream = wire.read(io.BytesIO(frame(b"ok") + GARBLED[case] + frame()), max_bytes=CAP)
    assert next(stream).payload == b"ok"
    with pytest.raises(WireError) as caught:
        next(stream)
    assert caught.value.reason == "garbled"


@pytest.mark.parametrize("size", [CAP, 10**18, 2**63, 10**4000])
def test_a_frame_that_announces_more_than_the_cap_is_a_flood(size: int) -> None:
    with pytest.raises(WireError) as caught:
        frames(b'{"kind": "cell", "bytes": %s}\n' % str(size).encode())
    assert caught.value.reason == "flood"


def test_many_small_frames_are_a_flood_too() -> None:
    with pytest.raises(WireError) as caught:
        frames(frame() * 1000, cap=10_000)
    assert caught.value.reason == "flood"


def test_a_cut_off_last_frame_is_dropped_and_the_rest_is_kept() -> None:
    whole = frame(b"one") + frame(b"two")
    for end in range(len(frame(b"one")), len(whole)):
        assert [f.payload for f in frames(whole[:end])] == [b"one"]


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3.0), (-2.5, -2.5), (True, 0.0), (None, 0.0), ("7", 0.0), ([1], 0.0), (1e300, 0.0),
     (10**400, 0.0), (float("nan"), 0.0), (float("inf"), 0.0)],
)  # fmt: skip
def test_a_number_is_finite_or_nothing(value: Any, number: float) -> None:
    assert Frame("cell", {"seconds": value}).number("seconds") == number


@pytest.mark.parametrize("value", ["\ud800", "x" * 10**6, 5, None, ["x"], {"a": 1}])
def test_a_text_can_be_written_down_and_is_capped(value: Any) -> None:
    found = Frame("cell", {"error": value}).text("error", 100)
    assert len(found.encode("utf-8")) <= 100
    assert (found == "") is not isinstance(value, str)
