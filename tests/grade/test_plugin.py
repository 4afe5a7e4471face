"""The grading process: points, visibility, what a test may say, and bytes that kill a decoder."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autograder.bundle import seal
from autograder.errors import GraderFailed
from autograder.grade.process import grade as run_checks
from autograder.grade.request import Request, read_request, write_request
from autograder.models import AnswerSpec, CellRun, Check, Run, Text

SPECS = (
    AnswerSpec("total", "scalar", 2.0, title=Text("합계", "The total"), hint=Text("힌트", "Hint")),
    AnswerSpec("sales", "frame", 1.0, visibility="public"),
)
Checks = dict[str, Check]
GradeFile = Callable[..., Checks]


def parquet(**columns: list[Any]) -> tuple[str, bytes]:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return "parquet", sink.getvalue()


RIGHT = {"total": ("json", b"7"), "sales": parquet(won=[1, None])}


@pytest.fixture
def request_of(tmp_path: Path) -> Callable[..., Request]:
    """A request with these answers: `request_of(total=("json", b"7"), problems={}, run=Run())`."""

    def build(
        tests: str = "",
        problems: Mapping[str, tuple[str, str]] | None = None,
        run: Run | None = None,
        **answers: tuple[str, bytes],
    ) -> Request:
        mine = seal(tmp_path / "mine", answers, problems=problems or {}, run=run or Run())
        reference = seal(tmp_path / "reference", RIGHT, problems={}, run=Run())
        folder = None
        if tests:
            folder = tmp_path / "tests"
            folder.mkdir()
            (folder / "test_it.py").write_text(
                "import pytest\nfrom autograder.grade import points\n" + tests
            )
        return Request(SPECS, mine.folder, reference.folder, tests=folder, language="en")

    return build


def checks_of(request: Request) -> Checks:
    found = run_checks(request)
    assert len({check.id for check in found}) == len(found)
    return {check.id: check for check in found}


TESTS = """
@points(3, title="Shared", hint="look")
@pytest.mark.parametrize("n", [7, 8, 7.0])
def test_shared(answers, n):
    assert answers["total"] == n, "a hidden word"

@points(1, visibility="public")
def test_public(answers):
    assert answers["total"] == 9, "count the rows\\nsecond line"

@points(1, visibility="public")
def test_says_nothing(answers):
    assert answers["total"] == 9

@points(1)
def test_pytest_fail():
    pytest.fail("a hidden word")

@points(1)
def test_unmet_raises():
    with pytest.raises(ValueError):
        pass

@points(1)
def test_error():
    raise KeyError("a hidden word")

@points(1)
@pytest.mark.skip
def test_skipped_by_mark(): ...

@points(1)
def test_skipped_inside():
    pytest.skip("later")

@points(1)
def test_fixtures(answers, expected, run, data):
    assert list(answers) == ["total", "sales"] and len(expected) == 2
    assert str(answers["sales"]["won"].dtype) == "Int64"
    assert expected["total"] == 7 and run.cells[0].index == 4
    with pytest.raises(KeyError):
        answers["absent"]
    with pytest.raises(KeyError):
        data("purchases")
    with pytest.raises(TypeError):
        answers["total"] = 8

@pytest.fixture
def needs_total(answers):
    return answers["total"]

@points(1)
def test_own_fixture(needs_total):
    assert needs_total == 7

def test_without_points():
    raise AssertionError

class TestGroup:
    @points(0.5)
    def test_in_a_class(self, answers):
        assert answers["total"] == 7
