"""What the reviews are like: languages, moods, and noise at its declared rates."""

import html
import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from autograder.data.draws import Plan
from autograder.data.draws.prose import ENTITIES, NOISE, Prose, escaped, misspelt
from autograder.data.spec import Column, Dataset
from autograder.data.spec_reader import load

Row = dict[str, Any]
Tables = dict[str, list[Row]]
HANGUL = re.compile("[가-힣]")


def with_noise(**rates: float) -> Dataset:
    """Return the dataset with these rates of noise in its reviews, and none else."""
    dataset = load("games")
    table = dataset.table("reviews")
    column = table.column("text")
    assert isinstance(column.draw, Prose)
    draw = replace(column.draw, noise={**dict.fromkeys(NOISE, 0.0), **rates})
    changed = Column(column.name, column.type, column.about, draw)
    columns = tuple(changed if old is column else old for old in table.columns)
    tables = tuple(replace(old, columns=columns) if old is table else old for old in dataset.tables)
    return replace(dataset, tables=tables)


def texts(dataset: Dataset, count: int = 4000) -> list[str]:
    column = Plan(dataset, 0.05, 4).part("reviews", 0, count).to_arrow()["text"]
    found: list[str] = column.to_pylist()
    return found


@pytest.fixture(scope="session")
def plain() -> list[str]:
    return texts(with_noise())


def test_reviews_are_in_the_languages_of_their_writers(tables: Tables) -> None:
    country = {user["user_id"]: user["country"] for user in tables["users"]}
    written: dict[str, list[str]] = defaultdict(list)
    for row in tables["reviews"]:
        written[country[row["user_id"]]].append(row["language"])
        if row["text"] and row["language"] == "en":
            assert len(HANGUL.findall(row["text"])) < len(row["text"]) / 2
    assert written["KR"].count("ko") > 0.9 * len(written["KR"])
    assert written["US"].count("en") > 0.9 * len(written["US"])
    assert {"ko", "en"} == {*written["JP"]}


def test_stars_are_those_of_the_game() -> None:
    part = Plan(load("games"), 1, 6).part("reviews", 0, 80_000)
    games, stars = part.column("game_id").values, part.column("stars").values
    counts = np.bincount(games)
    known = counts > 100
    means = np.bincount(games, weights=stars)[known] / counts[known]
    assert means.max() - means.min() > 1.5
    assert 3.2 < stars.mean() < 4.2


def test_plain_texts_show_no_noise_and_are_about_something(plain: list[str]) -> None:
    draw = load("games").table("reviews").column("text").draw
    assert isinstance(draw, Prose)
    words = load("games").table("reviews").words
    shares = dict(draw.shares(pa.array(plain), words))
    assert {name: share.hits for name, share in shares.items()} == dict.fromkeys(shares, 0)
    assert len(set(plain)) > 1500
    assert all(text == " ".join(text.split()) and len(text) > 5 for text in plain)
    assert not any("{" in text or "}" in text for text in plain)


def test_good_and_bad_reviews_use_other_words() -> None:
    rows = Plan(with_noise(), 0.05, 4).part("reviews", 0, 4000).to_arrow().to_pylist()
    good = [row["text"] for row in rows if row["stars"] >= 4]
    bad = [row["text"] for row in rows if row["stars"] <= 2]
    assert any("강추" in text for text in good)
    assert not any("강추" in text or "Highly recommended" in text for text in bad)
    assert any("환불" in text for text in bad)
    assert not any("환불" in text or "Save your money" in text for text in good)


@pytest.mark.parametrize("name", [name for name in NOISE if name != "contrary"])
def test_each_kind_of_noise_changes_its_share_of_the_texts(plain: list[str], name: str) -> None:
    noisy = texts(with_noise(**{name: 0.25}))
    changed = sum(old != new for old, new in zip(plain, noisy, strict=True))
    # Letters that are alike can change places; English has fewer spaces to lose.
    assert 800 < changed < 1120


def test_contrary_texts_contradict_their_stars() -> None:
    rows = Plan(with_noise(contrary=1.0), 0.05, 4).part("reviews", 0, 4000).to_arrow().to_pylist()
    assert any("강추" in row["text"] for row in rows if row["stars"] == 1)


def test_entities_lead_back_to_the_text() -> None:
    wild = ["a < b & c > \"d\" 'e'", "&amp;", "재미 & 감동"]
    found = escaped(pa.array(wild)).to_pylist()
    assert [html.unescape(text) for text in found] == wild
    assert not any(set('<>"') & set(text) for text in found)
    assert set(ENTITIES.values()) <= {part for text in found for part in re.findall("&.+?;", text)}


def test_a_typo_is_the_known_one_or_two_letters_swapped() -> None:
    found = misspelt(pa.array(["재밌어요 정말", "abcdefghijkl", "", "가"]), {"재밌": "재밋"})
    first, second, *short = found.to_pylist()
    assert first == "재밋어요 정말"
    assert sorted(second) == sorted("abcdefghijkl")
    assert second != "abcdefghijkl"
    assert short == ["", "가"]
