"""A coding test from its files to its report, by every command that members and authors have."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import kinds, pipeline
from autograder.assignment import Assignment, load
from autograder.authoring.release import release
from autograder.authoring.validate import validate
from autograder.capture.captured import Captured
from autograder.cli import main
from autograder.models import Report, Timing
from autograder.report import to_json, to_markdown
from autograder.submission import Submission

pytestmark = pytest.mark.sandbox

TOML = """format_version = 1
id = "pairs"
kind = "code"
title = { ko = "짝", en = "Pairs" }
[code]
entry = "pairs"
keep_arguments = true
[code.limits]
cpu_s = 1.0
wall_s = 4.0
[answers.examples]
type = "cases"
points = 1
visibility = "public"
cases = "examples"
[answers.edges]
type = "cases"
points = 2
cases = "edges"
property = { ko = "빈 목록과 같은 값", en = "empty lists and equal values" }
hint = { ko = "같은 값이 여럿이면?", en = "What of equal values?" }
[answers.speed]
type = "growth"
points = 2
at_most = "n log n"
largest = 1024
"""
CASES = """from autograder.cases import Case
def examples(random):
    yield ([1, 2, 3], 4)
    yield ([2, 2, 2], 4)
def edges(random):
    yield Case(([], 3), note={"ko": "빈 목록", "en": "an empty list"})
    for _ in range(10):
        yield ([random.randrange(6) for _ in range(12)], 5)
def small(random):
    for _ in range(20):
        yield ([random.randrange(5) for _ in range(random.randrange(8))], random.randrange(8))
def sizes(random, n):
    return ([random.randrange(n) for _ in range(n)], n)
"""
SOLUTION = """def pairs(numbers, total):
    seen, count = {}, 0
    for number in numbers:
        count += seen.get(total - number, 0)
        seen[number] = seen.get(number, 0) + 1
    return count
"""
BRUTE = """def pairs(numbers, total):
    return sum(
        numbers[i] + numbers[j] == total
        for i in range(len(numbers)) for j in range(i + 1, len(numbers))
    )
"""
CASE = """format_version = 1
why = "{why}"
score = {score}
[verdict.edges]
status = "{status}"
finding = "{finding}"
hint = {hint}
[verdict.speed]
status = "fail"
finding = "{speed}"
"""
CHANGES = SOLUTION.replace("    seen, count", "    numbers.reverse()\n    seen, count")


@pytest.fixture(scope="session")
def pairs(base: Path) -> Assignment:
    folder = base / "pairs"
    golden = folder / "golden"
    for name, source, values in (
        ("quadratic", BRUTE, (3, "pass", "", "false", "growth.above")),
        ("changes", CHANGES, (0, "fail", "cases.changed", "true", "")),
    ):
        (golden / name).mkdir(parents=True)
        (golden / name / "solution.py").write_text(source, "utf-8")
        keys = ("score", "status", "finding", "hint", "speed")
        text = CASE.format(why=name, **dict(zip(keys, values, strict=True)))
        if name == "changes":  # time is judged all the same
            text = text.replace('[verdict.speed]\nstatus = "fail"\nfinding = ""\n', "")
            text = text.replace("score = 0", "score = 2")
        (golden / name / "case.toml").write_text(text, "utf-8")
    for name, text in (
        ("assignment.toml", TOML),
        ("cases.py", CASES),
        ("solution.py", SOLUTION),
        ("brute.py", BRUTE),
        ("starter.py", "def pairs(numbers, total):\n    raise NotImplementedError\n"),
    ):
        (folder / name).write_text(text, "utf-8")
    return load(folder)


@pytest.fixture(autouse=True)
def own_cache(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIONEERS_CACHE", str(base / "cache"))


def test_validate_proves_all_of_it(pairs: Assignment) -> None:
    results = [each for _, each in validate([pairs], mutants=1)]
    assert [each.what for each in results if not each.ok] == []
    told = " ".join(each.what for each in results)
    for words in ("same inputs", "brute force agrees on 40", "golden quadratic", "golden changes"):
        assert words in told
    assert "mutant noticed: solution, line " in told


def test_validate_shows_a_check_that_notices_nothing(pairs: Assignment, base: Path) -> None:
    folder = base / "weak" / "pairs"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(TOML.partition("[answers.edges]")[0], "utf-8")
    (folder / "cases.py").write_text("def examples(random):\n    yield [1, 1, 1, 1, 1], 1\n")
    (folder / "starter.py").write_text("def pairs(numbers, total):\n    pass\n", "utf-8")
    solution = "def pairs(numbers, total):\n    return len(numbers) >= 3\n"
    (folder / "solution.py").write_text(solution, "utf-8")
    results = [each for _, each in validate([load(folder)], mutants=5)]
    assert {each.what for each in results if not each.ok} == {
        "mutant SURVIVED: solution, line 2: len(numbers) >= 3 → len(numbers) > 3",
        "mutant SURVIVED: solution, line 2: 3 → 4",
    }


def test_validate_notices_a_wrong_reference(pairs: Assignment, base: Path) -> None:
    from autograder.kinds import of

    folder = base / "wrong" / "pairs"
    folder.mkdir(parents=True)
    for path in pairs.folder.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "solution.py").write_text(SOLUTION.replace("= {}, 0", "= {}, 1"), "utf-8")
    (folder / "cases.py").write_text(CASES.replace("random.randrange(5)", "id(random) % 5"))
    results = list(of(load(folder)).proofs(load(folder)))
    assert [ok for ok, _ in results][-1] is False
    assert "brute force differs" in results[-1][1]


def _grade(pairs: Assignment, source: str, folder: Path, **options: object) -> Report:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "solution.py").write_text(source, "utf-8")
    return pipeline.grade(pairs, folder, **options)  # type: ignore[arg-type]


def test_a_seed_makes_the_same_report_bit_for_bit(pairs: Assignment, base: Path) -> None:
    wrong = SOLUTION.replace("total - number, 0", "total - number, 1")
    first = _grade(pairs, wrong, base / "again")
    seed = int(first.provenance.data.removeprefix("cases#"))
    second = _grade(pairs, wrong, base / "again", seed=seed)
    assert to_json(replace(first, timing=Timing())) == to_json(replace(second, timing=Timing()))
    assert f"--seed {seed}" in to_markdown(first, path="somewhere")
    assert first.score == 0


def _slow(captured: Captured) -> Captured:
    """What a clock says of a program whose machine was busy with something else."""
    media, body = captured.answers["speed"]
    document = json.loads(body)
    for row in document["cases"]:
        row["cold"] = row["warm"] = row["index"] ** 2
    return replace(
        captured, answers={**captured.answers, "speed": (media, json.dumps(document).encode())}
    )


@pytest.fixture
def runs(pairs: Assignment, monkeypatch: pytest.MonkeyPatch, busy: int) -> list[Submission]:
    """The runs of a submission, of which the clock bends the first few; none of the reference's."""
    real, runs = kinds.of(pairs), []

    def capture(submission: Submission, *asked: Any) -> Captured:
        captured = real.capture(submission, *asked)
        if submission.folder.name == "reference":
            return captured
        runs.append(submission)
        return _slow(captured) if len(runs) <= busy else captured

    monkeypatch.setattr(kinds, "of", lambda _: replace(real, capture=capture))
    return runs


