"""The commands that workflows call beside `pr …`: `grade-all`, `notify digest`, `site build`."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.ledger import open_store
from autograder.ledger.record import Origin, grade_record
from autograder.report import build_report
from tests.command import pioneers as call


def pioneers(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": "/usr/bin:/bin", "PIONEERS_ROOT": str(home),
        "PIONEERS_CACHE": str(home / "cache"), **variables,
    }  # fmt: skip
    return call(*words, environment=environment)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "cohort.toml").write_text(
        "language = 'en'\n[[members]]\nlogin = 'haneul-example'\nname = '@here'\n", "utf-8"
    )
    store = open_store(f"folder:{tmp_path / 'ledger'}")
    now = datetime.now(UTC)
    for hours, login, commit in ((1, "haneul-example", "a"), (30, "bada-example", "b")):
        report = build_report("w1d3-joins", [], max_score=10)
        origin = Origin("o/r", 1, login, commit * 40, "push", now - timedelta(hours=hours))
        store.add(grade_record(report, origin))
    return tmp_path


def test_the_digest_of_a_day(home: Path) -> None:
    done = pioneers(home, "notify", "digest", "--ledger", f"folder:{home / 'ledger'}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[2:] == ["**w1d3\\-joins**", "📝 @here 0/10"]
    week = pioneers(home, "notify", "digest", "--since", "7d", "--ledger", f"folder:{home}/ledger")
    assert "bada\\-example" in week.stdout


def test_a_damaged_record_is_told_and_the_rest_is_said(home: Path) -> None:
    (damaged,) = (home / "ledger" / "grade" / "w1d3-joins" / "bada-example").iterdir()
    damaged.chmod(0o644)
    damaged.write_text("{}", "utf-8")
    done = pioneers(home, "notify", "digest", "--ledger", f"folder:{home / 'ledger'}")
    assert done.returncode == 0
    assert "@" in done.stdout
    assert "✗ grade/w1d3-joins/bada-example/" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("notify", "digest", "--since", "soon"), "write 24h or 7d"),
        (("notify", "digest", "--since", "0h"), "write 24h or 7d"),
        (("grade-all", "--shard", "3/2"), "write I/N"),
        (("grade-all", "--assignment", "w9-nothing"), "no assignment"),
        (("site", "build", "--boards", "nowhere"), "holds no boards.json"),
    ],
)
def test_a_wrong_call_is_one_line(home: Path, words: tuple[str, ...], says: str) -> None:
    done = pioneers(home, *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_webhook_that_is_none_is_not_shown(home: Path) -> None:
    done = pioneers(
        home, "notify", "digest", "--ledger", f"folder:{home / 'ledger'}",
        DISCORD_WEBHOOK="https://example.org/secret-word",
    )  # fmt: skip
    assert done.returncode == 2
    assert "secret-word" not in done.stdout + done.stderr


def test_nothing_to_grade_is_no_fault(home: Path) -> None:
    done = pioneers(home, "grade-all", "--assignment", "", "--shard", "1/4")
    assert done.returncode == 0
    assert "0 submissions: nothing to do" in done.stderr
