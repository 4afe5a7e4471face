"""What the site's search finds, against the theme's own search on the same pages and questions.

    .venv/bin/python benchmarks/search.py [--held] [--ours DIR --stock DIR]

Builds the site twice: as it is, and with the search that Material for MkDocs brings (same pages,
same settings, Korean and English). Types every question of tests/site/queries.toml into the search
box of both, in Chromium, and reads the list: a question is found when one of its pages is among
the first three. A page in the other language counts as found, too, which only helps the theme's
search: it has one index for both. Prints recall@3, the seconds from opening a page with a question
to its first result (medians, from a server on this machine), sizes, and what was not found.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.place import CHROMIUM_ARGUMENTS, chromium, served  # noqa: E402

BEST = 3
ROUNDS = 5
CONFIG = """INHERIT: {root}/mkdocs.yml
docs_dir: {root}/curriculum
theme:
  custom_dir: {root}/site/overrides
hooks: [{hook}]
"""
# Takes back what the plugin `pioneers` does about the search.
HOOK = """
import re
from pathlib import Path
import material
from mkdocs.plugins import event_priority

SCRIPTS = Path(material.__file__).parent / "templates" / "assets" / "javascripts"
(WORKER,) = (path.name for path in (SCRIPTS / "workers").glob("search.*.min.js"))
said = {}

@event_priority(101)
def on_page_content(html, page, config, files):
    said[page.file.src_uri] = page.meta.get("search")

@event_priority(99)
def on_page_context(context, page, config, nav):
    page.meta["search"] = said.get(page.file.src_uri) or {}

@event_priority(-99)
def on_post_page(output, page, config):
    return re.sub(r"search-worker\\.js\\?(?:ko|en)", f"workers/{WORKER}", output)
