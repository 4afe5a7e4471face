"""Values go from the sandbox's encoder through JSON to the trusted decoder, and only values do."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import plain
from autograder.capture.worker.plain import Encoder, NotPlain
from autograder.errors import BundleError
from autograder.models import LANGUAGES
from autograder.text.catalogue import catalogue


def there_and_back(value: Any) -> Any:
    return plain.loads(json.dumps(Encoder().encode(value), allow_nan=False).encode(), "x")


def alike(left: Any, right: Any) -> bool:
    """Equal in value and in type at every level; NaN is like NaN, a tuple like a list."""
    if isinstance(right, list | tuple):
        pairs = zip(left, right, strict=True) if isinstance(left, list) else ()
        return isinstance(left, list) and all(alike(a, b) for a, b in pairs)
    if isinstance(right, dict):
        pairs = zip(left.items(), right.items(), strict=True)
        return isinstance(left, dict) and all(
            a == c and type(a) is type(c) and alike(b, d) for (a, b), (c, d) in pairs
        )
    if isinstance(right, float) and math.isnan(right):
        return isinstance(left, float) and math.isnan(left)
    return type(left) is type(right) and left == right


ZONES = st.sampled_from((None, dt.UTC, dt.timezone(dt.timedelta(hours=9))))
KEYS = (
    st.text(max_size=8)
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.decimals(allow_nan=False)
    | st.just("$")
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**90)
    | st.floats()
    | st.text(max_size=20)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.dates()
    | st.datetimes(timezones=ZONES)
    | st.timedeltas(
        min_value=dt.timedelta(days=-9000),
        max_value=dt.timedelta(days=9000),
    )
    | st.sets(st.integers() | st.text(max_size=4), max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=400)
@given(VALUES)
def test_every_plain_value_comes_back_as_it_was(value: Any) -> None:
    assert alike(there_and_back(value), value)


@pytest.mark.parametrize(
    ("value", "back"),
    [
        ((1, (2, 3)), [1, [2, 3]]),
        ({(1, "a"): 2}, {(1, "a"): 2}),
        ({"$": "decimal", "v": "1"}, {"$": "decimal", "v": "1"}),
        (frozenset({1}), {1}),
        (np.int64(7), 7),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.datetime64("2026-03-01"), dt.date(2026, 3, 1)),
        ([np.int8(1), {"n": np.float64("nan")}], [1, {"n": math.nan}]),
        ({np.int64(3): 1}, {3: 1}),
        (pd.Timestamp("2026-03-01T09:00", tz="Asia/Seoul"), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Series([1, 2]), [1, 2]),
        (pd.Index(["a"]), ["a"]),
        (pl.Series([1, None]), [1, None]),
        ({1, 2.5}, {1, 2.5}),
    ],
)
def test_values_of_libraries_come_back_as_plain_ones(value: Any, back: Any) -> None:
    found = there_and_back(value)
    assert found == back or alike(found, back)
    assert type(found) is type(back)


class Odd:
    """An object of a member's own."""


class Liar(int):
    """A number that equals everything, in every way that Python lets it."""

    def __eq__(self, other: object) -> bool:
        return True

    def __int__(self) -> int:
        return 13

    def __repr__(self) -> str:
        return "42"

    __hash__ = int.__hash__


