"""Assignment pages tell what the grader reads, lead back to lessons, and keep what is secret."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from autograder.assignment import load, load_all
from autograder.authoring.golden import (
    SAMPLE,
    differences,
    load_cases,
    read_sample,
    sample_case,
    write_sample,
)
from autograder.cohort import Cohort
from autograder.errors import AssignmentError, ConfigError
from autograder.models import LANGUAGES, Language
from autograder.site.generate import assignments, lessons, markup, sample, task
from autograder.site.generated import Generated, Sources
from autograder.text import escape

ROOT = Path(__file__).resolve().parents[2]
KNOWN = load_all()
EXTENSIONS = [
    "abbr", "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables", "toc",
    "pymdownx.details", "pymdownx.emoji", "pymdownx.inlinehilite", "pymdownx.keys",
    "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist",
]  # fmt: skip


def rendered(markdown: str) -> str:
    return Markdown(extensions=EXTENSIONS).convert(markdown)


def parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    cache = tmp_path_factory.mktemp("site-parts")
    return Sources(ROOT, cache, Cohort(), repository="https://github.com/garam-example/cohort")


@pytest.fixture(scope="session")
def made(sources: Sources) -> dict[str, Generated]:
    return {page.path: page for page in assignments.pages(sources)}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one coding test and its lesson."""
    root = tmp_path / "cohort"
    shutil.copytree(ROOT / "assignments/c01-duplicate-orders", root / "assignments/c01-x")
    for language in LANGUAGES:
        lesson = root / "curriculum" / language / "coding/hash.md"
        lesson.parent.mkdir(parents=True)
        lesson.write_text("# Hash\n", "utf-8")
    monkeypatch.setenv("PIONEERS_ROOT", str(root))
    declare(root, id="c01-x")
    return root


def declare(root: Path, **values: str) -> None:
    path = root / "assignments/c01-x/assignment.toml"
    text = path.read_text("utf-8")
    for key, value in values.items():
        text = re.sub(rf"(?m)^{key} = .*$", f'{key} = "{value}"', text, count=1)
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("each", KNOWN, ids=lambda each: each.id)
def test_every_assignment_has_a_page_with_its_checks_and_its_starter(
    each: assignments.Assignment, language: Language, made: dict[str, Generated]
) -> None:
    page = made[f"{language}/assignments/{each.id}.md"]
    assert page.source == f"assignments/{each.id}/assignment.toml"
    shown = parsed(rendered(str(page.content).split("---", 2)[2]))
    text = " ".join(shown.get_text().split())
    for spec in each.answers:
        assert spec.title is not None
        assert " ".join(spec.title[language].replace("`", "").split()) in text
    starter = next(path for path in made if path.startswith(f"{language}/assignments/{each.id}/"))
    assert starter.removeprefix(f"{language}/assignments/") in str(page.content)
    assert f"./pioneers check submissions/<login>/{each.id}" in str(page.content)
    due = [each["datetime"] for each in shown.select("time[data-local]")]
    assert due == ([each.due.isoformat()] if each.due else [])


@pytest.mark.parametrize("each", KNOWN, ids=lambda each: each.id)
def test_what_is_secret_is_not_on_the_page(
    each: assignments.Assignment, made: dict[str, Generated]
) -> None:
    for language in LANGUAGES:
        page = str(made[f"{language}/assignments/{each.id}.md"].content)
        own = page.split('<div class="comment"')[0]
        for spec in each.answers:
            if spec.visibility == "public":
                continue
            hints = [spec.hint, *spec.more_hints]
            assert not [hint for hint in hints if hint and hint[language] in own]
    solution = [path for path in made if "/solution/" in path or "golden" in path]
    assert solution == []


def test_the_starter_beside_the_page_is_not_the_solution(made: dict[str, Generated]) -> None:
    for each in KNOWN:
        bodies = [
            made[path].content for path in made if path.startswith(f"ko/assignments/{each.id}/")
        ]
        assert len(bodies) == 1
        assert b"BEGIN SOLUTION" not in bytes(bodies[0])
        assert any(word in bytes(bodies[0]) for word in (b"NotImplementedError", b"TODO"))


