"""Made pages of commands, contracts, data and boards: true to their sources, safe for any name."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from markdown import Markdown

from autograder import assignment as assignments
from autograder.cohort import Cohort, Member
from autograder.data.spec_reader import load
from autograder.errors import ConfigError
from autograder.leaderboard.forms import to_json
from autograder.leaderboard.standings import Board, Standing
from autograder.ledger import record as records
from autograder.models import LANGUAGES, Language
from autograder.report import from_json
from autograder.site import generate
from autograder.site.generate import (
    boards,
    commands,
    contracts,
    datasets,
    drawing,
    facts,
    kept,
    schemas,
)
from autograder.site.generated import Sources

ROOT = Path(__file__).resolve().parents[2]


def shown(markdown: str) -> BeautifulSoup:
    made = Markdown(extensions=["attr_list", "md_in_html", "tables", "admonition"])
    return BeautifulSoup(made.convert(markdown), "html.parser")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site-parts")


def made_by(generator: generate.Generator, sources: Sources) -> dict[str, str | bytes]:
    return {page.path: page.content for page in generator(sources)}


# ------------------------------------------------------------------ commands


def test_every_command_is_told_with_its_options_in_both_languages(cache: Path) -> None:
    found = list(commands.commands())
    assert {"check", "data build", "pr command", "site build"} <= {each.words for each in found}
    pages = made_by(commands.pages, Sources(ROOT, cache))
    for language in LANGUAGES:
        page = shown(str(pages[f"{language}/reference/cli.md"]))
        told = [code.get_text() for code in page.select("code")]
        for each in found:
            assert page.select_one(f'h2[id="{each.words.replace(" ", "-")}"]'), each.words
            assert all(option.name in told for option in each.parameters), each.words


def test_all_that_commands_say_is_said_in_korean_and_nothing_is_left_over() -> None:
    found = list(commands.commands())
    korean = commands.korean()
    assert set(korean.does) == {each.words for each in found}
    said = {text for each in found for text in each.about[1:]}
    said |= {option.about for each in found for option in each.parameters}
    assert set(korean.said) == said - {""}
    assert all(re.search("[가-힣]", text) or "`" in text for text in korean.said.values())


def test_defaults_and_examples_are_shown_as_they_are_typed(cache: Path) -> None:
    pages = made_by(commands.pages, Sources(ROOT, cache))
    korean = shown(str(pages["ko/reference/cli.md"])).get_text()
    assert "기본값 42; x>=0" in korean
    assert "환경 변수 GITHUB_REPOSITORY; 꼭 필요해요" in korean
    assert "default 42; x>=0" in shown(str(pages["en/reference/cli.md"])).get_text()
    assert "\nAWS_PROFILE=member ./pioneers cloud check " in korean
    assert "\n./pioneers check" in korean


# ----------------------------------------------------------------- contracts


def plain(value: Any) -> Any:
    """TOML's values as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


@pytest.mark.parametrize("each", assignments.load_all(), ids=lambda each: each.id)
def test_every_assignment_fits_the_schema(each: assignments.Assignment) -> None:
    values = plain(tomllib.loads((each.folder / "assignment.toml").read_text("utf-8")))
    Draft202012Validator(schemas.assignment()).validate(values)
    wrong = {**values, "answers": {"a": {"type": "nonsense", "points": 1}}}
    with pytest.raises(ValidationError):
        Draft202012Validator(schemas.assignment()).validate(wrong)


