"""The glossary's file, its page, and the hover texts in other pages."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest

from autograder.errors import ConfigError
from autograder.models import Language
from autograder.site.generated import Sources
from autograder.site.widgets import glossary, hover

TERMS = """
[[term]]
id = "dataframe"
ko = "데이터프레임"
en = "DataFrame"
also = ["데이터 프레임", "<b>DF</b>"]
meaning.ko = "이름 붙은 `열`의 표예요."
meaning.en = "A table with *named* \\"columns\\"."
page = "week1/day2"

[[term]]
id = "partition"
ko = "파티션"
en = "partition"
meaning.ko = "조각이에요."
meaning.en = "A piece."

[[term]]
id = "column"
ko = "열"
en = "column"
meaning.ko = "세로예요."
meaning.en = "A strip."
hover = false

[[term]]
id = "heap"
ko = "힙"
en = "heap"
meaning.ko = "더미예요."
meaning.en = "A pile."
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for language in ("ko", "en"):
        (tmp_path / "curriculum" / language / "week1").mkdir(parents=True)
        lesson = tmp_path / "curriculum" / language / "week1" / "day2.md"
        lesson.write_text(f"---\na: 1\n---\n# Day of {language} {{ #top }}\n", "utf-8")
    (tmp_path / glossary.FILE).write_text(TERMS, "utf-8")
    return tmp_path


def test_the_page_lists_every_word_by_its_first_letter(root: Path) -> None:
    pages = {page.path: page for page in glossary.generate(Sources(root=root, cache=root))}
    assert list(pages) == ["ko/glossary.md", "en/glossary.md"]
    korean, english = str(pages["ko/glossary.md"].content), str(pages["en/glossary.md"].content)
    assert [line for line in korean.splitlines() if line.startswith("#")][1:] == [
        "## ㄷ { #letter-1 }", "### 데이터프레임 { #dataframe }",
        "## ㅇ { #letter-2 }", "### 열 { #column }",
        "## ㅍ { #letter-3 }", "### 파티션 { #partition }",
        "## ㅎ { #letter-4 }", "### 힙 { #heap }",
    ]  # fmt: skip
    assert "[Day of ko](week1/day2.md)" in korean
    assert "[Day of en](week1/day2.md)" in english
    assert "<b>" not in korean
    assert pages["en/glossary.md"].source == glossary.FILE


def test_no_glossary_is_no_page(tmp_path: Path) -> None:
    assert list(glossary.generate(Sources(root=tmp_path, cache=tmp_path))) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('id = "heap"', 'id = "dataframe"', "toml:26: id dataframe is there twice"),
        ('id = "heap"', 'id = "a b"', "toml:26: id is no name of an anchor"),
        ('ko = "힙"', "", "toml:26: ko is missing or empty"),
        ('meaning.en = "A pile."', "", r"toml:26: meaning\.en is missing or empty"),
        ('page = "week1/day2"', 'pages = "a"', "toml:2: unknown key pages"),
        ("hover = false", "hover = 0", "toml:18: hover is neither"),
        ('also = ["데이터 프레임", "<b>DF</b>"]', "also = 1", "toml:2: also is not a list"),
        ("[[term]]", "[term]", "toml: "),
        ('ko = "힙"', "ko = 힙", "toml: .*line 28"),
    ],
)
def test_a_term_that_is_wrong_is_told_with_its_line(
    root: Path, old: str, new: str, told: str
) -> None:
    (root / glossary.FILE).write_text(TERMS.replace(old, new, -1 if "[" in old else 1), "utf-8")
    with pytest.raises(ConfigError, match=told):
        glossary.load(root / glossary.FILE)


def _hovered(root: Path, text: str, language: Language) -> str:
    words = hover.hovers(glossary.load(root / glossary.FILE), language)
    assert words is not None
    made = markdown.Markdown(extensions=["tables"])
    tree = ElementTree.Element("div")

    class Keep(markdown.treeprocessors.Treeprocessor):
        def run(self, found: ElementTree.Element) -> None:
            hover.mark(found, words)
            tree.extend(found)

    made.treeprocessors.register(Keep(made), "keep", 8)
    return str(made.convert(text))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("데이터프레임을 써요.", ["데이터프레임"]),
        ("데이터프레임에서는 파티션들이", ["데이터프레임", "파티션"]),
        ("DataFrame과 데이터프레임", ["DataFrame"]),
        ("파티션이상한 말", []),
        ("새파티션 my파티션", []),
        ("열과 힙은 짧아요.", []),
        ("`파티션`과 [파티션](a.md), ![파티션](a.png)", []),
        ("# 파티션\n\n**파티션**은", ["파티션"]),
        ("| 파티션 |\n| --- |\n| 파티션이 |", ["파티션"]),
    ],
)
def test_the_first_korean_use_says_its_meaning(root: Path, text: str, marked: list[str]) -> None:
    html = _hovered(root, text, "ko")
    found = [piece.split("</abbr>")[0].split(">")[-1] for piece in html.split("<abbr")[1:]]
    assert found == marked
    assert "<h1><abbr" not in html
    assert "<th><abbr" not in html


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Partitions of a DataFrame: partition", ["Partition", "DataFrame"]),
        ("dataframe repartition partition_by", []),
        ("a column on a heap.", ["heap"]),
        ("heap/x heap.py x-heap heap.", ["heap"]),
    ],
)
def test_the_first_english_use_says_its_meaning(root: Path, text: str, marked: list[str]) -> None:
    html = _hovered(root, text, "en")
    assert [piece.split("</abbr>")[0].split(">")[-1] for piece in html.split("<abbr")[1:]] == marked


def test_a_meaning_is_plain_text_and_nothing_around_is_lost(root: Path) -> None:
    html = _hovered(root, "a DataFrame, **the** DataFrame & a heap; end", "en")
    assert html == (
        '<p>a <abbr title="A table with named &quot;columns&quot;.">DataFrame</abbr>, '
        '<strong>the</strong> DataFrame &amp; a <abbr title="A pile.">heap</abbr>; end</p>'
    )
