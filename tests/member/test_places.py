"""Where the data are looked for: the order, the folder's assignment, the language of a refusal."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import pioneers
from autograder.models import dataset_id
from pioneers import places
from pioneers.places import Wanted

Refusal = Callable[..., str]


def games() -> int:
    return len(pioneers.data("games"))


def test_what_the_grader_says_beats_all_else(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pioneers.use("/nowhere")
    monkeypatch.setenv("PIONEERS_DATA", "/nowhere")
    monkeypatch.setenv("PIONEERS_MOUNT", str(built))
    assert games() == 120


def test_use_beats_the_variable_and_can_be_forgotten(
    built: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv("PIONEERS_DATA", "/nowhere")
    pioneers.use(built)
    assert games() == 120
    pioneers.use()
    assert "/nowhere" in refusal(games)


def test_the_variable_beats_the_cache(
    cached: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    assert games() == 120
    monkeypatch.setenv("PIONEERS_DATA", "/nowhere")
    assert "/nowhere" in refusal(games)


@pytest.mark.parametrize("form", ["itself", "above", "home", "published"])
def test_a_folder_may_be_the_data_or_hold_them(
    form: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = tmp_path / "games" / "scale=0.01" / "seed=42" / "versions" / "0123456789abcdef"
    shutil.copytree(built, version)
    (version.parents[1] / "current.json").write_text('{"version": "0123456789abcdef"}')
    monkeypatch.setenv("HOME", str(built.parent))
    said = {
        "itself": built,
        "above": built.parent,
        "home": f"~/{built.name}",
        "published": tmp_path,
    }
    pioneers.use(said[form])
    assert games() == 120


def test_the_cache_may_be_elsewhere(
    cached: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moved").mkdir()
    cached.parent.rename(tmp_path / "moved" / "data")
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "moved"))
    assert games() == 120


def test_the_repository_is_found_around_the_notebook(
    cached: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIONEERS_ROOT")
    monkeypatch.setattr(places, "__file__", "/somewhere/site-packages/pioneers/places.py")
    monkeypatch.chdir(repository / "submissions")
    assert games() == 120


def test_outside_a_repository_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setattr(places, "__file__", "/somewhere/site-packages/pioneers/places.py")
    assert "pioneers.use(" in refusal(games)


def test_a_folder_that_is_gone_breaks_nothing(
    cached: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert games() == 120


def test_without_data_it_names_the_command(repository: Path, refusal: Refusal) -> None:
    assert "Run `./pioneers data build` once" in refusal(games)
    pioneers.use(scale=0.5, seed=7)
    assert "`./pioneers data build games --scale 0.5 --seed 7`" in refusal(games)


def test_an_assignment_has_its_own_tables_only_as_when_it_is_graded(
    cached: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.chdir(repository / "submissions" / "haneul-example" / "w1d3-joins")
    assert len(pioneers.data("purchases")) == 4000
    said = refusal(games)
    assert "This assignment has no table 'games'" in said
    assert said.endswith("exchange_rates, purchases")


def test_data_that_a_check_made_serve_too(
    cached: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    cached.rename(cached.with_name(f"{cached.name}-1a2b3c4d"))
    assert games() == 120
    assert "Run `./pioneers data build`" in refusal(pioneers.data, "users")
    monkeypatch.chdir(repository / "submissions" / "haneul-example" / "w1d3-joins")
    assert len(pioneers.data("purchases")) == 4000


def test_a_table_that_came_with_an_update_is_to_be_built(
    cached: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    assert "Run `./pioneers data build`" in refusal(pioneers.data, "users")
    assert "There is no table 'dataset'" in refusal(pioneers.data, "dataset")
    monkeypatch.chdir(repository / "submissions" / "haneul-example" / "w1d3-joins")
    assert "This assignment has no table 'users'" in refusal(pioneers.data, "users")


def test_an_assignment_without_data_says_so(
    monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.setenv("PIONEERS_MOUNT", "")
    assert "no data" in refusal(games)


@pytest.mark.parametrize(
    "text", ["[data", 'data = "games"', '[data]\ntables = "x"\nscale = -1\ndataset = 3', "\xff"]
)
def test_an_assignment_that_cannot_be_read_asks_for_nothing(
    text: str, cached: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository / "assignments" / "w1d3-joins"
    (folder / "assignment.toml").write_bytes(text.encode("latin-1"))
    monkeypatch.chdir(folder)
    assert games() == 120


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"place": "gs://bucket/x"}, "'gs://bucket/x'"),
        ({"place": "s3://"}, "'s3://'"),
        ({"place": "s3://Bad_Bucket/x"}, "'s3://Bad_Bucket/x'"),
        ({"place": ""}, "''"),
        ({"place": 7}, "7"),
        ({"place": "a\0b"}, "no place"),
        ({"scale": 0}, "0"),
        ({"scale": float("nan")}, "nan"),
        ({"scale": float("inf")}, "inf"),
        ({"scale": True}, "True"),
        ({"scale": "1"}, "'1'"),
        ({"seed": -1}, "-1"),
        ({"seed": 1.5}, "1.5"),
        ({"dataset": "../games"}, "'../games'"),
        ({"dataset": 5}, "5"),
    ],
)
def test_what_cannot_be_used_is_refused_and_changes_nothing(
    named: dict[str, object], says: str, built: Path, refusal: Refusal
) -> None:
    pioneers.use(built)
    assert says in refusal(pioneers.use, **named)
    assert games() == 120


@pytest.mark.parametrize("scale", [0.01, 1, 1.0, 100, 0.1 + 0.2, 1e-5])
def test_data_are_named_as_the_project_names_them(scale: float) -> None:
    assert Wanted("games", scale, 7).id == dataset_id("games", scale, 7)


@pytest.mark.parametrize(
    ("named", "file", "locale", "begins"),
    [
        ("ko", "en", "en_US.UTF-8", "아직"),
        ("en", "ko", "ko_KR.UTF-8", "There"),
        ("", "ko", "en_US.UTF-8", "아직"),
        ("", "", "ko_KR.UTF-8", "아직"),
        ("", "", "en_US.UTF-8", "There"),
        ("", "", "C.UTF-8", "아직"),
    ],
)
def test_the_language_is_that_of_the_reader(
    named: str,
    file: str,
    locale: str,
    begins: str,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    refusal: Refusal,
) -> None:
    monkeypatch.setenv("PIONEERS_LANGUAGE", named)
    monkeypatch.setenv("LANG", locale)
    (repository / "cohort.toml").write_text(f'language = "{file}"\n', "utf-8")
    said = refusal(games)
    assert said.startswith(begins)
    assert ("There are no data" in said) is (begins == "There" or locale == "C.UTF-8")
