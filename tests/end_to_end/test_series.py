"""An author's variants share a sandbox, and get the reports that they would get alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder import kinds
from autograder.authoring import series
from autograder.authoring.golden import Case
from autograder.authoring.validate import check_cases, validate
from autograder.capture import sandbox
from autograder.pipeline import grade
from tests.end_to_end.conftest import SOLUTION, Make, lasting, submit

pytestmark = pytest.mark.sandbox
SEED = 7
RIGHT = "total, items = sum(range(seed + 1)), [seed, seed + 1]"
HALF = "total, items = -1, [seed, seed + 1]"
LEAVES = "import pathlib; pathlib.Path('/tmp/left').touch(); total = items = left = 1"
LOOKS = f"import os; {RIGHT}\nif os.path.exists('/tmp/left'): total = items = 0"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many jobs each sandbox was given, in the order they ended."""
    found: list[int] = []
    run = sandbox.run

    def counted(command: list[str], **told: Any) -> sandbox.Ended:
        ended = run(command, **told)
        found.append(len(command) - command.index("-m") - 2)
        return ended

    monkeypatch.setattr(sandbox, "run", counted)
    return found


ORPHAN = f"import os, subprocess; subprocess.Popen(['sleep', '300'])\n{RIGHT}"
KERNEL_DIES = "import os; os._exit(3)"
WORKER_DIES = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
TOO_MUCH = "x = b'x' * 2**31"


@pytest.mark.parametrize(
    ("sources", "jobs"),
    [
        # The solution and all that are notebooks together; who has to run again.
        ([RIGHT, ORPHAN, KERNEL_DIES, WORKER_DIES, "{", HALF], [6, 1, 1]),
        ([HALF, TOO_MUCH, RIGHT], [4, 1, 1, 1]),
    ],
    ids=["dying", "memory"],
)
def test_each_gets_the_report_that_it_gets_alone(
    make: Make, tmp_path: Path, started: list[int], sources: list[str], jobs: list[int]
) -> None:
    target = make()
    works = [submit(tmp_path, source, f"n{number}") for number, source in enumerate(sources)]
    reports = list(series.grade_series(target, works, seed=SEED))
    assert started == jobs
    scores = {RIGHT: 2, ORPHAN: 2, HALF: 1}
    assert [report.score for report in reports] == [scores.get(source, 0) for source in sources]
    expected = [grade(target, work, seed=SEED, language="en") for work in works]
    assert list(map(lasting, reports)) == list(map(lasting, expected))


def test_a_verdict_that_a_neighbour_has_spoilt_is_not_believed(
    make: Make, tmp_path: Path, started: list[int]
) -> None:
    target = make()
    cases = []
    for name, source, score in (("leaves", LEAVES, 0.0), ("looks", LOOKS, 2.0)):
        folder = tmp_path / name
        folder.mkdir()
        submit(folder, source)
        cases.append(Case(name, folder, "", score, {}, "solution", {}))
    found = check_cases(cases, target, tmp_path / "out")
    assert [(each.ok, each.what) for each in found] == [
        (True, "golden leaves"),
        (True, "golden looks"),
    ]
    assert started == [3, 1]


def test_a_series_is_as_long_as_pays(make: Make) -> None:
    target = make()
    for count, lengths in ((0, []), (1, [1]), (6, [6]), (7, [3, 4]), (13, [4, 4, 5])):
        assert [len(part) for part in series.split(target, range(count))] == lengths
    assert [len(part) for part in series.split(target, range(13), longest=99)] == [13]
    assert kinds.KINDS["code"].capture_series is None


def test_answers_that_are_known_are_not_sought_again(
    make: Make, tmp_path: Path, started: list[int]
) -> None:
    target = make()
    works = [submit(tmp_path, RIGHT, "right"), submit(tmp_path, HALF, "half")]
    for _ in range(2):
        assert [each.score for each in series.grade_series(target, works, seed=SEED)] == [2, 1]
    assert started == [3, 2]


def test_validate_tries_works_together_and_what_is_wrong_once_more_alone(
    make: Make, started: list[int]
) -> None:
    found = list(validate(make(HALF), golden=False))[-5:]
    assert [(each.ok, each.what.partition(":")[0]) for each in found] == [
        (True, "solution, seed 42"),
        (False, "quick.ipynb, seed 42"),
        (True, "solution, seed 7"),
        (False, "quick.ipynb, seed 7"),
        (True, "starter"),
    ]
    assert sorted(started) == [1, 1, 3, 4]


def test_a_solution_that_breaks_is_told(make: Make, tmp_path: Path) -> None:
    target = make(solution=SOLUTION.replace("items", "1 / 0\nitems"))
    works = [submit(tmp_path, RIGHT, name) for name in "ab"]
    reports = list(series.grade_series(target, works, seed=SEED))
    assert {report.status for report in reports} == {"infra_error"}
    assert all("cell 1: ZeroDivisionError" in report.message for report in reports)


def test_validate_stops_at_a_solution_that_breaks(make: Make, started: list[int]) -> None:
    broken = make(solution=SOLUTION.replace("items", "1 / 0\nitems"))
    found = [(each.ok, each.what) for each in validate(broken, mutants=1)]
    assert not any(ok for ok, what in found if what.startswith(("solution", "starter")))
    assert found[-1] == (False, "the rest was not tried: first mend the solution")
    # Two and the solution together, then each of three alone, beside the solution.
    assert sorted(started) == [1, 1, 1, 1, 1, 1, 3]
