"""A regrade's reports become records once, and nobody becomes late by being graded again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder import ledger
from autograder.errors import LedgerError
from autograder.ledger import attempts
from autograder.ledger.folder import FolderStore
from autograder.ledger.record import Origin, Record
from autograder.ledger.recording import Recorded, record_folder
from autograder.models import Provenance, Report
from autograder.report import to_json

Make = Callable[..., Record]
NOW = datetime(2026, 7, 1, tzinfo=UTC)
ORIGIN = Origin("cohort-example/study", 0, "", "f" * 40, "regrade-9", NOW)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "ledger")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def put(
    out: Path, login: str, score: float, *, work: str = "", status: Any = "graded", of: str = ""
) -> Path:
    report = Report(
        of or "w1d3-joins", status, score, 10.0, provenance=Provenance(submission_sha256=work)
    )
    path = out / login / "w1d3-joins" / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(to_json(report), "utf-8")
    return path


def record(store: FolderStore, out: Path, origin: Origin = ORIGIN, **words: Any) -> list[Recorded]:
    late: Callable[[str, datetime], bool] = lambda _id, at: at > NOW - timedelta(days=1)  # noqa: E731
    return list(record_folder(store, out, origin, late, **words))


def test_work_that_is_known_keeps_its_arrival_and_the_new_grade_counts(
    store: FolderStore, out: Path, grade: Make
) -> None:
    first = grade(9, work="one", pull_request=5, order=100)
    store.add(first)
    store.add(grade(4, work="two", minutes=5, order=101, commit="b" * 40))
    put(out, "haneul-example", 6, work="one")
    assert [each.outcome for each in record(store, out)] == ["new"]
    past = ledger.history(store, "w1d3-joins", "haneul-example")
    (again,) = [each for each in past if each.trigger == "regrade-9"]
    assert (again.pull_request, again.commit, again.late) == (5, first.commit, False)
    assert again.received_at == first.received_at
    assert again.order == 101
    counts = attempts.best(past)
    assert counts
    assert counts.grade == again


def test_work_that_is_not_known_is_recorded_as_it_comes(store: FolderStore, out: Path) -> None:
    put(out, "bada-example", 6, work="one")
    assert [each.outcome for each in record(store, out)] == ["new"]
    (made,) = ledger.history(store, "w1d3-joins", "bada-example")
    assert (made.pull_request, made.commit, made.received_at) == (0, "f" * 40, NOW)
    assert (made.late, made.login) == (True, "bada-example")


def test_run_again_it_adds_nothing(store: FolderStore, out: Path, grade: Make) -> None:
    store.add(grade(9, work="one"))
    put(out, "haneul-example", 6, work="one")
    put(out, "bada-example", 5)
    assert [each.outcome for each in record(store, out)] == ["new", "new"]
    before = {name: store.read(name) for name in store.names()}
    assert [each.outcome for each in record(store, out)] == ["known", "known"]
    assert {name: store.read(name) for name in store.names()} == before


def test_what_is_known_may_be_read_from_a_copy(
    store: FolderStore, out: Path, tmp_path: Path, grade: Make
) -> None:
    copy = FolderStore(tmp_path / "copy")
    copy.add(grade(9, work="one", order=7))
    put(out, "haneul-example", 6, work="one")
    record(store, out, known=copy)
    (made,) = ledger.history(store, "w1d3-joins", "haneul-example")
    assert (made.pull_request, made.order) == (5, 8)


def test_what_was_not_graded_is_not_recorded(store: FolderStore, out: Path) -> None:
    put(out, "haneul-example", 0, status="infra_error")
    put(out, "bada-example", 0, status="invalid")
    told = [(each.outcome, each.what) for each in record(store, out)]
    assert told == [("passed", "invalid"), ("passed", "infra_error")]
    assert list(store.names()) == []


def test_one_bad_report_does_not_stop_the_next(store: FolderStore, out: Path) -> None:
    put(out, "a-example", 1).write_bytes(b"\xff")
    put(out, "b-example", 1).write_bytes(b"{}")
    put(out, "c-example", 1, of="w1d4-windows")
    put(out, "no login", 1)
    secret = put(out, "d-example", 1)
    secret.rename(out / "elsewhere")
    secret.symlink_to(out / "elsewhere")
    with put(out, "e-example", 1).open("wb") as file:
        file.truncate(2**34)
    (out / "f-example" / "w1d3-joins" / "report.json").mkdir(parents=True)
    put(out, "g-example", 1)
    told = record(store, out)
    assert {each.login for each in told if each.outcome == "new"} == {"g-example"}
    faults = [each.what for each in told if each.outcome == "fault"]
    assert len(faults) == 7
    assert all("report.json" in line and "\n" not in line for line in faults)


def test_a_folder_that_is_not_there_is_told(store: FolderStore, out: Path) -> None:
    with pytest.raises(LedgerError, match="no such folder"):
        record(store, out / "none")
    assert record(store, out) == []