def test_the_list_is_in_the_order_of_deadlines_and_leads_to_every_page(
    made: dict[str, Generated],
) -> None:
    listed = re.findall(r"\]\(([\w-]+)\.md\)", str(made["ko/assignments/index.md"].content))
    assert listed == [each.id for each in assignments.in_order(KNOWN)]
    dated = [each.due for each in assignments.in_order(KNOWN) if each.due and each.kind == "dag"]
    assert dated == sorted(dated)


def test_a_statement_is_on_the_page_but_for_how_to_hand_in() -> None:
    for each in KNOWN:
        for language in LANGUAGES:
            file = each.folder / f"statement.{language}.md"
            if not file.is_file():
                assert each.kind == "notebook", f"{each.id} tells nobody what to do"
                continue
            title = markup.words(language, "statement.hand_in")
            assert f"\n## {title}\n" in file.read_text("utf-8"), file
            shown = task.statement(each, language)
            assert f"## {title}" not in shown
            assert shown.count("{ #task }") == 1
            assert not shown.startswith("# ")


def test_a_lesson_that_is_not_there_is_told_with_line_and_key(small: Path) -> None:
    declare(small, lesson="week9/day9")
    sources = Sources(small, small / ".cache")
    with pytest.raises(AssignmentError) as told:
        list(assignments.pages(sources))
    line = re.search(r"line (\d+)", str(told.value))
    text = (small / "assignments/c01-x/assignment.toml").read_text("utf-8").splitlines()
    assert line
    assert text[int(line[1]) - 1].startswith("lesson = ")
    assert "week9/day9" in str(told.value)


def test_a_zone_that_is_none_is_told(small: Path) -> None:
    path = small / "assignments/c01-x/assignment.toml"
    dated = 'kind = "code"\ndue = 2026-06-03T23:59:00+09:00\n'
    path.write_text(path.read_text("utf-8").replace('kind = "code"\n', dated), "utf-8")
    for zone in ("Seoul/Asia", "../etc/passwd", ""):
        with pytest.raises(ConfigError, match="time zone"):
            list(assignments.pages(Sources(small, small / ".cache", Cohort(zone=zone))))


