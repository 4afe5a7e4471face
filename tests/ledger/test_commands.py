"""`pioneers ledger` and `pioneers leaderboard` as an organiser meets them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.ledger.folder import FolderStore
from autograder.ledger.record import Record
from tests.command import pioneers as call

Make = Callable[..., Record]
Pioneers = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "ledger")


@pytest.fixture
def pioneers(tmp_path: Path) -> Pioneers:
    """Runs a command in a cohort's repository of its own, with a folder as its ledger."""
    (tmp_path / "cohort.toml").write_text(
        'ledger = "folder:ledger"\nlanguage = "en"\n[[members]]\nlogin = "Haneul-example"\n'
        'name = "하늘"\n',
        "utf-8",
    )
    (tmp_path / "assignments").mkdir()
    kept = ("PATH", "HOME", "LANG")
    environment = {key: os.environ[key] for key in kept if key in os.environ}

    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        given = {**environment, "PIONEERS_ROOT": str(tmp_path), **more}
        return call(*words, environment=given, folder=Path(__file__).parents[2])

    return run


def test_verify_tells_by_its_exit_code(store: FolderStore, pioneers: Pioneers, grade: Make) -> None:
    assert pioneers("ledger", "verify").stdout == "0 sound, 0 not\n"
    store.add(grade(7))
    store.add(grade(8, trigger="regrade-1"))
    (store.root / "README.md").write_text("hello", "utf-8")
    done = pioneers("ledger", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "· README.md: not a record; left alone\n2 sound, 0 not\n"
    path = store.root / grade().name
    path.write_bytes(path.read_bytes().replace(b"7.0", b"9.0", 1))
    (store.root / "grade" / "::stop-commands::x").write_text("", "utf-8")
    done = pioneers("ledger", "verify")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"✗ {grade().name}: changed after it was written" in done.stdout
    assert done.stdout.endswith("1 sound, 2 not\n")
    assert not [line for line in done.stdout.splitlines() if "::" in line]


def test_a_ledger_out_of_reach_is_a_fault_of_ours(pioneers: Pioneers) -> None:
    done = pioneers(
        "ledger",
        "verify",
        "--ledger",
        "branch:ledger",
        GITHUB_REPOSITORY="cohort-example/study",
        GITHUB_API_URL="http://127.0.0.1:9",
        PIONEERS_RETRY_BASE_S="0",
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "GitHub did not answer" in done.stderr
    done = pioneers("ledger", "verify", "--ledger", "branch:ledger")
    assert done.returncode == 2
    assert "GITHUB_REPOSITORY" in done.stderr
    assert pioneers("ledger", "list", "--ledger", "elsewhere").returncode == 2


def test_list_shows_what_was_asked_for(
    store: FolderStore, pioneers: Pioneers, grade: Make, hint: Make
) -> None:
    store.add(grade(7, minutes=2, late=True))
    store.add(hint(1, "::error::x"))
    store.add(grade(5, login="bada-example", assignment="w1d4-windows"))
    lines = pioneers("ledger", "list", "--login", "Haneul-Example").stdout.splitlines()
    assert lines == [
        "2026-06-04 21:01  haneul-example  w1d3-joins  hint  " + lines[0].split("  ")[4] + "  "
        "#5 aaaaaaa hint-1",
        "2026-06-04 21:02  haneul-example  w1d3-joins  grade  7/10 late  #5 aaaaaaa push",
    ]
    assert "::" not in lines[0]
    done = pioneers("ledger", "list", "--assignment", "w1d4-windows", "--json")
    (told,) = json.loads(done.stdout)
    assert told["login"] == "bada-example"
    assert told["name"] == grade(login="bada-example", assignment="w1d4-windows").name
    assert json.loads(pioneers("ledger", "list", "--login", "nobody", "--json").stdout) == []


def test_a_regrade_is_recorded_once(store: FolderStore, pioneers: Pioneers, tmp_path: Path) -> None:
    report = {
        "format_version": 1,
        "assignment": "w1d3-joins",
        "status": "graded",
        "score": 7,
        "max_score": 10,
    }
    path = tmp_path / "out" / "haneul-example" / "w1d3-joins" / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(report), "utf-8")
    words = ["ledger", "add", str(tmp_path / "out"), "--trigger", "regrade-1"]
    assert "--repository" in pioneers(*words).stderr
    words += ["--repository", "cohort-example/study", "--commit", "c" * 40]
    # The assignment is not in this repository, so nothing says when it was due.
    done = pioneers(*words)
    assert (done.returncode, list(store.names())) == (1, [])
    assert "no assignment 'w1d3-joins'" in done.stdout
    folder = tmp_path / "assignments" / "w1d3-joins"
    folder.mkdir()
    (folder / "assignment.toml").write_text(
        'format_version = 1\nid = "w1d3-joins"\nkind = "notebook"\n'
        'title = { ko = "조인", en = "Joins" }\n[answers.total]\ntype = "scalar"\npoints = 10\n',
        "utf-8",
    )
    assert pioneers(*words).stdout == "1 new, 0 known, 0 passed\n"
    done = pioneers(*words)
    assert (done.returncode, done.stdout) == (0, "0 new, 1 known, 0 passed\n")
    assert pioneers("ledger", "add", *words[2:4], "a b", *words[5:]).returncode == 1


def test_the_board_is_written_shown_and_made_though_a_record_is_bad(
    store: FolderStore, pioneers: Pioneers, grade: Make, tmp_path: Path
) -> None:
    store.add(grade(7))
    store.add(grade(9, login="bada-example"))
    shown = pioneers("leaderboard", "--lang", "ko")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "| 2 | 하늘 `haneul-example` | 7 / 10 | 1 |" in shown.stdout
    done = pioneers("leaderboard", "--out", str(tmp_path / "boards"))
    assert (done.returncode, done.stdout) == (0, "")
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "boards").iterdir()}
    assert sorted(written) == ["boards.en.md", "boards.json", "boards.ko.md"]
    assert written["boards.ko.md"] == shown.stdout
    assert written["boards.json"] == pioneers("leaderboard", "--json").stdout
    (store.root / grade(login="bada-example").name).write_text("{", "utf-8")
    done = pioneers("leaderboard", "--json")
    assert done.returncode == 1
    assert "not JSON" in done.stderr
    standings = json.loads(done.stdout)["boards"][0]["standings"]
    assert [each["login"] for each in standings] == ["haneul-example"]
    (tmp_path / "taken").write_text("", "utf-8")
    assert pioneers("leaderboard", "--out", str(tmp_path / "taken")).returncode == 2


@pytest.mark.parametrize("words", [["ledger", each] for each in ("verify", "list", "add")])
def test_help_has_examples(pioneers: Pioneers, words: list[str]) -> None:
    done = pioneers(*words, "--help")
    assert done.returncode == 0
    assert f"pioneers {' '.join(words)}" in done.stdout
    assert "Examples" in done.stdout
