"""Pure parts: checkers, verdicts that hide, and the estimate of growth."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.compare.cases import ReferenceBroken, compare_cases
from autograder.grade.compare.checkers import CHECKERS
from autograder.grade.compare.growth import classify, compare_growth
from autograder.grade.compare.verdicts import differs
from autograder.grade.growth import CLASSES, ORDER, estimate, exceeds
from autograder.models import LANGUAGES, AnswerSpec
from autograder.text.catalogue import describe


@pytest.mark.parametrize(
    ("checker", "got", "expected", "same"),
    [
        ("exact", "1 2\n", "1 2", True),
        ("exact", "1 2 \n\n", "1 2", True),
        ("exact", "1  2", "1 2", False),
        ("exact", [1, 2], [1, 2], True),
        ("exact", [1, 2.0], [1, 2], True),
        ("exact", [1, True], [1, 1], False),
        ("exact", {1, 2}, [1, 2], False),
        ("exact", 0.1 + 0.2, 0.3, False),
        ("exact", math.nan, math.nan, True),
        ("tokens", "1\n2", "1 2", True),
        ("tokens", "12", "1 2", False),
        ("floats", "x 0.30000001", "x 0.3", True),
        ("floats", "x 0.31", "x 0.3", False),
        ("floats", "nan", "0.3", False),
        ("floats", [0.1 + 0.2], [0.3], True),
        ("floats", "y 0.3", "x 0.3", False),
        ("any_order", "b\na", "a\nb\n", True),
        ("any_order", "b\nb", "a\nb", False),
        ("any_order", [[2], [1]], [[1], [2]], True),
        ("any_order", [1, 1, 2], [1, 2, 2], False),
        ("any_order", 5, 5, True),
    ],
)
def test_checkers(checker: str, got: Any, expected: Any, same: bool) -> None:
    assert CHECKERS[checker](got, expected, 1e-6) is same


@given(st.recursive(st.none() | st.integers() | st.text() | st.floats(), st.lists))
def test_everything_equals_itself(value: Any) -> None:
    for checker in CHECKERS.values():
        assert checker(value, value, 1e-6)


def _row(index: int = 0, **fields: Any) -> dict[str, Any]:
    usual = {"status": "ran", "given": "[7, 13]", "cpu_s": 0.01, "encoded": True, "text": ""}
    return {"index": index, **usual, **fields}


def _document(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    limits = {"cpu_s": 1.0, "wall_s": 2.0, "memory_mb": 64, "output_kb": 16}
    usual = {"mode": "function", "entry": "solution", "limits": limits, "checker": "", "load": {}}
    return {**usual, "cases": rows, **fields}


SPEC = AnswerSpec("a", "cases", 1.0, tolerance=1e-6, options={"checker": "exact"})


def test_hidden_cases_show_neither_input_nor_output() -> None:
    right = _document([_row(value="7913")])
    bad = [
        _row(value="8024"),
        _row(error_type="ValueError", error="7 13 7913", line=3),
        _row(value='"x"'),
        _row(late=True),
        _row(signal=11),
        _row(value="null"),
    ]
    for row in bad:
        found = compare_cases(SPEC, _document([row]), right)
        for tongue in LANGUAGES:
            hidden = " ".join(describe(found, "hidden", tongue))
            assert hidden
            assert not any(word in hidden for word in ("7913", "7, 13", "8024", "7 13"))
        public = describe(found, "public", "en")[0]
        assert "solution(7, 13)" in public


def test_a_note_is_told_before_the_property_of_its_group() -> None:
    note, about = {"ko": "빈 입력", "en": "empty"}, {"ko": "모두", "en": "all"}
    spec = AnswerSpec("a", "cases", 1.0, options={"checker": "exact", "property": about})
    right = _document([_row(0, value="1"), _row(1, value="1", note=note)])
    first = compare_cases(spec, _document([_row(0, value="2"), _row(1, value="1")]), right)
    second = compare_cases(spec, _document([_row(0, value="1"), _row(1, value="2")]), right)
    assert "all" in describe(first, "hidden", "en")[0]
    assert "빈 입력" in describe(second, "hidden", "ko")[0]


def test_a_reference_without_an_output_is_our_fault() -> None:
    with pytest.raises(ReferenceBroken):
        compare_cases(SPEC, _document([_row(value="1")]), _document([_row()]))


def test_the_author_may_bring_a_checker() -> None:
    source = (
        "def check(given, got, expected):\n    return got > given[0] or 'It must be greater.'\n"
    )
    right = _document([_row(value="8")], checker=source)
    assert compare_cases(SPEC, _document([_row(value="9")]), right) == []
    (found,) = compare_cases(SPEC, _document([_row(value="5")]), right)
    assert found.code == "cases.checker"
    assert found.params["said"] == "It must be greater."


def test_what_is_nearly_right_is_told_apart() -> None:
    def code(got: Any, expected: Any) -> str:
        found = differs(got, expected, checker="exact", tolerance=0)
        return found.code if found else ""

    assert code("Yes ", "yes\n") == "cases.presentation"
    assert code("", "yes") == "cases.silent"
    assert code(None, 3) == "cases.none"
    assert code([3], 3) == "cases.type"
    assert code(4, 3) == "cases.wrong"
    assert code("1\n2", "1\n3") == "cases.wrong_line"


SIZES = [2**k for k in range(1, 18)]


def _times(name: str, noise: float, seed: int) -> tuple[list[int], list[float]]:
    own = random.Random(seed)
    shape = CLASSES[name]
    sizes = list(range(2, 26, 2)) if name == "2^n" else SIZES
    sizes = [n for n in sizes if shape(n) < 1e9]
    return sizes, [(20 + shape(n)) * (1 + own.uniform(-noise, noise)) for n in sizes]


@pytest.mark.parametrize("name", [each for each in ORDER if each != "1"])
@pytest.mark.parametrize("seed", range(5))
def test_made_up_times_are_named_in_spite_of_noise(name: str, seed: int) -> None:
    found = estimate(*_times(name, 0.04, seed)).name
    assert found in ((name, "") if name in ("n", "n log n") else (name,))


def test_nothing_is_named_without_reason() -> None:
    own = random.Random(1)
    assert estimate([], []).name == ""
    assert estimate([1, 2, 3], [1, 2, 3]).name == ""
    assert estimate(SIZES, [math.nan] * len(SIZES)).name == ""
    assert estimate(SIZES, [own.uniform(1, 1000) for _ in SIZES]).name in ("", "1")
    assert estimate(SIZES, [5.0 + own.uniform(0, 0.2) for _ in SIZES]).name == "1"


def test_n_log_n_is_never_held_against_n() -> None:
    assert not exceeds("n log n", "n")
    assert exceeds("n^2", "n log n")
    assert not exceeds("", "1")


def _measured(shape: Callable[[int], float], **more: Any) -> list[dict[str, Any]]:
    return [
        _row(n, value="1", cold=shape(n), warm=shape(n), **{"cpu_s": 0.01, **more})
        for n in SIZES[:11]
    ]


def test_a_program_that_makes_its_own_clock_lie_is_seen_from_outside() -> None:
    quick = _measured(lambda n: n)
    slow = [{**row, "cpu_s": 0.001 + row["index"] ** 2 / 2e6} for row in quick]
    steady = [{**row, "cpu_s": 0.001 + row["index"] / 2e6} for row in quick]
    assert classify(steady, steady).name == "n"
    assert classify(slow, steady).name == "n^2"
    assert classify(slow, slow).name == "n", "its input alone takes as long to read"


def test_growth_is_told_by_class_and_never_by_time() -> None:
    spec = AnswerSpec("speed", "growth", 1.0, options={"at_most": "n log n", "checker": "exact"})
    right = _document(_measured(lambda n: 9 + n))
    slow = _document(_measured(lambda n: 9 + n**2))
    assert compare_growth(spec, right, right) == []
    (found,) = compare_growth(spec, slow, right)
    assert (found.code, found.params) == ("growth.above", {"growth": "n²", "asked": "n log n"})
    wrong = _document([{**row, "value": "2"} for row in right["cases"]])
    assert compare_growth(spec, wrong, right)[0].code == "growth.wrong"
    late = _document([_row(2, late=True)])
    assert compare_growth(spec, late, right)[0].code == "growth.never"


def test_a_remembered_result_is_timed_by_its_first_call() -> None:
    rows = [_row(n, value="1", cold=0.01 * n**2, warm=0.002) for n in SIZES[:12]]
    assert classify(rows).name == "n^2"