def test_hostile_titles_are_text(small: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> {: onclick=alert(2) } | [x](javascript:alert(3)) `x"
    path = small / "assignments/c01-x/assignment.toml"
    text = path.read_text("utf-8").replace('ko = "두 번 온 주문"', f"ko = '{hostile}'")
    path.write_text(text.replace('ko = "예제"', f"ko = '{hostile}'"), "utf-8")
    made = {each.path: each for each in assignments.pages(Sources(small, small / ".cache"))}
    for name in ("index", "c01-x"):
        page = str(made[f"ko/assignments/{name}.md"].content).split('<div class="comment"')[0]
        shown = parsed(rendered(page))
        assert not shown.select("img, [onclick], [onerror]")
        assert not shown.select('a[href*="javascript"]')
        assert "<img src=x onerror=alert(1)>" in shown.get_text()


def test_a_cohort_without_assignments_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    made = list(assignments.pages(Sources(tmp_path, tmp_path / ".cache")))
    assert [page.path for page in made] == [f"{each}/assignments/index.md" for each in LANGUAGES]
    assert markup.words("en", "index.empty") in str(made[1].content)


def test_each_assignment_shows_the_comment_of_one_of_its_golden_cases() -> None:
    for each in KNOWN:
        case, report = sample_case(each), read_sample(each)
        assert case is not None, each.id
        assert report is not None, each.id
        assert differences(replace(case, sample=False), report) == [], each.id
        assert 0 < report.score < report.max_score or each.id == "c03-checkout-counters"
        for language in LANGUAGES:
            shown = parsed(sample.comment(each, report, "Asia/Seoul", language))
            text = shown.get_text()
            assert each.title[language] in text
            assert all(spec.title and spec.title[language] in text for spec in each.answers)
            other = "Next step" if language == "ko" else "다음 걸음"
            assert other not in text, each.id
            assert shown.select(f'a[href="../../{each.lesson}/"]'), each.id


def test_a_sample_that_tells_another_story_is_noticed(small: Path) -> None:
    own = load(small / "assignments/c01-x")
    case, report = sample_case(own), read_sample(own)
    assert case is not None
    assert report is not None
    assert differences(case, report) == []
    first = replace(report.checks[0], title="Something else")
    assert any(
        SAMPLE in line
        for line in differences(case, replace(report, checks=(first, *report.checks[1:])))
    )
    write_sample(case, replace(report, checks=(first, *report.checks[1:])))
    assert any(SAMPLE in line for line in differences(case, report))


def test_two_samples_and_a_broken_one_are_told_with_the_file(small: Path) -> None:
    own = load(small / "assignments/c01-x")
    other = next(case for case in load_cases(own) if not case.sample).folder / "case.toml"
    other.write_text(
        other.read_text("utf-8").replace("\nscore", "\nsample = true\nscore", 1), "utf-8"
    )
    with pytest.raises(AssignmentError, match="sample = true"):
        sample_case(own)
    (own.folder / "golden" / SAMPLE).write_text('{"format_version": 7}', "utf-8")
    with pytest.raises(AssignmentError, match=SAMPLE):
        list(assignments.pages(Sources(small, small / ".cache")))


def test_a_lesson_leads_to_its_assignment_in_place_of_the_line_that_names_it() -> None:
    known = lessons.links(KNOWN)
    page = "# Joins\n\n과제: `w1d3-joins`\n\n## Why\n"
    text = lessons.with_assignments(page, "ko/week1/day3.md", known, "Asia/Seoul")
    assert "](../assignments/w1d3-joins.md)" in text
    assert "과제: `" not in text
    assert text.index("w1d3-joins") < text.index("## Why")
    silent = lessons.with_assignments("# Joins\n", "en/week1/day3.md", known, "Asia/Seoul")
    assert silent.rstrip().endswith("</div>")
    elsewhere = "# Home\n\n과제: `w1d3-joins`\n"
    assert lessons.with_assignments(elsewhere, "ko/index.md", known, "Asia/Seoul") == elsewhere


def test_links_and_headings_of_authors_are_moved_but_for_those_in_code() -> None:
    text = (
        "## One\n\n[lesson](../../../curriculum/ko/week1/day2.md#x)\n\n```md\n## no\n[a](b.md)\n```"
    )
    moved = markup.relinked(markup.shifted(text, 1), task.lesson_link)
    assert "### One" in moved
    assert "](../week1/day2.md#x)" in moved
    assert "```md\n## no\n[a](b.md)\n```" in moved
    assert markup.anchored("## A\n\n## B { #b }\n\n## C").count("#part-") == 2


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_a_code_block_cannot_be_left(body: str) -> None:
    shown = rendered(markup.fenced(f"{body}\n```\n<script>", "text"))
    assert "<script>" not in shown


PIECES = [
    *"ab`*_[]{}()<>|#@!~\\$&:/.-+=^ 1가\u202e\u200b",
    *(
        "[^1]",
        "++ctrl++",
        ":smile:",
        "{: .x onclick=y }",
        "<b>",
        "&lt;",
        "![x](y)",
        "--8<--",
        "==x==",
    ),
]


@settings(max_examples=50)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_text_for_a_page_is_that_text_whatever_extension_reads_it(raw: str) -> None:
    told = escape.clean(raw)
    shown = parsed(f"<div>{rendered('x ' + escape.page(raw) + ' x')}</div>")
    assert {each.name for each in shown.find_all()} == {"div", "p"}
    assert shown.get_text().split() == ["x", *told.split(), "x"]
    cell = parsed(rendered(f"| a | b |\n|---|---|\n| {escape.page_prose(raw)} | x |"))
    assert len(cell.select("td")) == 2
    assert {each.name for each in cell.select("td *")} <= {"code"}