def test_the_examples_are_read_by_the_project_and_by_the_schemas(tmp_path: Path) -> None:
    found = dict(contracts.examples(Sources(ROOT, tmp_path)))
    assert set(found) == set(schemas.SCHEMAS)
    for name, (language, text) in found.items():
        values = json.loads(text) if language == "json" else plain(tomllib.loads(text))
        Draft202012Validator(schemas.SCHEMAS[name]()).validate(values)
    folder = tmp_path / tomllib.loads(found["assignment"][1])["id"]
    folder.mkdir()
    (folder / "assignment.toml").write_text(found["assignment"][1], "utf-8")
    assert assignments.load(folder).answers
    assert from_json(found["report"][1]).checks
    body = found["ledger"][1].encode()
    values = json.loads(body)
    del values["sha256"]
    name = records._ADAPTER.validate_python(values).name
    assert records.load(body, name).score == values["score"]


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_every_field_is_told_in_both_languages(name: str) -> None:
    schema = schemas.SCHEMAS[name]()
    Draft202012Validator.check_schema(schema)
    for owner, each in schemas.objects(schema).items():
        for field in schemas.fields(owner, each):
            for language in LANGUAGES:
                assert field.about(language), f"{owner}.{field.name} in {language}"
        assert schemas.object_told(owner, "ko"), owner


def test_no_description_is_of_a_field_that_is_not_there() -> None:
    known: set[str] = set()
    for make in schemas.SCHEMAS.values():
        for owner, each in schemas.objects(make()).items():
            known |= {owner}
            for field in schemas.fields(owner, each):
                known |= {field.name, f"{owner}.{field.name}"}
    assert {language: names - known for language, names in schemas.told_names().items()} == {
        language: set() for language in LANGUAGES
    }


# ---------------------------------------------------------------------- data


def test_a_page_tells_every_table_and_column_of_a_dataset(cache: Path) -> None:
    pages = made_by(datasets.pages, Sources(ROOT, cache))
    dataset = load("games")
    for language in LANGUAGES:
        page = shown(str(pages[f"{language}/datasets/games.md"]))
        told = {code.get_text() for code in page.select("td code, th code")}
        for table in dataset.tables:
            assert page.select_one(f'h2[id="{table.name}"]'), table.name
            assert {column.name for column in table.columns} <= told
        assert len(page.select('svg[role="img"][aria-label]')) == len(facts.PLOTS["games"])


def test_the_numbers_are_those_of_the_data_that_members_build(cache: Path, tmp_path: Path) -> None:
    from autograder import data

    measured = facts.facts(load("games"), cache)
    names = ["purchases_pos", "play_sessions", "games"]
    built = data.build("games", scale=0.01, seed=42, out=tmp_path / "data", tables=names)
    rows = {table.name: table.rows for table in built.tables}
    assert {name: measured.rows[name] for name in names} == {name: rows[name] for name in names}
    assert sum(measured.plots["skew"]) == rows["play_sessions"]
    assert sum(measured.plots["minutes"].values()) == rows["play_sessions"]
    assert measured.plots["skew"] == sorted(measured.plots["skew"], reverse=True)


def test_a_dataset_is_measured_again_only_when_it_changes(tmp_path: Path) -> None:
    dataset = load("games")
    calls = []

    def made(*made_from: str) -> bytes:
        def make() -> bytes:
            calls.append(made_from)
            return b"made\nof lines"

        return kept.keep(tmp_path, "x", "\0".join(made_from), make)

    assert made(dataset.sha256) == made(dataset.sha256) == b"made\nof lines"
    assert len(calls) == 1
    made("another")
    assert len(calls) == 2
    (tmp_path / "x").write_bytes(b"damaged")
    assert made("another") == b"made\nof lines"


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=12), st.integers(0, 10**6), min_size=1, max_size=9))
def test_a_plot_is_sound_xml_for_any_label(values: dict[str, float]) -> None:
    safe = {name: n + 1 for name, n in values.items() if name.isprintable()} or {"x": 1}
    for svg in (
        drawing.bars(safe, title='<"&>', mark="%"),
        drawing.columns(safe, title='<"&>', unit="<n>"),
        drawing.lines({name: [n, n / 2] for name, n in safe.items()}, {0: "<"}, title="t", unit=""),
    ):
        root = ElementTree.fromstring(svg)
        assert root.tag == "svg"
        assert not root.findall(".//script")


def test_an_axis_ends_at_a_round_number() -> None:
    assert [drawing.nice(value) for value in (0, 0.7, 53, 100, 1164)] == [1, 0.8, 60, 100, 1200]


# -------------------------------------------------------------------- boards


