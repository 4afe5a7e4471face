"""An author's variants share a sandbox, and get the reports that they would get alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder import kinds
from autograder.authoring import series
from autograder.authoring.validate import validate
from autograder.capture import sandbox
from autograder.capture.worker import omitted
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


def golden_case(folder: Path, name: str, source: str, score: int) -> None:
    """Write a golden case of one notebook beside an assignment."""
    home = folder / "golden" / name
    home.mkdir(parents=True)
    submit(home, source)
    case = f'format_version = 1\nwhy = "told"\nscore = {score}\n[verdict]\n'
    (home / "case.toml").write_text(case, "utf-8")


def test_a_verdict_that_a_neighbour_has_spoilt_is_not_believed(
    make: Make, started: list[int]
) -> None:
    target = make()
    golden_case(target.folder, "leaves", LEAVES, 0)
    golden_case(target.folder, "looks", LOOKS, 2)
    found = [(each.ok, each.what) for _, each in validate([target])][-2:]
    assert found == [(True, "golden leaves"), (True, "golden looks")]
    # Each seed's reference and solution, the other's with the starter and both cases; one again.
    assert sorted(started) == [1, 2, 5]


def test_assignments_are_proven_in_turn_each_seed_in_one_sandbox(
    make: Make, started: list[int]
) -> None:
    broken = make(solution=SOLUTION.replace("items", "1 / 0\nitems"), name="broken")
    right = make(RIGHT, name="right")
    for number in range(series.LONGEST):
        golden_case(right.folder, f"half-{number}", HALF, 1)
    told: list[tuple[str, int, int]] = []
    found = list(validate([broken, right], say=lambda *step: told.append(step)))
    assert [which.id for which, _ in found] == ["broken"] * 5 + ["right"] * 13
    assert {which.id for which, each in found if not each.ok} == {"broken"}
    # The reference, the solution twice over, the starter and the cases.
    assert max(started) == 4 + series.LONGEST
    assert {(step[0], step[2]) for step in told} == {("broken", 14), ("right", 14)}
    # Not the broken one's starter.
    assert [step[1] for step in told] == list(range(1, 14))


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


def test_a_notebook_finds_whole_what_the_worker_leaves_out(
    make: Make, tmp_path: Path, started: list[int]
) -> None:
    names = ", ".join(sorted({name.partition(".")[0] for name in omitted.HOLLOW}))
    whole = "yaml.safe_load('a: 1'), jsonschema.validate(1, {'type': 'integer'}), requests.get"
    work = submit(tmp_path, f"import {names}, pyarrow\n{whole}, click.echo, tenacity.nap\n{RIGHT}")
    assert [each.score for each in series.grade_series(make(), [work], seed=SEED)] == [2]
    assert started == [2]


def test_validate_tries_works_together_and_what_is_wrong_once_more_alone(
    make: Make, started: list[int]
) -> None:
    found = list(validate([make(HALF)], golden=False))[-5:]
    assert [(each.ok, each.what.partition(":")[0]) for _, each in found] == [
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
    found = [(each.ok, each.what) for _, each in validate([broken], mutants=1)]
    assert [what.partition(":")[0] for ok, what in found if not ok] == [
        "solution, seed 42",
        "solution, seed 7",
        "the rest was not tried",
    ]
    # After each seed's series has failed, its solution alone beside itself as the reference.
    assert sorted(started) == [1, 1, 1, 1, 2, 3]