"""
SAYS = "([meta, text]) => document.querySelector(meta).textContent.trim() === text"
SAYS_NOT = SAYS.replace("===", "!==")
PLACEHOLDER = """() => JSON.parse(document.getElementById("__config").textContent)
  .translations["search.result.placeholder"]"""
BOX, META = '[data-md-component="search-query"]', ".md-search-result__meta"
ITEMS = ".md-search-result__item"


@dataclass(frozen=True)
class Question:
    """One entry of queries.toml: what is asked, in which language, and where it must lead."""

    language: str
    ask: str
    find: tuple[str, ...]
    held: bool


@dataclass
class Tally:
    """What one of the two searches did."""

    found: dict[Question, bool] = field(default_factory=dict)
    first: dict[Question, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
    raw: int = 0
    packed: int = 0

    def recall(self, language: str, *, held: bool | None = None) -> str:
        marks = [
            found for asked, found in self.found.items()
            if asked.language in language.split() and held in (None, asked.held)
        ]  # fmt: skip
        return f"{sum(marks) / len(marks):.3f} of {len(marks)}" if marks else "none"


def questions() -> list[Question]:
    table = tomllib.loads((ROOT / "tests/site/queries.toml").read_text(encoding="utf-8"))
    return [
        Question(language, entry["ask"], tuple(entry["find"]), held)
        for held, entries in ((False, table), (True, table.get("held", {})))
        for language in ("ko", "en")
        for entry in entries.get(language, [])
    ]


def build(out: Path, *, stock: bool) -> None:
    environment = {**os.environ, "PIONEERS_SITE": "", "NO_MKDOCS_2_WARNING": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        config = ROOT / "mkdocs.yml"
        if stock:
            hook = Path(scratch) / "stock_search.py"
            hook.write_text(HOOK, encoding="utf-8")
            config = Path(scratch) / "mkdocs.yml"
            config.write_text(CONFIG.format(root=ROOT, hook=hook), encoding="utf-8")
        subprocess.run(
            [sys.executable, "-P", "-m", "mkdocs", "build", "--quiet", "--no-strict",
             "-f", str(config), "-d", str(out)],
            cwd=ROOT, env=environment, check=True,
        )  # fmt: skip


def typed(page: Page, question: Question, nothing_asked: str) -> list[str]:
    """The first pages of the list, as paths in curriculum/<language>/.

    Args:
        nothing_asked: what the line above the list says while the box is empty.
    """
    box = page.locator(BOX)
    for text, change in (("", SAYS), (question.ask, SAYS_NOT)):
        box.fill(text)
        box.dispatch_event("keyup")
        page.wait_for_function(change, arg=[META, nothing_asked], timeout=60_000)
    links = page.locator(f"{ITEMS} > a:first-of-type").evaluate_all(
        "links => links.map(link => new URL(link.href).pathname)"
    )
    paths = [link.strip("/").removeprefix("en").strip("/") or "index" for link in links]
    return list(dict.fromkeys(paths))[:BEST]


def answered_in(page: Page, address: str) -> float:
    """Seconds from opening a page that asks to the first result."""
    page.goto("about:blank")
    page.goto(f"{address}week1/day3/?q=%EC%A1%B0%EC%9D%B8", wait_until="commit")
    page.wait_for_selector(ITEMS, timeout=60_000)
    return float(page.evaluate("performance.now()")) / 1000


def measure(folder: Path, asked: list[Question], index: list[str]) -> Tally:
    tally = Tally()
    bodies = [(folder / "search" / name).read_bytes() for name in index]
    tally.raw = max(len(body) for body in bodies)
    tally.packed = max(len(gzip.compress(body, 9)) for body in bodies)
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(CHROMIUM_ARGUMENTS), timeout=120_000
        )
        times = []
        for _ in range(ROUNDS):  # a new context has an empty cache
            context = browser.new_context()
            times.append(answered_in(context.new_page(), address))
            context.close()
        tally.seconds = statistics.median(times)
        for language, path in (("ko", ""), ("en", "en/")):
            page = browser.new_page()
            page.goto(f"{address}{path}week1/day3/")
            page.locator(BOX).click()
            nothing_asked = page.evaluate(PLACEHOLDER)
            for question in [one for one in asked if one.language == language]:
                tally.first[question] = typed(page, question, nothing_asked)
                tally.found[question] = bool(set(question.find) & set(tally.first[question]))
            page.close()
        browser.close()
    return tally


def lines(ours: Tally, stock: Tally) -> Iterator[str]:
    yield f"{'':34}{'ours':>16}{'Material':>16}"
    for name, languages, held in (
        ("recall@3, all", "ko en", None),
        ("recall@3, Korean", "ko", None),
        ("recall@3, English", "en", None),
        ("recall@3, held out", "ko en", True),
    ):
        pair = [tally.recall(languages, held=held) for tally in (ours, stock)]
        yield f"{name:34}{pair[0]:>16}{pair[1]:>16}"
    yield f"{'seconds to the first result':34}{ours.seconds:>16.2f}{stock.seconds:>16.2f}"
    yield f"{'index that a page loads, KB':34}{ours.raw / 1000:>16.0f}{stock.raw / 1000:>16.0f}"
    packed = [tally.packed / 1000 for tally in (ours, stock)]
    yield f"{'the same, as gzip sends it, KB':34}{packed[0]:>16.0f}{packed[1]:>16.0f}"
    for name, tally in (("ours", ours), ("Material", stock)):
        missed = [question for question, found in tally.found.items() if not found]
        yield f"\nnot found by {name}: {len(missed)}"
        for question in missed:
            got = ", ".join(tally.first[question]) or "nothing"
            yield f"  {question.ask}  → {' | '.join(question.find)}, but {got}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--held", action="store_true", help="only the questions held out")
    parser.add_argument("--ours", type=Path, help="a site built before")
    parser.add_argument("--stock", type=Path, help="a site built before with the theme's search")
    said = parser.parse_args()
    asked = [one for one in questions() if one.held or not said.held]
    with tempfile.TemporaryDirectory() as scratch:
        ours, stock = said.ours or Path(scratch, "ours"), said.stock or Path(scratch, "stock")
        for folder, is_stock in ((ours, False), (stock, True)):
            if not (folder / "search").is_dir():
                build(folder, stock=is_stock)
        tallies = (
            measure(ours, asked, ["ko.json", "en.json"]),
            measure(stock, asked, ["search_index.json"]),
        )
    for line in lines(*tallies):
        print(line)


if __name__ == "__main__":
    main()