"""


@pytest.fixture
def verdicts(request_of: Callable[..., Request]) -> Checks:
    run = Run(cells=(CellRun(4, "ok", 0.1),), defined_in={"total": 4})
    return checks_of(request_of(TESTS, run=run, **RIGHT))


def test_points_visibility_and_every_kind_of_outcome(verdicts: Checks) -> None:
    status = {name: check.status for name, check in verdicts.items()}
    assert status == {
        "total": "pass", "sales": "pass",
        "test_shared[7]": "pass", "test_shared[8]": "fail", "test_shared[7.0]": "pass",
        "test_public": "fail", "test_says_nothing": "fail", "test_pytest_fail": "fail",
        "test_unmet_raises": "fail", "test_error": "error", "test_skipped_by_mark": "skipped",
        "test_skipped_inside": "skipped", "test_fixtures": "pass", "test_own_fixture": "pass",
        "test_in_a_class": "pass",
    }  # fmt: skip
    for check in verdicts.values():
        assert check.points == (check.max_points if check.status == "pass" else 0)
        assert check.message or check.status == "pass"
        assert "a hidden word" not in check.message
    shared = [check for name, check in verdicts.items() if name.startswith("test_shared")]
    assert [check.max_points for check in shared] == [1.0, 1.0, 1.0]
    assert {check.title for check in shared} == {"Shared"}
    assert verdicts["test_shared[8]"].hint == "look"
    assert verdicts["test_public"].message.startswith("count the rows")
    assert "second line" not in verdicts["test_public"].message
    assert (verdicts["total"].title, verdicts["total"].cell) == ("The total", 5)


def test_the_public_part_leaves_hidden_tests_out(request_of: Callable[..., Request]) -> None:
    tests = "@points(1)\ndef test_a(): ...\n@points(1, visibility='public')\ndef test_b(): ...\n"
    request = replace(request_of(tests, **RIGHT), public_only=True, answers=SPECS[1:])
    assert set(checks_of(request)) == {"sales", "test_b"}


def test_a_missing_answer_fails_what_asks_for_it_and_nothing_else(
    request_of: Callable[..., Request],
) -> None:
    tests = "@points(1)\ndef test_a(answers): answers['total']\n"
    tests += "@points(1)\ndef test_b(answers): answers['sales']\n"
    run = Run(cells=(CellRun(2, "error", 0.1, "ValueError", "no\nmore"),), defined_in={"total": 2})
    problems = {"total": ("not_reached", "")}
    found = checks_of(request_of(tests, problems, run, sales=RIGHT["sales"]))
    assert {k: c.status for k, c in found.items()} == {
        "total": "error", "sales": "pass", "test_a": "error", "test_b": "pass",
    }  # fmt: skip
    assert "Cell 3 raised `ValueError`" in found["total"].message


@pytest.mark.parametrize(
    ("code", "detail"),
    [("too_large", "many"), ("too_large", ""), ("too_large", "٣"), ("too_large", "9" * 500),
     ("too_many_rows", "x"), ("no_such_code", "x"), ("", ""), ("../../x", "{name}"),
     ("message", "x"), ("disk_full", ""), ("duplicate_columns", "day"), ("mixed_column", "x"),
     ("wrong_type", "list"), ("not_plain", "module"), ("lazy_failed", "E: x")],
)  # fmt: skip
def test_whatever_a_sandbox_says_of_an_answer_is_told_as_a_failed_check(
    code: str, detail: str, request_of: Callable[..., Request]
) -> None:
    found = checks_of(request_of(problems={"total": (code, detail)}, sales=RIGHT["sales"]))
    assert found["total"].status in ("error", "fail")
    assert found["total"].message
    assert found["sales"].status == "pass"


def test_an_answer_whose_decoding_killed_the_process_fails_alone(
    request_of: Callable[..., Request],
) -> None:
    found = checks_of(replace(request_of(**RIGHT), poisoned=("sales",)))
    assert found["sales"].status == "error"
    assert "`sales`" in found["sales"].message
    assert found["total"].status == "pass"


def test_a_frame_that_unfolds_to_terabytes_fails_alone(
    request_of: Callable[..., Request],
) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 900_000, pa.int32()), ["x" * 1_000_000])
    sink = io.BytesIO()
    pq.write_table(pa.table({"won": texts}), sink, compression="zstd", store_schema=False)
    found = checks_of(request_of(total=RIGHT["total"], sales=("parquet", sink.getvalue())))
    assert found["sales"].status == "error"
    assert found["total"].status == "pass"


def test_a_process_that_dies_by_no_answer_is_our_fault(
    request_of: Callable[..., Request],
) -> None:
    tests = "@points(1)\ndef test_a(): import os, signal; os.kill(os.getpid(), 9)\n"
    with pytest.raises(GraderFailed) as caught:
        checks_of(request_of(tests, **RIGHT))
    assert "\n" not in str(caught.value)


def test_a_changed_bundle_is_not_graded(request_of: Callable[..., Request]) -> None:
    request = request_of(**RIGHT)
    (request.bundle / "answers" / "total.json").write_text("8")
    with pytest.raises(GraderFailed):
        run_checks(request)


def test_a_request_comes_back_as_it_was_stored(
    request_of: Callable[..., Request], tmp_path: Path
) -> None:
    request = replace(request_of(**RIGHT), poisoned=("a",), data=tmp_path, language="ko")
    write_request(request, tmp_path / "request.json")
    assert read_request(tmp_path / "request.json") == request
