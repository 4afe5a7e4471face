"""assignment.toml: each kind of mistake names its line, its key and the fix, in one line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from autograder.assignment import load, load_all
from autograder.errors import AssignmentError
from autograder.models import AnswerSpec, DataRequest, Limits, Text

GOOD = """format_version = 1
id = "tiny-one"
kind = "notebook"
title = { ko = "작은 과제", en = "A tiny one" }
lesson = "week1/day1"
opens = 2026-06-03
due = 2026-06-04T23:59:00+09:00

[limits]
wall_s = 60

[data]
dataset = "games"
scale = 0.01
tables = ["games"]
seed = "fresh"

[answers.total]
type = "scalar"
points = 1

[answers.sales]
type = "frame"
points = 2.5
keys = ["day"]
hint.ko = "힌트"
hint.en = "A hint"

[answers.double]
type = "function"
points = 0
calls = [[1], [2]]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "assignments" / "tiny-one"
    made.mkdir(parents=True)
    (made / "assignment.toml").write_text(GOOD, "utf-8")
    return made


def test_a_good_file_is_read_whole(folder: Path) -> None:
    found = load(folder)
    assert found == load(folder / "assignment.toml")
    assert found.title == Text("작은 과제", "A tiny one")
    assert found.limits == Limits(wall_s=60.0)
    assert found.data == DataRequest("games", 0.01, ("games",), None)
    assert found.due is not None
    assert found.due.utcoffset() == dt.timedelta(hours=9)
    assert found.answers == (
        AnswerSpec("total", "scalar", 1.0),
        AnswerSpec("sales", "frame", 2.5, keys=("day",), hint=Text("힌트", "A hint")),
        AnswerSpec("double", "function", 0.0, calls=((1,), (2,))),
    )
    assert found.max_points == 3.5
    assert found.tests is None


def test_tests_alone_are_enough_to_grade(folder: Path) -> None:
    (folder / "assignment.toml").write_text(GOOD[: GOOD.index("[answers.total]")], "utf-8")
    with pytest.raises(AssignmentError, match=r"nothing to grade\. declare an \[answers"):
        load(folder)
    (folder / "tests").mkdir()
    assert load(folder).answers == ()