class LiarText(str):
    """A text that equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class LiarFloat(float):
    """A float that equals everything and is below and above it too."""

    def __eq__(self, other: object) -> bool:
        return True

    def __sub__(self, other: object) -> float:
        return 0.0

    __hash__ = float.__hash__


class LiarList(list[int]):
    """A list that equals everything."""

    def __eq__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize("value", [Liar(5), LiarText("no"), LiarFloat(5.5), LiarList([1])])
def test_what_equals_everything_arrives_as_a_plain_value_that_does_not(value: Any) -> None:
    found = there_and_back(value)
    assert type(found) in (int, str, float, list)
    assert found != object()
    assert there_and_back({"inner": [value]})["inner"][0] != object()


def circle() -> list[Any]:
    inner: list[Any] = []
    inner.append(inner)
    return inner


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (Odd(), "not_plain"),
        ([1, {"a": Odd()}], "not_plain"),
        (lambda: 1, "not_plain"),
        (b"bytes", "not_plain"),
        (1j, "not_plain"),
        (Fraction(1, 3), "not_plain"),
        (range(3), "not_plain"),
        (iter([1]), "not_plain"),
        (pd.DataFrame({"a": [1]}), "not_plain"),
        (circle(), "too_deep"),
        (deep(25), "too_deep"),
        (list(range(200_001)), "too_long"),
        pytest.param(10**5000, "too_long", id="digits"),
    ],
)
def test_what_has_no_plain_form_is_refused(value: Any, code: str) -> None:
    with pytest.raises(NotPlain) as caught:
        Encoder().encode(value)
    assert caught.value.code == code
    for language in LANGUAGES:
        params = {"name": "x", "type": "x", "limit": "1"}
        assert catalogue(language).say(f"bundle.{code}", **params)


def test_half_a_surrogate_pair_never_comes_through() -> None:
    for value in ("a\ud800", ["\udfff"], {"\ud800": 1}):
        json.dumps(there_and_back(value), ensure_ascii=False).encode("utf-8")


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "bad_json"),
    "text": (b"hello", "bad_json"),
    "cut": (b'{"a": [1, 2', "bad_json"),
    "no utf-8": (b'"\xff"', "bad_json"),
    "NaN": (b"[NaN]", "bad_json"),
    "Infinity": (b"-Infinity", "bad_json"),
    "infinity by size": (b"[1e999]", "bad_json"),
    "digits": (b"9" * 5000, "bad_json"),
    "tagged digits": (b'{"$": "int", "v": "' + b"9" * 5000 + b'"}', "bad_json"),
    "no value": (b'{"$": "int"}', "bad_json"),
    "unknown tag": (b'{"$": "pickle", "v": "gASV"}', "bad_json"),
    "tag is a list": (b'{"$": [1], "v": 1}', "bad_json"),
    "tag is null": (b'{"$": null, "v": 1}', "bad_json"),
    "int of a list": (b'{"$": "int", "v": [1]}', "bad_json"),
    "float of a number": (b'{"$": "float", "v": 1e5}', "bad_json"),
    "float of a word": (b'{"$": "float", "v": "1_0"}', "bad_json"),
    "decimal of a word": (b'{"$": "decimal", "v": "one"}', "bad_json"),
    "decimal of an object": (b'{"$": "decimal", "v": {}}', "bad_json"),
    "month 13": (b'{"$": "date", "v": "2026-13-01"}', "bad_json"),
    "date of a number": (b'{"$": "date", "v": 5}', "bad_json"),
    "far too many seconds": (b'{"$": "seconds", "v": 1e300}', "bad_json"),
    "seconds of a word": (b'{"$": "seconds", "v": "nan"}', "bad_json"),
    "set of a number": (b'{"$": "set", "v": 1}', "bad_json"),
    "set of objects": (b'{"$": "set", "v": [{}]}', "bad_json"),
    "dict of triples": (b'{"$": "dict", "v": [[1, 2, 3]]}', "bad_json"),
    "dict with a dict for a key": (b'{"$": "dict", "v": [[{}, 1]]}', "bad_json"),
    "set of signalling NaN": (
        b'{"$": "set", "v": [{"$": "decimal", "v": "sNaN"}]}',
        "bad_json",
    ),
    "deep lists": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "deeper than we write": (b"[" * 40 + b"]" * 40, "too_deep"),
    "deep tags": (b'{"$": "set", "v": [' * 40 + b"]}" * 40, "too_deep"),
    "too many items": (b"[" + b"0," * 400_001 + b"0]", "too_deep"),
    "too large": (b" " * 4_000_001, "too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_json_is_refused_in_words(case: str) -> None:
    body, code = HOSTILE[case]
    with pytest.raises(BundleError) as caught:
        plain.loads(body, "total")
    assert caught.value.code == code
    for language in LANGUAGES:
        assert "total" in catalogue(language).say(f"bundle.{code}", **caught.value.params)


def test_forged_half_surrogates_do_not_reach_the_report() -> None:
    found = plain.loads(rb'{"a\ud800": ["\udc00", {"$": "dict", "v": [["\ud800", 1]]}]}', "x")
    json.dumps(list(found.items()), ensure_ascii=False, default=str).encode("utf-8")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    | st.fixed_dictionaries(
        {"$": st.sampled_from(("dict", "set", "int", "float", "decimal", "date", "datetime",
                               "seconds", "x")) | inner, "v": inner}
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=400)
@given(JUNK)
def test_any_json_gives_plain_values_or_a_refusal(tree: Any) -> None:
    try:
        found = plain.loads(json.dumps(tree).encode(), "x")
    except BundleError:
        return
    allowed = (bool, int, float, str, decimal.Decimal, dt.date, dt.timedelta, list, set, dict)
    assert found is None or isinstance(found, allowed)
