"""The theme's parts: typeface, diagrams, news, the sample of feedback, pages mended for reading."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pymdownx.superfences import SuperFencesException

from autograder import assignment, paths
from autograder.cohort import Cohort
from autograder.errors import ConfigError
from autograder.models import Text
from autograder.site import assets, diagrams, feed, hero, node, theme, typeface

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
TOOLS = ROOT / "site" / "tools"
FLOW = "%% title: 제출물이 지나는 길\nflowchart LR\n  A[제출물] --> B[리포트]\n"


@pytest.fixture(scope="session")
def modules() -> Path:
    """The packages, from the cache that all builds of this machine share."""
    return assets.fetch(ROOT / "site", paths.cache())


def never(*_: Any) -> str:
    raise AssertionError("made a second time")


def test_the_scripts_logic() -> None:
    ran = subprocess.run(
        [str(node.NODE), "--no-warnings", "--test", str(HERE / "theme.test.mjs")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


# ---------------------------------------------------------------- typeface


def test_signs_are_those_of_texts(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("나가\n가\t\x07", encoding="utf-8")
    (tmp_path / "in" / "b.png").write_bytes("하".encode())
    (tmp_path / "c.toml").write_bytes(b"x\xff")
    assert typeface.signs([tmp_path / "in", tmp_path / "c.toml", tmp_path / "none"]) == "x가나�"


def test_the_typeface_has_what_was_asked_for_and_is_cut_once(
    tmp_path: Path, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = TOOLS / "subset.mjs"
    face = typeface.cut("가나z힣", modules, tool, tmp_path)
    assert [body[:4] for body in face.parts.values()] == [b"wOF2", b"wOF2"]
    assert all(len(body) < 40_000 for body in face.parts.values())
    assert "unicode-range: U+ac00, U+b098, U+d7a3;" in face.sheet
    for name in face.parts:
        assert f'url("{name}")' in face.sheet
    assert "Pretendard" not in face.sheet  # a part may not bear the name of the whole
    monkeypatch.setattr(node, "script", never)
    assert typeface.cut("z나가힣", modules, tool, tmp_path) == face
    with pytest.raises(AssertionError, match="second time"):
        typeface.cut("가나다", modules, tool, tmp_path)


# ---------------------------------------------------------------- diagrams


def drawer(tmp_path: Path, modules: Path) -> Callable[..., diagrams.Drawings]:
    def draw(*sources: str) -> diagrams.Drawings:
        wanted = [diagrams.Written(source, f"page.md:{n}") for n, source in enumerate(sources, 1)]
        return diagrams.draw(wanted, modules, TOOLS / "draw.mjs", tmp_path)

    return draw


def test_a_diagram_is_drawn_with_its_words_and_without_a_request(
    tmp_path: Path, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = '%% title: "><script>\nflowchart LR\n  A["<img src=x onerror=a>"] --> B\n'
    draw = drawer(tmp_path, modules)
    drawn = draw(FLOW, hostile)
    one, two = (drawn.fence(each, "", "", {}, None) for each in (FLOW, hostile))
    assert 'aria-label="제출물이 지나는 길"' in one
    assert "제출물</text>" in one
    for figure in (one, two):
        assert "http" not in figure
        assert "<style" not in figure
        assert "\n" not in figure  # Markdown would take a blank line for the figure's end
        assert not re.search(r"<(script|img)", figure)
        ElementTree.fromstring(figure)
    names = [set(re.findall(r'id="([^"]+)"', figure)) for figure in (one, two)]
    assert names[0]
    assert not names[0] & names[1]  # two on one page do not draw each other's arrows
    monkeypatch.setattr(node, "script", never)
    assert draw(FLOW, hostile) == drawn
    with pytest.raises(SuperFencesException):
        drawn.fence(FLOW + "  B --> C\n", "", "", {}, None)


def test_a_diagram_that_cannot_be_drawn_is_told_with_its_place(
    tmp_path: Path, modules: Path
) -> None:
    with pytest.raises(ConfigError, match=r"page\.md:2: this diagram cannot be drawn"):
        drawer(tmp_path, modules)(FLOW, "%% title: a\nflowchrt LR\n  A --> B\n")
    with pytest.raises(ConfigError, match=r"page\.md:1: this diagram has no title"):
        drawer(tmp_path, modules)("flowchart LR\n  A --> B\n")


def test_diagrams_are_found_where_they_open(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    page = f"# A\n\n```mermaid\n{FLOW}```\n\n````\n```mermaid\nx\n```\n````\n"
    for name in ("a.md", "made.md"):
        (tmp_path / "ko" / name).write_text(page, encoding="utf-8")
    found = list(diagrams.written(tmp_path, {"ko/made.md": "assignments/x/statement.ko.md"}))
    assert [each.place for each in found] == [
        "curriculum/ko/a.md:3",
        "assignments/x/statement.ko.md",
    ]
    assert found[0].source == FLOW


# -------------------------------------------------------------------- news


def test_news_are_whole_addresses_in_both_languages() -> None:
    known = assignment.load_all()
    made = feed.feeds(known, Cohort(), "https://haneul-example.github.io/course/")
    assert sorted(made) == ["en/feed.xml", "feed.xml"]
    items = ElementTree.fromstring(made["en/feed.xml"]).findall("channel/item")
    opened = {each.id: each for each in known if each.opens}
    assert len(items) == len(opened) > 0
    days = [each.findtext("pubDate") or "" for each in items]
    assert "+0900" in days[0]
    for each in items:
        link = each.findtext("link") or ""
        start = "https://haneul-example.github.io/course/en/assignments/"
        assert link.startswith(start)
        assert each.findtext("title") == opened[link.removeprefix(start).strip("/")].title.en


def test_news_escape_titles_and_need_an_address() -> None:
    bad = "</title><script>&"
    one = next(each for each in assignment.load_all() if each.opens)
    known = [replace(one, title=Text(bad, bad))]
    made = feed.feeds(known, Cohort(), "https://example.org/")["feed.xml"]
    assert ElementTree.fromstring(made).findtext("channel/item/title") == bad
    assert feed.feeds(known, Cohort(), "") == {}
    empty = feed.feeds([], Cohort(), "https://example.org/")["feed.xml"]
    assert ElementTree.fromstring(empty).find("channel/item") is None


# ---------------------------------------------------- feedback and reading


def test_the_sample_is_a_real_report_with_one_thing_to_fix() -> None:
    shown = hero.sample(assignment.load_all())
    for language in ("ko", "en"):
        sample = shown[language]
        assert sample["first"] in [line["title"] for line in sample["lines"]]
        assert sample["message"]
        assert any(line["status"] != "pass" for line in sample["lines"])
    assert shown["ko"]["message"] != shown["en"]["message"]
    assert hero.sample([]) == {}


def test_pages_are_mended_for_narrow_screens_and_for_listeners() -> None:
    table = "<table><thead><tr><th></th><th>a</th></tr></thead></table>"
    other = '<table class="dataframe"><tr><th>b</th></tr></table>'
    code = "<pre><code>&lt;table&gt;</code></pre>"
    task = '<input type="checkbox" disabled checked/>'
    page = theme.readable(table + other + code + task, "en")
    assert page.startswith('<div class="table"><table class="plain"><thead><tr><td></td><th>a')
    assert other in page
    assert code in page
    assert '<input type="checkbox" disabled aria-label="to do" checked/>' in page
