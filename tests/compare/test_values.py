"""Single values, lists, dicts, texts, figures and calls."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.compare import (
    CallResult,
    compare_answer,
    compare_calls,
    compare_dicts,
    compare_figures,
    compare_lists,
    compare_scalars,
    compare_text,
)
from autograder.models import AnswerSpec, Finding

NAN = float("nan")
INF = float("inf")
NOON = dt.datetime(2026, 1, 5, 12)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (None, None),
        (3, 3.0),
        (3, Decimal("3.00")),
        (0.1 + 0.2, 0.3),
        (-0.0, 0.0),
        (NAN, NAN),
        (Decimal("NaN"), NAN),
        (INF, INF),
        (10**400, 10**400),
        ("가", "가"),
        (dt.date(2026, 1, 5), dt.datetime(2026, 1, 5)),
        (NOON, NOON.replace(tzinfo=dt.UTC)),
        (NOON.replace(hour=21, tzinfo=dt.timezone(dt.timedelta(hours=9))), NOON),
    ],
)
def test_same(left: Any, right: Any) -> None:
    assert compare_scalars(left, right) == []
    assert compare_scalars(right, left) == []


@pytest.mark.parametrize(
    ("actual", "expected", "code"),
    [
        (None, 3, "scalar.none"),
        (3, None, "scalar.not_none"),
        (NAN, 3, "scalar.nan"),
        (NAN, None, "scalar.not_none"),
        (True, 1, "scalar.type"),
        (1, True, "scalar.type"),
        ("12", 12, "scalar.text_not_number"),
        ("2026-01-05", dt.date(2026, 1, 5), "scalar.text_not_date"),
        (NOON + dt.timedelta(hours=9), NOON, "scalar.time_shift"),
        (-5.5, 5.5, "scalar.sign"),
        (1200, 12, "scalar.factor"),
        (3.14, math.pi, "scalar.rounded"),
        (3, math.pi, "scalar.rounded"),
        (math.pi, 3.14, "scalar.not_rounded"),
        (41, 42, "scalar.off_by_one"),
        (123.4567, 123.4512, "scalar.nearly"),
        (123456, 123400, "scalar.differs"),
        ("krw", "KRW", "scalar.text_case"),
        ("K R W", "KRW", "scalar.text_space"),
        ("USD", "KRW", "scalar.differs"),
        (INF, 1e300, "scalar.differs"),
        (10**400, 5, "scalar.differs"),
        (1e308, -1e300, "scalar.differs"),
        (10**18 + 1, 10**18, "scalar.off_by_one"),
        (-0.5, 0.5, "scalar.sign"),
        (2, [2], "scalar.type"),
    ],
)
def test_reason(actual: Any, expected: Any, code: str) -> None:
    assert codes(compare_scalars(actual, expected)) == [code]


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.decimals()
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_everything_plain_equals_itself(value: Any) -> None:
    assert compare_lists([value], [value], order="strict") == []
    assert compare_lists([value, 1], [1, value]) == []
    assert compare_dicts({"x": value}, {"x": value}) == []


@given(plain, plain)
def test_comparison_never_breaks_and_is_symmetric(left: Any, right: Any) -> None:
    there = compare_lists([left], [right])
    back = compare_lists([right], [left])
    assert bool(there) is bool(back)


def test_lists() -> None:
    assert compare_lists([3, 1, 2], [1, 2, 3.0]) == []
    assert codes(compare_lists([], [1])) == ["list.empty"]
    assert codes(compare_lists([3, 1, 2], [1, 2, 3], order="strict")) == ["list.wrong_order"]
    assert codes(compare_lists([3, 2, 1], [1, 2, 3], order="strict")) == ["list.reversed"]
    assert codes(compare_lists([1, 2], [1, 2, 3])) == ["list.too_short"]
    assert codes(compare_lists([1, 2, 2, 3], [1, 2, 3]))[:1] == ["list.duplicates"]
    assert codes(compare_lists([1, 2, 9], [1, 2, 3])) == ["scalar.differs"]
    assert codes(compare_lists([1, "2", 3], [1, 2, 3], order="strict")) == [
        "list.item",
        "scalar.text_not_number",
    ]
    assert codes(compare_lists([1, 8, 9], [1, 2, 3])) == ["list.items"]


def test_long_lists_with_noise() -> None:
    right = [k * 0.1 for k in range(20_000)]
    assert compare_lists([value + 1e-12 for value in reversed(right)], right) == []
    assert codes(compare_lists(right[:-1], right)) == ["list.too_short"]


def test_dicts() -> None:
    right = {"KRW": 1.0, "USD": 2.0, "nested": {"a": [1, 2]}}
    assert compare_dicts(dict(reversed(right.items())), right) == []
    assert codes(compare_dicts({}, right)) == ["dict.empty"]
    assert codes(compare_dicts({**right, "USD": -2.0}, right)) == ["dict.value", "scalar.sign"]
    assert codes(compare_dicts({"krw": 1.0, "USD": 2.0, "nested": {"a": [1, 2]}}, right)) == [
        "dict.near_key"
    ]
    assert codes(compare_dicts({"USD": 2.0, "nested": {"a": [1, 2]}}, right)) == [
        "dict.missing_keys"
    ]
    assert codes(compare_dicts({**right, "EUR": 1}, right)) == ["dict.extra_keys"]
    assert codes(compare_dicts({**right, "nested": {"a": [2, 1]}}, right)) == [
        "dict.value",
        "dict.value",
    ]
    assert compare_dicts({1: "a"}, {"1": "a"}) == []


def test_text() -> None:
    assert compare_text("\r\n하나\r\n둘  \n\n", "하나\n둘") == []
    assert compare_text("가", "가") == []
    assert codes(compare_text("", "a")) == ["text.empty"]
    assert codes(compare_text("one  two", "one two")) == ["text.space"]
    assert codes(compare_text("One two", "one two")) == ["text.case"]
    findings = compare_text("one\ntwo\nthree", "one\n2")
    assert codes(findings) == ["text.differs", "text.lines"]
    assert findings[0].params == {"line": 2, "got": "two", "expected": "2"}


def axes(**changes: Any) -> dict[str, Any]:
    drawn = {"title": "T", "xlabel": "x", "ylabel": "y", "lines": 1, "bars": 0, "points": 0}
    return {"png": b"", "axes": [{**drawn, **changes}]}


def test_figures() -> None:
    assert compare_figures(axes(title="Another", lines=3), axes()) == []
    assert codes(compare_figures({"png": b"", "axes": []}, axes())) == ["figure.nothing_drawn"]
    assert codes(compare_figures(axes(lines=0), axes())) == ["figure.nothing_drawn"]
    assert codes(compare_figures(axes(lines=0, bars=7), axes())) == ["figure.kind"]
    assert codes(compare_figures(axes(title=" ", ylabel=""), axes())) == [
        "figure.no_title",
        "figure.no_ylabel",
    ]
    assert compare_figures(axes(title=""), axes(title="")) == []
    two = {"png": b"", "axes": axes()["axes"] * 2}
    assert codes(compare_figures(axes(), two)) == ["figure.fewer_axes"]
    assert codes(compare_figures({"axes": ["junk", {"lines": "many"}]}, axes())) == [
        "figure.nothing_drawn"
    ]


def test_calls() -> None:
    calls = [["₩12,000"], [" 12000원 "], ["x"]]
    right = [CallResult(12000), CallResult(12000), CallResult(error="ValueError: no number")]
    assert (
        compare_calls([*right[:2], CallResult(error="ValueError: other words")], right, calls) == []
    )

    def first(*results: CallResult) -> Finding:
        return compare_calls(list(results), right, calls)[0]

    raised = first(right[0], CallResult(error="TypeError: bad"), right[2])
    assert (
        raised.code,
        raised.params["call"],
        raised.params["failed"],
        raised.params["total"],
    ) == ("calls.raised", "( 12000원 )", 1, 3)
    assert first(right[0], right[1], CallResult(0)).code == "calls.should_raise"
    assert first(right[0], right[1], CallResult(error="KeyError: 1")).code == "calls.wrong_error"
    assert first(CallResult(), right[1], right[2]).code == "calls.none"
    assert first(CallResult(12), right[1], right[2]).code == "calls.differs"
    assert codes(compare_calls(right[:1], right, calls)) == ["calls.missing"]


def test_an_answer_of_the_wrong_type() -> None:
    for kind, value in (
        ("frame", 3),
        ("scalar", [1]),
        ("list", "abc"),
        ("dict", [1]),
        ("text", 5),
        ("function", "f"),
        ("figure", "png"),
    ):
        spec = AnswerSpec("answer", kind, 1.0)
        assert codes(compare_answer(spec, value, None)) == ["type.mismatch"]
    assert compare_answer(AnswerSpec("n", "scalar", 1.0), 3, 3) == []
    assert compare_answer(AnswerSpec("n", "list", 1.0), [3, 1], [1, 3]) == []


def test_sets_have_no_order() -> None:
    assert compare_lists({"b", "a"}, ["a", "b"]) == []
    assert compare_dicts({"x": {3, 1}}, {"x": {1, 3}}) == []
    findings = compare_dicts({"x": {"d", "c", "b", "a"}}, {"x": {"a"}})
    assert findings[0].params["got"] == "{a, b, c, d}"
    assert compare_answer(AnswerSpec("s", "list", 1.0), {2, 1}, [1, 2]) == []
    strict = AnswerSpec("s", "list", 1.0, order="strict")
    assert codes(compare_answer(strict, {2, 1}, [1, 2])) == ["type.mismatch"]


def test_the_kinds_that_json_tags_bring_back() -> None:
    span = dt.timedelta(hours=1)
    assert compare_scalars(span, dt.timedelta(seconds=3600)) == []
    assert codes(compare_scalars(span, dt.timedelta(seconds=1))) == ["scalar.differs"]
    assert compare_dicts({(1, "a"): 2}, {(1, "a"): 2}) == []
