"""Every damaged record is found, in one line each, and hides no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import LedgerError
from autograder.ledger.folder import FolderStore
from autograder.ledger.record import Origin, Record, dump, event_record, grade_record, load
from autograder.ledger.verify import verify
from autograder.models import Report

Make = Callable[..., Record]
APPEAL = event_record(
    "appeal",
    "w1d3-joins",
    "점수를 다시 봐 주세요. 10 points are missing.",
    Origin("o/r", 1, "haneul-example", "b" * 40, "appeal-7", datetime(2026, 6, 4, tzinfo=UTC)),
)


@pytest.fixture
def store(tmp_path: Path, grade: Make) -> FolderStore:
    made = FolderStore(tmp_path)
    made.add(grade(7))
    made.add(grade(9, trigger="regrade-1"))
    return made


def edited(store: FolderStore, name: str, changes: dict[str, Any]) -> None:
    path = store.root / name
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes), "utf-8")


def faults(store: FolderStore) -> dict[str, str]:
    return {finding.name: finding.fault for finding in verify(store) if finding.fault}


def test_a_sound_ledger_has_no_faults(store: FolderStore, grade: Make, hint: Make) -> None:
    store.add(hint(3))
    store.add(APPEAL)
    steps: list[str] = []
    assert [finding.fault for finding in verify(store, steps.append)] == [""] * 4
    assert steps[-1] == "record 4 of 4"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"score": 10.0}, "changed after it was written"),
        ({"late": True}, "changed after it was written"),
        ({"detail": "more"}, "changed after it was written"),
        ({"sha256": "0" * 64}, "changed after it was written"),
        ({"sha256": None}, "changed after it was written"),
        ({"format_version": 2}, "newer version"),
        ({"format_version": "1"}, "version"),
        ({"score": -1}, "score"),
        ({"received_at": "2026-06-04T12:00:00"}, "received_at"),
        ({"login": "../haneul"}, "login"),
        ({"commit": "main"}, "commit"),
        ({"note": "hello"}, "note"),
        ({"a\n::set-output b": 1}, "a\\n"),
    ],
)
def test_a_changed_record_is_told(
    store: FolderStore, grade: Make, changes: dict[str, Any], word: str
) -> None:
    edited(store, grade().name, changes)
    ((name, line),) = faults(store).items()
    assert name == grade().name
    assert word in line
    assert line.startswith(name)
    assert "\n" not in line


def test_a_record_under_anothers_name_is_told(store: FolderStore, grade: Make) -> None:
    path = store.root / grade(9, trigger="regrade-1").name
    path.write_bytes(store.read(grade().name))
    ((name, line),) = faults(store).items()
    assert name == grade(9, trigger="regrade-1").name
    assert f"holds the record {grade().name}" in line


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b'{"a": NaN}'],
)
def test_what_is_no_record_is_told(store: FolderStore, grade: Make, body: bytes) -> None:
    (store.root / grade().name).write_bytes(body)
    assert list(faults(store)) == [grade().name]


def test_a_file_too_large_is_told_and_not_read(store: FolderStore, grade: Make) -> None:
    with (store.root / grade().name).open("wb") as file:
        file.truncate(2**33)
    assert "larger than" in faults(store)[grade().name]


def test_strays_are_told_apart(store: FolderStore, grade: Make) -> None:
    (store.root / "README.md").write_text("hello", "utf-8")
    (store.root / "grade" / "copy.json").write_bytes(dump(grade()))
    shouted = store.root / "grade/w1d3-joins/HANEUL"
    shouted.mkdir()
    (shouted / Path(grade().name).name).write_bytes(dump(grade()))
    found = list(verify(store))
    assert [finding.name for finding in found if finding.foreign] == ["README.md"]
    assert set(faults(store)) == {
        "grade/copy.json",
        f"grade/w1d3-joins/HANEUL/{Path(grade().name).name}",
    }
    assert sum(not finding.fault and not finding.foreign for finding in found) == 2


@given(st.data())
def test_no_changed_byte_goes_unseen(data: st.DataObject) -> None:
    body = bytearray(dump(APPEAL))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    try:
        read = load(bytes(body), APPEAL.name)
    except LedgerError:
        return
    assert read == APPEAL  # only white space was changed


def test_what_was_written_is_read(grade: Make, hint: Make) -> None:
    for record in (grade(checks=3, late=True, work="c" * 64), hint(3), APPEAL):
        assert load(dump(record), record.name) == record


@pytest.mark.parametrize(
    "changes",
    [
        {"repository": "other/repository"},
        {"pull_request": 6},
        {"login": "bada-example"},
        {"assignment": "w1d4-windows"},
        {"commit": "c" * 40},
        {"trigger": "regrade-1"},
        {"kind": "hint"},
    ],
)
def test_the_name_is_made_of_what_a_record_is_about(grade: Make, changes: dict[str, Any]) -> None:
    assert replace(grade(), **changes).name != grade().name


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 1.0},
        {"order": 9},
        {"late": True},
        {"received_at": datetime(2027, 1, 1, tzinfo=UTC)},
        {"login": "Haneul-EXAMPLE"},
        {"repository": "Cohort-Example/STUDY"},
    ],
)
def test_the_name_is_made_of_nothing_else(grade: Make, changes: dict[str, Any]) -> None:
    assert replace(grade(), **changes).name == grade().name


@pytest.mark.parametrize(
    ("kind", "detail"), [("hint", "\ud800"), ("appeal", "x" * 4001), ("hint", "x" * 5000)]
)
def test_what_cannot_be_recorded_is_refused(kind: Any, detail: str) -> None:
    origin = Origin("o/r", 1, "haneul-example", "b" * 40, "hint-1", datetime.now(UTC))
    with pytest.raises(LedgerError, match="detail"):
        event_record(kind, "w1d3-joins", detail, origin)


@pytest.mark.parametrize("status", ["invalid", "infra_error"])
def test_only_a_graded_report_is_recorded(status: Any) -> None:
    origin = Origin("o/r", 1, "haneul-example", "b" * 40, "push", datetime.now(UTC))
    with pytest.raises(LedgerError, match=status):
        grade_record(Report("w1d3-joins", status, 0.0, 10.0), origin)
