"""`grade-all`: every submission once, nothing again that stands, no fault that voids the rest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import __version__, batch
from autograder.assignment import Assignment
from autograder.batch import Shard, Work
from autograder.errors import SandboxUnavailable, UsageError
from autograder.models import Provenance, Report
from autograder.report import build_report, from_json, invalid_report
from autograder.submission import stage

ASSIGNMENT = """
format_version = 1
id = "{id}"
kind = "notebook"
title = {{ ko = "과제", en = "Work" }}
[answers.x]
type = "scalar"
points = {points}
"""
NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": []}],
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    for name in ("w1-frames", "w2-joins"):
        declare(tmp_path, name)
        for login in ("haneul-example", "Bada-example", "sora-example"):
            hand_in(tmp_path, login, name)
    return tmp_path


def declare(home: Path, name: str, points: int = 2) -> None:
    folder = home / "assignments" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "assignment.toml").write_text(ASSIGNMENT.format(id=name, points=points), "utf-8")


def hand_in(home: Path, login: str, name: str, source: str = "x = 1") -> None:
    folder = home / "submissions" / login / name
    folder.mkdir(parents=True, exist_ok=True)
    notebook = json.loads(json.dumps(NOTEBOOK))
    notebook["cells"][0]["source"] = source
    (folder / "notebook.ipynb").write_text(json.dumps(notebook), "utf-8")


def honest(seen: Counter[str], scratch: Path) -> Callable[[Assignment, Path], Report]:
    """A grade that only says what it was made of, as the real one does."""

    def grade(target: Assignment, path: Path) -> Report:
        name = f"{path.parent.name}/{path.name}"
        seen[name] += 1
        made_of = stage(path, scratch / f"{name.replace('/', '-')}-{seen[name]}").sha256
        provenance = Provenance(made_of, target.sha256, "", __version__, "bwrap")
        return build_report(target.id, [], max_score=target.max_points, provenance=provenance)

    return grade


def everything(out: Path, grade: batch.Grade, jobs: int = 2) -> Counter[str]:
    works, _ = batch.find()
    return Counter(done.status for done in batch.run(works, out, jobs=jobs, grade=grade))


def test_what_stands_is_kept_and_what_changed_is_made_again(home: Path, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    out, grade = tmp_path / "out", honest(seen, tmp_path / "scratch")
    assert everything(out, grade) == {"graded": 6}
    assert everything(out, grade) == {"kept": 6}
    hand_in(home, "haneul-example", "w1-frames", "x = 2")
    assert everything(out, grade) == {"kept": 5, "graded": 1}
    assert seen["haneul-example/w1-frames"] == 2
    declare(home, "w2-joins", points=3)
    assert everything(out, grade) == {"kept": 3, "graded": 3}
    (out / "sora-example" / "w1-frames" / "report.json").write_text("{", "utf-8")
    assert everything(out, grade) == {"kept": 5, "graded": 1}
    report = from_json((out / "Bada-example" / "w2-joins" / "report.json").read_text("utf-8"))
    assert (report.assignment, report.max_score) == ("w2-joins", 3.0)
    assert (out / "Bada-example" / "w2-joins" / "report.md").read_text("utf-8").startswith("## ")


def test_a_report_of_another_grader_or_assignment_does_not_stand(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, grade = tmp_path / "out", honest(Counter(), tmp_path / "scratch")
    everything(out, grade)
    other = out / "haneul-example"
    (other / "w1-frames" / "report.json").replace(other / "w2-joins" / "report.json")
    assert everything(out, grade) == {"kept": 4, "graded": 2}
    monkeypatch.setattr(batch, "__version__", "9.9.9")
    assert everything(out, grade)["kept"] == 0


@pytest.mark.parametrize(
    "error", [SandboxUnavailable("no bwrap"), ZeroDivisionError("oops"), MemoryError()]
)
def test_one_fault_never_voids_the_rest(home: Path, tmp_path: Path, error: Exception) -> None:
    fine = honest(Counter(), tmp_path / "scratch")

    def grade(target: Assignment, path: Path) -> Report:
        if path.parent.name == "Bada-example":
            raise error
        return fine(target, path)

    out = tmp_path / "out"
    assert everything(out, grade) == {"graded": 4, "infra_error": 2}
    told = from_json((out / "Bada-example" / "w1-frames" / "report.json").read_text("utf-8"))
    assert told.status == "infra_error"
    # Nothing of it stands in the way of a second run.
    again = honest(Counter(), tmp_path / "scratch2")
    assert everything(out, again) == {"kept": 4, "graded": 2}


def test_what_cannot_be_graded_is_looked_at_again(home: Path, tmp_path: Path) -> None:
    def grade(target: Assignment, path: Path) -> Report:
        return invalid_report(target.id, "empty", max_score=1)

    assert everything(tmp_path / "out", grade) == {"invalid": 6}
    assert everything(tmp_path / "out", grade) == {"invalid": 6}


def test_names_that_lead_elsewhere_are_passed_over(home: Path) -> None:
    base = home / "submissions"
    (base / "haneul-example" / "w9-unknown").mkdir()
    (base / "-dash" / "w1-frames").mkdir(parents=True)
    (base / "한글" / "w1-frames").mkdir(parents=True)
    (base / ".hidden" / "w1-frames").mkdir(parents=True)
    (base / "link-example").symlink_to(base / "haneul-example")
    (base / "sora-example" / "w3").symlink_to(home / "assignments")
    (base / "README.md").write_text("x", "utf-8")
    works, strange = batch.find()
    assert len(works) == 6
    assert strange == ["-dash/w1-frames", "haneul-example/w9-unknown", "한글/w1-frames"]


def test_one_assignment_or_none(home: Path) -> None:
    assert [work.name for work in batch.find("w2-joins")[0]] == [
        *("Bada-example/w2-joins", "haneul-example/w2-joins", "sora-example/w2-joins")
    ]
    with pytest.raises(UsageError, match="w3"):
        batch.find("w3")


@given(st.sets(st.from_regex(r"[a-z]{1,8}/w[1-9]", fullmatch=True)), st.integers(1, 16))
def test_shards_hold_everything_once(names: set[str], count: int) -> None:
    for name in names:
        assert sum(Shard(index, count).holds(name) for index in range(1, count + 1)) == 1
        assert Shard(1, count).holds(name) == Shard(1, count).holds(name.upper())


def test_shards_are_about_equal() -> None:
    names = [f"member-{number}/w1-frames" for number in range(1000)]
    sizes = [sum(Shard(index, 4).holds(name) for name in names) for index in (1, 2, 3, 4)]
    assert sum(sizes) == 1000
    assert min(sizes) > 200


@pytest.mark.parametrize("word", ["", "0/1", "2/1", "1/0", "1", "1/2/3", "a/b", "-1/2", "1/99999"])
def test_a_wrong_shard_is_told(word: str) -> None:
    with pytest.raises(UsageError, match="write I/N"):
        batch.read_shard(word)
    assert batch.read_shard("2/4") == Shard(2, 4)


def test_whoever_stops_listening_stops_the_rest(home: Path, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    works, _ = batch.find()
    many = [replace(work, login=f"m{number}") for number in range(30) for work in works]
    grade = honest(seen, tmp_path / "scratch")
    listening = batch.run(many, tmp_path / "out", jobs=1, grade=grade)
    assert isinstance(next(listening).work, Work)
    listening.close()
    assert sum(seen.values()) < len(many)
