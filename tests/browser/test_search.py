"""The search as a reader meets it: in both languages, in the theme's box, over the real pages."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from autograder.site import node

ROOT = Path(__file__).resolve().parents[2]
LEAST_RECALL = 0.95
BOX, ITEM, MARK = ".md-search__input", ".md-search-result__item", ".md-search-result__item mark"

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    """Type a question; an input method tells the page with a key of its own at the end."""
    opener = page.get_by_role("button", name=re.compile("검색 열기|Open the search"))
    box = page.locator(BOX)
    if opener.is_visible() and not box.is_visible():
        opener.click()
    box.fill(text)
    box.press("End")


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize(
    ("path", "text", "leads_to", "marked"),
    [
        ("week1/day2/", "spark에서 조인하면", "week1/day3/", "조인"),
        ("en/week1/day2/", "joining tables", "en/week1/day3/", "join"),
    ],
)
def test_a_question_leads_to_its_lesson(
    open_page: Open, shot: Callable[[Page, str], None],
    path: str, text: str, leads_to: str, marked: str, phone: bool,
) -> None:  # fmt: skip
    page = open_page(path, phone=phone)
    indexes: list[str] = []
    page.on("request", lambda sent: indexes.append(sent.url) if ".json" in sent.url else None)
    ask(page, text)
    expect(page.locator(ITEM).first).to_be_visible()
    found = page.locator(MARK).filter(has_text=re.compile(marked, re.IGNORECASE))
    expect(found.first).to_be_visible()
    shot(page, f"search-{'en' if path.startswith('en/') else 'ko'}{'-phone' if phone else ''}")
    link = page.locator(f'{ITEM} a[href*="/{leads_to}"]').first
    link.click()
    page.wait_for_url(f"**/{leads_to}*")
    highlighted = page.locator("mark[data-md-highlight]")
    expect(highlighted.filter(has_text=re.compile(marked, re.IGNORECASE)).first).to_be_visible()
    language = "en" if path.startswith("en/") else "ko"
    assert {url.rpartition("/")[2] for url in indexes if "/search/" in url} <= {
        f"{language}.json", "search_index.json",
    }  # fmt: skip


def test_a_word_that_nobody_wrote_leads_to_words_that_are_there(open_page: Open) -> None:
    page = open_page("week1/day2/")
    ask(page, "타푸래임즈")
    hints = page.locator(".pioneers-search-hints button")
    expect(hints.first).to_be_visible()
    expect(page.locator(".md-search-result__meta")).to_have_text(re.compile("없습니다"))
    word = hints.first.inner_text()
    hints.first.click()
    expect(page.locator(ITEM).first).to_be_visible()
    expect(page.locator(BOX)).to_have_value(word)
    expect(hints.first).to_be_hidden()


def test_a_hostile_question_is_a_question(open_page: Open) -> None:
    page = open_page("")
    for text in ('<img src=x onerror="document.title=1">', "\u202e조인", "조인 " * 3000, "{{7*7}}"):
        ask(page, text)
        expect(page.locator(".md-search-result__meta")).not_to_be_empty()
    ask(page, "조인")
    expect(page.locator(ITEM).first).to_be_visible()
    assert page.title() != "1"
    assert page.locator(".md-search-result img").count() == 0


def test_the_keys_of_the_theme_work(open_page: Open) -> None:
    page = open_page("week1/day2/")
    page.keyboard.press("/")
    expect(page.locator(BOX)).to_be_focused()
    ask(page, "백필")
    expect(page.locator(ITEM).first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/week2/day3/*")


def questions(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"language": language, **entry}
        for language in ("ko", "en")
        for entry in table.get(language, [])
    ]


def test_what_people_ask_is_found(site_folder: Path) -> None:
    """Recall of the first three, on every question: benchmarks/search.py asks them in Chromium."""
    table = tomllib.loads((ROOT / "tests/site/queries.toml").read_text(encoding="utf-8"))
    asked = questions(table) + questions(table["held"])
    pages = {entry for question in asked for entry in question["find"]}
    built = {
        page for page in pages
        if (site_folder / ("" if page == "index" else page) / "index.html").is_file()
    }  # fmt: skip
    assert pages == built, "queries.toml names pages that the site does not have"
    done = subprocess.run(
        [str(node.NODE), "--no-warnings", "tests/site/recall.mjs", str(site_folder / "search")],
        cwd=ROOT, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    missed = [
        f"{question['ask']} → {question['find']}, but {first}"
        for question, first in zip(asked, json.loads(done.stdout), strict=True)
        if not set(question["find"]) & set(first)
    ]
    assert len(missed) <= (1 - LEAST_RECALL) * len(asked), "\n".join(missed)
