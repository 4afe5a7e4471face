"""Every page type read in Chromium: in both languages, light and dark, on desktop and phone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import ADDRESS, DESKTOP, PHONE, wait_for_quiet

# One of each kind of page; the English mirror has the same paths below en/.
PAGES = (
    "",
    "404.html",
    "week0/setup/",
    "week1/day3/",
    "coding/sql/",
    "assignments/",
    "assignments/c01-duplicate-orders/",
    "assignments/w1d3-joins/",
    "assignments/w2d1-daily-sales/",
    "boards/",
    "datasets/games/",
    "reference/cli/",
    "reference/assignment/",
    "glossary/",
    "faq/",
    "organiser/start/",
)
# What axe-core cannot judge without looking is left to eyes; everything else must be clean.
VIOLATIONS: dict[str, Any] = {"resultTypes": ["violations"]}
OF_LOOKS = ("color-contrast", "link-in-text-block")
LOOKS: dict[str, Any] = {**VIOLATIONS, "runOnly": OF_LOOKS}
ALL_OTHERS: dict[str, Any] = {**VIOLATIONS, "rules": {of: {"enabled": False} for of in OF_LOOKS}}
# Contrast is a matter of looks, and pages have few: one element with text of its own stands for
# all whose letters, size and grounds are the same, and a link for all such in the same kind of
# text, on this page and those before. To judge each takes most of a test's time.
NEW_LOOKS = """(seen) => {
    const known = new Set(seen), looks = new Map(), grounds = new Map([[null, ""]]);
    const ground = (at) => {
        if (!grounds.has(at)) {
            const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(at);
            const own = [backgroundColor, backgroundImage, opacity, position].join();
            const shows = own !== "rgba(0, 0, 0, 0),none,1,static";
            grounds.set(at, (shows ? own + "|" : "") + ground(at.parentElement));
        }
        return grounds.get(at);
    };
    const around = (link) => {
        let block = link.parentElement;
        while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
        const alone = block.textContent.trim() === link.textContent.trim();
        const { borderBottom, textDecorationLine } = getComputedStyle(link);
        const beside = alone ? "" : getComputedStyle(link.parentElement).color;
        return ["link", beside, borderBottom, textDecorationLine].join();
    };
    for (const element of document.body.querySelectorAll("*")) {
        const own = [...element.childNodes].some(
            (node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const link = element.matches("a[href]") && element.textContent.trim();
        if (!(own || link) || !element.checkVisibility()) continue;
        const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
        const letters = [color, fontSize, fontWeight, textShadow, link ? around(element) : ""];
        const look = [...letters, ground(element)].join("|");
        if (!known.has(look)) looks.set(look, element);
    }
    return [[...looks.keys()], [...looks.values()]];
}"""
# What scrolls has its place in the order of the keyboard once it is drawn.
SETTLED = """() => [...document.querySelectorAll("pre > code")].every(
    (code) => code.scrollWidth <= code.clientWidth || code.tabIndex === 0)"""
SCREENS = (("desktop", DESKTOP), ("phone", PHONE))
SCHEMES = {"light": "default", "dark": "slate"}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def seen() -> set[str]:
    """The looks that have been judged."""
    return set()


def _violations(page: Page, seen: set[str], *, looks_only: bool) -> list[str]:
    page.wait_for_function(SETTLED)
    looks, judged = page.evaluate(
        f"""async ([seen, rules]) => {{
            const [looks, elements] = ({NEW_LOOKS})(seen);
            if (!looks.length) return [looks, {{violations: []}}];
            return [looks, await axe.run({{include: elements}}, rules)];
        }}""",
        [list(seen), LOOKS],
    )
    seen.update(looks)
    found = judged["violations"]
    if not looks_only:
        found += page.evaluate("(rules) => axe.run(rules)", ALL_OTHERS)["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_reads_well_for_everybody_and_is_light(
    open_page: Open,
    shot: Callable[[Page, str], None],
    site_folder: Path,
    site: str,
    seen: set[str],
    path: str,
    language: str,
) -> None:
    if path == "404.html" and language:
        pytest.skip("one page for what is not found, in both languages")
    name = (language + path).strip("/").replace("/", "-") or "home"
    requests: list[Request] = []
    page = open_page(language + path, allow="404", asked=requests.append)
    wait_for_quiet(page, requests)
    problems = _weight(requests, site, site_folder) if path != "404.html" else []
    page.evaluate(Axe().axe_script)
    for scheme in SCHEMES:
        if scheme == "dark":
            page.locator("label[for^=__palette]:visible").first.click()
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", SCHEMES[scheme])
        for screen, size in SCREENS if scheme == "light" else reversed(SCREENS):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            look = f"{scheme}-{screen}"
            problems += [
                f"{look}: {each}" for each in _violations(page, seen, looks_only=scheme == "dark")
            ]
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                problems.append(f"{look}: {wide} px wider than the screen")
            shot(page, f"{name}-{look}")
    assert not problems, "\n".join(problems)


def _weight(requests: list[Request], site: str, folder: Path) -> list[str]:
    """What is wrong with all that a page loads but images, as a host sends it."""
    asked = {one.url for one in requests if one.resource_type != "image"}
    asked.add(site + "sw.js")  # a reader's browser asks for it as well
    sizes = {url: _sent(folder / url.removeprefix(site).partition("?")[0]) for url in asked}
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    total = sum(sizes.values())
    return [f"{total} bytes are loaded: {heaviest}"] if total >= 300_000 else []


def _sent(file: Path) -> int:
    """Bytes of a file as it goes over the network: text compressed, fonts as they are."""
    body = (file / "index.html" if file.is_dir() else file).read_bytes()
    return len(body if file.suffix == ".woff2" else gzip.compress(body))


def test_the_language_switch_keeps_the_page(open_page: Open, site: str) -> None:
    page = open_page("week1/day3/")
    page.get_by_role("button", name="언어 선택").or_(
        page.locator(".md-select button")
    ).first.hover()
    page.get_by_role("link", name="English").first.click()
    expect(page).to_have_url(site + "en/week1/day3/")
    page.locator(".md-select button").first.hover()
    page.get_by_role("link", name="한국어").first.click()
    expect(page).to_have_url(site + "week1/day3/")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_first_visit_looks_as_the_system_does(open_page: Open, scheme: str) -> None:
    page = open_page("week1/day3/", dark=scheme == "dark")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", SCHEMES[scheme])


def test_dark_mode_is_remembered(open_page: Open, site: str) -> None:
    page = open_page("week1/day3/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("label[for^=__palette]:visible").first.click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert after != before
    page.goto(site + "coding/sql/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_the_boards_show_names_as_names(open_page: Open, site_folder: Path) -> None:
    page = open_page("boards/")
    from tests.browser.boards import HOSTILE

    shown = page.locator("article").inner_text()
    for name in HOSTILE:
        assert name.strip("\u202e\u202c") in shown
    assert page.locator("article img").count() == 0
    data = json.loads((site_folder / "boards" / "boards.json").read_text(encoding="utf-8"))
    assert data["boards"][0]["standings"][0]["login"] == "haneul-example"


def test_the_site_has_the_boards_and_the_address_that_were_named(site_folder: Path) -> None:
    boards = site_folder.parent / "boards-for-browsers" / "boards.json"
    assert (site_folder / "boards" / "boards.json").read_bytes() == boards.read_bytes()
    for page in ("index.html", "en/index.html"):
        assert f'href="{ADDRESS}/' in (site_folder / page).read_text("utf-8")