# name: (what stands in the good file, what stands there instead, line, words of the message)
MISTAKES: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "a version of the future": ("format_version = 1", "format_version = 2", 1, ("format_version",)),
    "no version": ("format_version = 1\n", "", 1, ("format_version is missing", "add")),
    "no title": ('title = { ko = "작은 과제", en = "A tiny one" }\n', "", 1, ("title is missing",)),
    "a title in one language": (', en = "A tiny one"', "", 4, ("title.en is missing", "add en")),
    "a title that is text": ('{ ko = "작은 과제", en = "A tiny one" }', '"x"', 4, ("title",)),
    "an unknown kind": ('"notebook"', '"notebok"', 3, ("kind", "notebok", "'notebook'")),
    "the id of another folder": ('"tiny-one"', '"tiny-two"', 2, ("tiny-two", "tiny-one", "equal")),
    "an unknown key": (
        'lesson = "week1/day1"', "lessen = 1", 5,
        ("unknown key lessen", "spelling")),
    "a date that is text": ("opens = 2026-06-03", 'opens = "soon"', 6, ("opens", "soon")),
    "closes without a zone": (
        "T23:59:00+09:00", "T23:59:00+09:00\ncloses = 2026-06-09T23:59:00", 8,
        ("closes", "time zone", "+09:00")),
    "closes before due": (
        "T23:59:00+09:00", "T23:59:00+09:00\ncloses = 2026-06-01T00:00:00+09:00", 8,
        ("closes", "before due")),
    "a due date without a zone": (
        "T23:59:00+09:00", "T23:59:00", 7,
        ("due", "time zone", "+09:00")),
    "no time at all": ("wall_s = 60", "wall_s = 0", 10, ("limits.wall_s", "greater than 0")),
    "a limit that is text": ("wall_s = 60", 'wall_s = "fast"', 10, ("limits.wall_s", "fast")),
    "an unknown limit": ("wall_s = 60", "walls = 60", 10, ("unknown key limits.walls",)),
    "hours": ("wall_s = 60", "wall_s = 1e9", 10, ("limits.wall_s",)),
    "a scale below zero": ("scale = 0.01", "scale = -1", 14, ("data.scale",)),
    "an infinite scale": ("scale = 0.01", "scale = inf", 14, ("data.scale",)),
    "no data set": ('dataset = "games"\n', "", 12, ("data.dataset is missing",)),
    "a table that is a path": ('["games"]', '["../etc"]', 15, ("data.tables", "../etc")),
    "a seed that is a word": ('"fresh"', '"random"', 16, ("data.seed", "random")),
    "a seed below zero": ('"fresh"', "-1", 16, ("data.seed",)),
    "an unknown type": ('"scalar"', '"number"', 19, ("answers.total.type", "number", "'scalar'")),
    "no type": ('type = "scalar"\n', "", 18, ("answers.total.type is missing", "add type")),
    "no points": ("points = 1\n", "", 18, ("answers.total.points is missing",)),
    "points that are text": (
        "points = 1\n", 'points = "one"\n', 20,
        ("answers.total.points", "one")),
    "points below zero": ("points = 1\n", "points = -1\n", 20, ("answers.total.points",)),
    "points without end": ("points = 1\n", "points = nan\n", 20, ("answers.total.points",)),
    "an answer that is no name": ("[answers.total]", "[answers.to-tal]", 18, ("to-tal",)),
    "an answer that is no table": (
        '[answers.total]\ntype = "scalar"\npoints = 1\n', "[answers]\ntotal = 1\n", 19,
        ("answers.total",)),
    "keys of a scalar": ("points = 1\n", 'points = 1\nkeys = ["a"]\n', 21, ("keys on a scalar",)),
    "keys that are text": ('keys = ["day"]', 'keys = "day"', 25, ("answers.sales.keys", "day")),
    "calls of a scalar": (
        "points = 1\n", "points = 1\ncalls = [[1]]\n", 21,
        ("calls on a scalar",)),
    "a function without calls": ("calls = [[1], [2]]\n", "", 29, ("without calls", "calls =")),
    "calls without brackets": ("[[1], [2]]", "[1, 2]", 32, ("answers.double.calls",)),
    "a hint in one language": (
        'hint.en = "A hint"\n', "", 26,
        ("answers.sales.hint.en is missing",)),
    "an unknown key of an answer": ("points = 1\n", "points = 1\npoint = 2\n", 21,
                                    ("unknown key answers.total.point",)),
    "a tolerance above one": ("points = 1\n", "points = 1\ntolerance = 2\n", 21,
                              ("answers.total.tolerance",)),
    "an unknown order": (
        "points = 1\n", 'points = 1\norder = "asc"\n', 21,
        ("answers.total.order",)),
    "no toml": ('id = "tiny-one"', "id = tiny-one", 2, ("not valid TOML",)),
    "a key twice": ('kind = "notebook"', 'id = "tiny-one"', 3, ("not valid TOML",)),
    "a table twice": ("[answers.sales]", "[answers.total]", 22, ("not valid TOML",)),
    "an open string": ('lesson = "week1/day1"', 'lesson = "week1', 5, ("not valid TOML",)),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_names_its_line_its_key_and_the_fix(case: str, folder: Path) -> None:
    good, bad, line, words = MISTAKES[case]
    assert good in GOOD
    (folder / "assignment.toml").write_text(GOOD.replace(good, bad, 1), "utf-8")
    with pytest.raises(AssignmentError) as caught:
        load(folder)
    said = str(caught.value)
    assert f"line {line}" in said, said
    assert str(folder / "assignment.toml") in said
    for word in words:
        assert word in said, said
    assert caught.value.fix
    assert "\n" not in said
    assert len(said) < 600


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"", "missing"), (b"a = " + b"[" * 5000, "not valid TOML"),
     (b"\0", "not valid TOML"), (b"a = 1\x00", "not valid TOML")],
)  # fmt: skip
def test_a_file_of_noise_is_one_line_too(body: bytes, words: str, folder: Path) -> None:
    (folder / "assignment.toml").write_bytes(body)
    with pytest.raises(AssignmentError) as caught:
        load(folder)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mark_and_windows_line_ends_are_fine(folder: Path) -> None:
    body = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    (folder / "assignment.toml").write_bytes(body)
    assert load(folder).id == "tiny-one"


def test_an_unknown_id_suggests_a_known_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIONEERS_ROOT", str(folder.parent.parent))
    assert [each.id for each in load_all()] == ["tiny-one"]
    assert load("tiny-one").id == "tiny-one"
    with pytest.raises(AssignmentError, match="did you mean tiny-one"):
        load("tiny-onw")
    for odd in ("../assignments/absent", "", "x" * 5000, "a\0b", "tiny one"):
        with pytest.raises(AssignmentError, match="no assignment") as caught:
            load(odd)
        assert "\n" not in str(caught.value)


def test_the_hash_is_of_what_decides_a_score(folder: Path) -> None:
    first = load(folder).sha256
    (folder / "golden").mkdir()
    (folder / "golden" / "case.toml").write_text("x = 1")
    assert load(folder).sha256 == first
    (folder / "notebook.ipynb").write_text("{}")
    second = load(folder).sha256
    (folder / "notebook.ipynb").write_text("{ }")
    assert len({first, second, load(folder).sha256}) == 3


def test_the_public_part_has_the_public_answers_only(folder: Path) -> None:
    text = GOOD.replace("points = 1\n", 'points = 1\nvisibility = "public"\n')
    (folder / "assignment.toml").write_text(text, "utf-8")
    assert [answer.name for answer in load(folder).public().answers] == ["total"]
