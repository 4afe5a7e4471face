"""`cohort.toml`: defaults, addresses, and one clear line for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import cohort
from autograder.errors import ConfigError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    monkeypatch.delenv("PIONEERS_LANGUAGE", raising=False)
    return tmp_path


def test_no_file_is_a_cohort_of_defaults(home: Path) -> None:
    assert cohort.load() == cohort.Cohort()
    assert cohort.language() == "ko"


def test_the_repository_s_own_file_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIONEERS_ROOT", raising=False)
    assert cohort.load().members


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("languag = 'ko'", "languag"),
        ("language = 'fr'", "language"),
        ("site = 'ftp://x'", "site"),
        ("data = 'https://bucket.example/data'", "data"),
        ("data = 's3://B'", "data"),
        ("data = 's3://bucket/../up'", "data"),
        ("data = 's3://bucket/a//b'", "data"),
        ("data = 's3://bucket/every*'", "data"),
        ("[[members]]\nlogin = '../up'", "members.0.login"),
        ("name = = 1", "line 1"),
        ("format_version = 2", "format_version"),
    ],
)
def test_mistakes_name_the_key(home: Path, text: str, says: str) -> None:
    (home / "cohort.toml").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        cohort.load()
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("data", ["", "s3://cohort-data", "s3://cohort-data/shared/2026/"])
def test_the_address_of_the_data(home: Path, data: str) -> None:
    (home / "cohort.toml").write_text(f"data = '{data}'", "utf-8")
    assert cohort.load().data == data


def test_a_file_that_is_no_text(home: Path) -> None:
    (home / "cohort.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError):
        cohort.load()


def test_language_by_word_environment_and_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "cohort.toml").write_text("language = 'en'", "utf-8")
    assert cohort.language() == "en"
    monkeypatch.setenv("PIONEERS_LANGUAGE", "ko")
    assert cohort.language() == "ko"
    assert cohort.language("en") == "en"
    with pytest.raises(ConfigError, match="use ko or en"):
        cohort.language("klingon")


def test_lessons_are_linked_on_the_site_or_in_the_repository() -> None:
    assert cohort.Cohort().lesson_address("week1/day3", "en") == "curriculum/en/week1/day3.md"
    there = cohort.Cohort(site="https://cohort.example/")
    assert there.lesson_address("week1/day3", "ko") == "https://cohort.example/week1/day3/"
    assert there.lesson_address("week1/day3", "en") == "https://cohort.example/en/week1/day3/"
    assert there.lesson_address("", "en") == ""
