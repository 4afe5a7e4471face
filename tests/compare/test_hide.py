"""Whatever a comparison finds, nothing of the expected answer is left once it is hidden."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograder.grade.compare as package
from autograder.grade.compare import (
    CallResult,
    arrived,
    compare_calls,
    compare_dicts,
    compare_frames,
    compare_lists,
    compare_scalars,
    compare_text,
    hide,
)
from autograder.models import LANGUAGES, Finding
from autograder.text.catalogue import describe
from autograder.text.disclosure import SAFE_PARAMS

# Expected values that nothing else can contain: counts are small, and these digits are not.
SECRET_NUMBERS = st.integers(7_340_001, 7_349_999)
SECRET_TEXTS = st.integers(100, 999).map(lambda n: f"secret{n}")
SECRET_DAYS = st.integers(0, 27).map(lambda n: dt.datetime(2031, 11, 1 + n, 4))
OWN_NUMBERS = st.integers(0, 99)
OWN_TEXTS = st.sampled_from(["mine", "yours", "ours"])
OWN_DAYS = st.integers(0, 27).map(lambda n: dt.datetime(2026, 1, 1 + n))
TRACES = re.compile(r"734\d|7,34\d|7\.34|secret|2031")


def frame(rows: list[tuple[Any, Any, Any]]) -> pa.Table:
    numbers, texts, days = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    )
    return pa.table(
        {
            "number": pa.array(numbers, pa.int64()),
            "text": pa.array(texts, pa.string()),
            "day": pa.array(days, pa.timestamp("us")),
        }
    )


ours = st.lists(st.tuples(OWN_NUMBERS, OWN_TEXTS, OWN_DAYS), min_size=1, max_size=8)
theirs = st.lists(st.tuples(SECRET_NUMBERS, SECRET_TEXTS, SECRET_DAYS), min_size=1, max_size=8)
keys = st.sampled_from([(), ("number",), ("text",), ("day",), ("text", "day")])


def leaks(findings: list[Finding]) -> Iterator[str]:
    hidden = [hide(finding) for finding in findings]
    for finding in hidden:
        assert not finding.reveals
    said = [describe(findings, "hidden", language) for language in LANGUAGES]
    everything = json.dumps([[finding.code, dict(finding.params)] for finding in hidden]) + repr(
        said
    )
    yield from TRACES.findall(everything)


@settings(max_examples=150)
@given(ours, theirs, keys, st.sampled_from(["any", "strict"]))
def test_frames(left: list[Any], right: list[Any], by: tuple[str, ...], order: Any) -> None:
    findings = compare_frames(frame(left), frame(right), keys=by, order=order)
    assert findings
    assert not list(leaks(findings))


@settings(max_examples=150)
@given(theirs, st.sampled_from(["number", "text", "day"]), st.data())
def test_frames_that_share_their_keys(right: list[Any], column: str, data: st.DataObject) -> None:
    """Rows meet by the two columns that are equal; the third holds the secret."""
    place = ["number", "text", "day"].index(column)
    kinds = (OWN_NUMBERS, OWN_TEXTS, OWN_DAYS)
    expected, actual = [], []
    for k, secret in enumerate(right):
        shared = [k, f"row {k}", dt.datetime(2026, 2, 1 + k)]
        expected.append(tuple(secret[place] if j == place else shared[j] for j in range(3)))
        actual.append(tuple(data.draw(kinds[place]) if j == place else shared[j] for j in range(3)))
    by = tuple(name for name in ("number", "text", "day") if name != column)
    findings = compare_frames(frame(actual), frame(expected), keys=by)
    assert findings
    assert not list(leaks(findings))


@given(OWN_NUMBERS | OWN_TEXTS | st.none(), SECRET_NUMBERS | SECRET_TEXTS)
def test_single_values(left: Any, right: Any) -> None:
    for findings in (
        compare_scalars(left, right),
        compare_lists([left], [right]),
        compare_lists([left, 1], [right, 1], order="strict"),
        compare_lists([left, 1], [right, right, 1]),
        compare_dicts({"a": left}, {"a": right}),
        compare_dicts({"a": left}, {str(right): left}),
        compare_text(str(left), str(right)),
        compare_calls([CallResult(left)], [CallResult(right)], [[right]]),
        compare_calls([CallResult(left)], [CallResult(error=f"ValueError: {right}")], [[right]]),
        compare_calls([CallResult(error=f"ValueError: {right}")], [CallResult(1)], [[right]]),
    ):
        assert findings
        assert not list(leaks(findings))


def test_the_search_for_leaks_would_find_one() -> None:
    finding = Finding("scalar.differs", {"got": "secret123"}, reveals=True)
    assert list(leaks([finding]))


def test_an_unknown_code_keeps_nothing() -> None:
    assert hide(Finding("author.own", {"answer": 42}, reveals=True)) == Finding("author.own", {})
    assert hide(Finding("answer.not_defined", {"name": "x"})).params == {"name": "x"}
    assert hide(Finding("answer.not_defined", {"name": "x"}, reveals=True)).params == {}


def test_every_code_of_the_comparators_is_in_the_table() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(package.__file__).parent.glob("*.py"))
    rooms = "type|frame|scalar|list|dict|text|figure|calls|cases|growth|info"
    used = set(re.findall(rf'"((?:{rooms})\.[a-z_]+)"', source))
    used |= {f"figure.no_{label}" for label in ("title", "xlabel", "ylabel")}
    used |= {f"cases.too_{size}" for size in ("deep", "long")}
    # Those of DAGs are made of what the worker calls them: tests/dag asks for each.
    assert used == {code for code in SAFE_PARAMS if not code.startswith("dag.")}


@pytest.mark.parametrize(
    "value", [frame([(1, "a", dt.datetime(2026, 1, 1))]), [1, 2], None, {"png": b""}]
)
def test_what_arrived_is_shown_whole_even_if_hidden(value: Any) -> None:
    assert hide(arrived(value)) == arrived(value)
