"""What a reader does in a page: answers a quiz, marks a lesson, reads a deadline and a notebook."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Request, expect

from tests.browser.conftest import wait_for_quiet

Open = Callable[..., Page]
ROOT = Path(__file__).resolve().parents[2]
KEY = "pioneers.reading.1"
# What a page has loaded that its service worker does not keep (yet).
NOT_KEPT = """async () => {
    const parts = performance.getEntriesByType("resource").map((part) => part.name);
    const names = [location.href, ...parts];
    const kept = await Promise.all(names.map((name) => caches.match(name)));
    return names.filter((_, at) => !kept[at]);
}"""


@pytest.mark.parametrize("language", ["", "en/"])
def test_a_quiz_is_answered_by_keyboard_and_remembered(
    open_page: Open, shot: Callable[[Page, str], None], language: str
) -> None:
    page = open_page(f"{language}week1/day2/", phone=bool(language))
    form = page.locator("form.quiz").first
    said = form.get_by_role("status")
    form.get_by_role("button").click()
    expect(said).to_have_text("Choose an answer first." if language else "먼저 보기를 골라 주세요.")

    form.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(form).to_have_attribute("data-state", "wrong")
    expect(form.locator(".quiz__why:visible")).to_have_count(1)
    shot(page, f"quiz-{'en' if language else 'ko'}")

    page.keyboard.press("ArrowDown")
    expect(form).not_to_have_attribute("data-state", "wrong")
    expect(said).to_be_empty()
    page.keyboard.press("Enter")
    expect(form).to_have_attribute("data-state", "right")
    expect(form.locator(".quiz__why:visible")).to_have_count(3)
    expect(page.locator(".done__quiz")).to_contain_text("1")

    # The mirror asks the same, so the answer holds there and after a reload.
    other = page.url.replace("/en/", "/") if language else page.url.replace("/week1", "/en/week1")
    for address in (page.url, other):
        page.goto(address)
        expect(page.locator("form.quiz").first).to_have_attribute("data-state", "right")


def test_several_answers_must_all_be_found(open_page: Open) -> None:
    page = open_page("week1/day3/")
    form = page.locator("form.quiz").nth(3)
    right = form.locator("[data-right=true] input")
    expect(right).to_have_count(2)
    right.first.check()
    form.get_by_role("button").click()
    expect(form).to_have_attribute("data-state", "partly")
    right.last.check()
    form.get_by_role("button").click()
    expect(form).to_have_attribute("data-state", "right")


def test_a_lesson_is_marked_shown_on_the_map_and_forgotten_on_demand(
    open_page: Open, shot: Callable[[Page, str], None]
) -> None:
    page = open_page("week1/day2/")
    button = page.locator("[data-done] button")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-done]").get_by_role("status")).to_have_text("표시했어요.")
    expect(page.locator(".md-nav--primary .nav-done").first).to_be_visible()

    home = page.url.split("week1")[0]
    page.goto(home)
    ring = page.locator('[data-progress^="week1/"]')
    expect(ring).to_have_attribute("data-state", "some")
    before = ring.get_attribute("aria-label")
    ring.scroll_into_view_if_needed()
    shot(page, "course-map")
    page.goto(f"{home}en/")
    expect(page.locator('[data-progress^="week1/"]')).to_have_attribute("data-state", "some")

    page.goto(home)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator("[data-progress-reset] button").click()
    expect(ring).to_have_attribute("aria-label", before or "")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-progress-reset] button").click()
    expect(ring).to_have_attribute("data-state", "none")


@pytest.mark.parametrize("kept", ["{", '{"done": 3}', '{"done": {"week1/day2": "2026-06-01"}}'])
def test_whatever_was_kept_the_page_works(open_page: Open, kept: str) -> None:
    page = open_page("week1/day2/")
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, kept])
    page.reload()
    pressed = str("week1/day2" in kept).lower()
    expect(page.locator("[data-done] button")).to_have_attribute("aria-pressed", pressed)
    page.locator("[data-done] button").click()
    expect(page.locator("[data-done] button")).not_to_have_attribute("aria-pressed", pressed)


def test_a_deadline_is_told_on_the_readers_clock_as_well(open_page: Open) -> None:
    page = open_page("assignments/w1d3-joins/")
    note = page.locator("time[data-local] + .local-time").first
    expect(note).to_contain_text("America/New_York")
    expect(note).to_contain_text("10:59")


def test_a_word_of_the_glossary_says_its_meaning(open_page: Open) -> None:
    page = open_page("week1/day2/")
    expect(page.locator("article abbr[title]").first).to_be_visible()
    assert page.locator("article :is(h1, h2, h3, a, code) abbr").count() == 0


def test_a_notebook_is_read_in_the_page_and_can_be_downloaded(
    open_page: Open, shot: Callable[[Page, str], None]
) -> None:
    page = open_page("en/week1/day3/")
    book = page.locator(".notebook")
    book.scroll_into_view_if_needed()
    shot(page, "notebook")
    expect(book.locator("table").first).to_be_visible()
    expect(book.get_by_role("img")).to_have_accessible_name(re.compile("^A bar chart: .* won"))
    with page.expect_download() as started:
        book.get_by_role("link", name="Download the notebook").click()
    kept = ROOT / "curriculum" / "en" / "week1" / "day3.ipynb"
    assert started.value.suggested_filename == "day3.ipynb"
    assert Path(started.value.path()).read_bytes() == kept.read_bytes()


def test_what_was_read_can_be_read_again_without_a_network(open_page: Open, site: str) -> None:
    asked: list[Request] = []
    page = open_page("week1/day3/", keeps=True, allow="ERR_FAILED", asked=asked.append)
    title = page.locator("h1").inner_text()
    wait_for_quiet(page, asked)
    give_up = time.monotonic() + 30
    while missing := page.evaluate(NOT_KEPT):
        assert time.monotonic() < give_up, missing
        page.wait_for_timeout(100)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text(title)
    assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == (
        "sticky"
    )  # its style sheets were kept, too
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto(site + "coding/sql/")