def board(tmp_path: Path, body: str | bytes) -> Path:
    folder = tmp_path / "boards"
    folder.mkdir(exist_ok=True)
    (folder / "boards.json").write_bytes(body.encode() if isinstance(body, str) else body)
    return folder


def standing(login: str, rank: int = 1, score: float = 7.5) -> Standing:
    return Standing(rank, login, score, 10.0, False, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_records_the_page_says_how_the_first_one_comes(
    language: Language, tmp_path: Path
) -> None:
    for folder in (None, board(tmp_path, to_json((Board("", ()), Board("w1d3-joins", ()))))):
        pages = made_by(boards.pages, Sources(ROOT, tmp_path, boards=folder))
        page = str(pages[f"{language}/boards/index.md"])
        assert "](../assignments/index.md)" in page
        assert "<table" not in str(shown(page))


def test_names_are_text_and_keep_to_their_own_direction(tmp_path: Path) -> None:
    hostile = [
        "<img src=x onerror=alert(1)>",
        "**b**|`c`",
        "\u202emoc.live\u202c",
        "{: onclick=a }",
    ]
    arabic = "\u0645\u0631\u062d\u0628\u0627"
    standings = tuple(standing(name, rank) for rank, name in enumerate([*hostile, "bada"], 1))
    body = to_json(
        (Board("", standings), Board("w1d3-joins", standings), Board(hostile[0], standings))
    )
    cohort = Cohort(members=(Member("bada", f"{arabic} <b>"),))
    sources = Sources(ROOT, tmp_path, cohort=cohort, boards=board(tmp_path, body))
    pages = made_by(boards.pages, sources)
    assert pages["boards/boards.json"] == body.encode()
    page = shown(str(pages["en/boards/index.md"]))
    assert not page.select("img, b, [onclick], [onerror]")
    names = [cell.get_text() for cell in page.select("bdi")]
    assert "<img src=x onerror=alert(1)>" in names
    assert f"{arabic} <b>" in names
    assert not [name for name in names if "\u202e" in name]
    assert all(len(row.select("td")) == 4 for row in page.select("tbody tr"))
    assert page.select_one('h2[id="w1d3-joins"]')


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "Invalid JSON"),
        ("[]", "boards.json"),
        ('{"format_version": 2, "boards": []}', "format_version"),
        ('{"format_version": 1, "boards": [{"assignment": ""}]}', "standings"),
        (b"\xff\xfe", "Invalid JSON"),
        (to_json((Board("", (standing("a"),)),)).replace("7.5", "NaN"), "no number"),
        (to_json((Board("", (standing("a"),)),)).replace("7.5", "1e999"), "no number"),
        ("[" * 10_000, "boards.json"),
    ],
)
def test_a_file_that_holds_no_boards_is_told_in_one_line(
    body: str | bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=said) as told:
        made_by(boards.pages, Sources(ROOT, tmp_path, boards=board(tmp_path, body)))
    assert "\n" not in str(told.value)


def test_a_folder_without_boards_and_a_link_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        made_by(boards.pages, Sources(ROOT, tmp_path, boards=tmp_path))
    (tmp_path / "boards.json").symlink_to("/etc/hostname")
    with pytest.raises(ConfigError, match="link"):
        made_by(boards.pages, Sources(ROOT, tmp_path, boards=tmp_path))


# ----------------------------------------------------------------------- all


def test_every_made_page_has_its_mirror_with_the_same_anchors(cache: Path) -> None:
    pages = {page.path: page.content for page in generate.pages(Sources(ROOT, cache))}
    texts = {path: str(body) for path, body in pages.items() if path.endswith(".md")}
    korean = {path for path in texts if path.startswith("ko/")}
    assert {f"en/{path[3:]}" for path in korean} == {
        path for path in texts if path.startswith("en/")
    }
    for path in korean - {"ko/glossary.md"}:  # whose words are sorted by their language
        headings = [
            [line.rpartition("{ ")[2] for line in text.splitlines() if line.startswith("##")
             and line.endswith("}")]
            for text in (texts[path], texts[f"en/{path[3:]}"])
        ]  # fmt: skip
        assert headings[0] == headings[1], path