@pytest.mark.parametrize(("busy", "score"), [(1, 5), (2, 3)])
def test_what_only_one_clock_says_has_to_be_said_twice(
    pairs: Assignment, base: Path, runs: list[Submission], busy: int, score: int
) -> None:
    report = _grade(pairs, SOLUTION, base / f"busy-{busy}", out=base / f"kept-{busy}")
    assert len(runs) == 2
    assert report.score == score
    found = [finding.code for check in report.checks for finding in check.findings]
    assert found == ["growth.above"] * (busy - 1)
    assert (base / f"kept-{busy}" / "bundle").is_dir()


@pytest.mark.parametrize("busy", [9])
def test_a_case_out_of_time_bears_the_other_clock_out(
    pairs: Assignment, base: Path, runs: list[Submission], busy: int
) -> None:
    idle = SOLUTION.replace("return count", "while not numbers: pass\n    return count")
    report = _grade(pairs, idle, base / "out-of-time")
    assert len(runs) == 1 < busy
    found = {finding.code for check in report.checks for finding in check.findings}
    assert {"cases.time", "growth.above"} <= found


def test_a_program_that_is_no_python_is_told_and_not_graded(pairs: Assignment, base: Path) -> None:
    report = _grade(pairs, "def pairs(numbers, total)\n    pass\n", base / "syntax")
    assert report.status == "invalid"
    assert "1" in report.message
    assert report.score == 0


def test_a_member_checks_without_a_sandbox(
    pairs: Assignment,
    base: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from autograder.capture import sandbox

    folder = base / "own" / "pairs"
    folder.mkdir(parents=True)
    (folder / "solution.py").write_text(SOLUTION.replace("return count", "return count + 1"))
    monkeypatch.setattr(sandbox, "unavailable", lambda: "none here")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(folder), "--assignment", str(pairs.folder), "--json", "--lang", "en"])
    report = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert [check["id"] for check in report["checks"]] == ["examples"]
    assert "pairs([1, 2, 3], 4)" in report["checks"][0]["message"]
    assert report["provenance"]["sandbox"] == "none"


def test_the_starter_is_released(pairs: Assignment, tmp_path: Path) -> None:
    path = release(pairs, tmp_path / "out")
    assert path == tmp_path / "out" / "solution.py"
    assert "NotImplementedError" in path.read_text("utf-8")


def test_a_reference_that_fails_is_our_fault(
    pairs: Assignment, base: Path, answers: Callable[..., object]
) -> None:
    folder = base / "broken" / "pairs"
    folder.mkdir(parents=True)
    for path in pairs.folder.glob("*.*"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "solution.py").write_text("def pairs(numbers, total):\n    return 1 / 0\n")
    report = _grade(load(folder), SOLUTION, base / "fine")
    assert report.status == "infra_error"
    assert "ZeroDivisionError" in report.message
