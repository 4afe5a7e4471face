"""Code in the page, in Chromium: coding tests and SQL, as a reader uses them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from autograder import assignment as assignments
from autograder import paths
from autograder.site import assets

Open = Callable[..., Page]
SLOW_MS = 150_000
"""Python comes to 14 MB, and machines that test are busy."""
C01 = "assignments/c01-duplicate-orders/"
REFERENCE = "def solution(orders):\n    seen = {}\n    for each in orders:\n"
REFERENCE += "        seen[each] = seen.get(each, 0) + 1\n"
REFERENCE += "    return [each for each in seen if seen[each] > 1]\n"
ENDLESS = "def solution(orders):\n    while True:\n        pass\n"


def _begun(page: Page, name: str = "여기서 풀어 보기", ready: str = "준비됐어요") -> Any:
    page.get_by_role("button", name=name).first.click()
    expect(page.locator(".run__status")).to_contain_text(ready, timeout=SLOW_MS)
    return page.locator(".run-editor__area")


def _run(page: Page, source: str, name: str = "실행") -> None:
    page.locator(".run-editor__area").fill(source)
    page.get_by_role("button", name=name, exact=True).click()


def _says(page: Page, text: str) -> None:
    expect(page.locator(".run__status")).to_contain_text(text, timeout=SLOW_MS)


def _violations(page: Page, part: str) -> list[tuple[str, object]]:
    """What axe-core finds in a part of the page; test_pages.py looks at whole ones."""
    found = Axe().run(page, context=part, options={"resultTypes": ["violations"]})
    return [(each["id"], each["nodes"][0]["target"]) for each in found.response["violations"]]


def test_what_a_start_imports_is_compiled_and_the_rest_is_as_it_was(site_folder: Path) -> None:
    told = json.loads((site_folder / "assets/python/manifest.json").read_text("utf-8"))
    library, grader = (set(_names(site_folder / told[key])) for key in ("library", "grader"))
    modules = assets.fetch(paths.root() / "site", paths.cache())
    source = set(_names(modules / "pyodide" / "python_stdlib.zip"))
    assert {name.removesuffix("c") for name in library} == source
    # Of Pyodide's own start, of the grader's, and of nobody's.
    assert {"asyncio/__init__.pyc", "tomllib/_parser.pyc", "tarfile.py"} <= library
    assert {Path(name).suffix for name in grader} == {".pyc", ".toml"}


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as zipped:
        return zipped.namelist()


def test_a_member_solves_a_coding_test_in_its_page(
    open_page: Open, shot: Callable[[Page, str], None]
) -> None:
    page = open_page(C01)
    area = _begun(page)
    assert "raise NotImplementedError" in area.input_value()

    _run(page, "def solution(orders):\n    print('hi')\n    return sorted(set(orders))\n")
    _says(page, "3개 가운데 1개를 통과했어요")
    first = page.locator(".run__case").first
    expect(first.locator("del")).to_have_text(re.compile("P-2"))
    expect(first.locator("ins")).to_have_text(re.compile("P-7"))
    expect(first).to_contain_text("hi")
    expect(page.locator(".run__told")).to_contain_text("틀린 답이에요. 사례 1")
    shot(page, "run-wrong")

    _run(page, "def solution(orders):\n    return orders[\n")
    page.get_by_role("button", name="2번째 줄로 가기").click()
    assert area.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)").strip() == (
        "return orders["
    )

    _run(page, "def solution(orders):\n    while True: print('x' * 999)\n")
    expect(page.locator(".run__told")).to_contain_text("출력 초과예요", timeout=SLOW_MS)

    asks = "import js\ndef solution(orders):\n    raise ValueError(hasattr(js, 'fetch'), "
    _run(page, asks + "hasattr(js, 'XMLHttpRequest'))\n")
    expect(page.locator(".run__told")).to_contain_text("(False, False)", timeout=SLOW_MS)

    _run(page, REFERENCE)
    _says(page, "공개 예제 3개를 모두 통과했어요")
    expect(page.locator(".run__case--ok")).to_have_count(3)

    page.reload()
    area = _begun(page, ready="남아 있던 코드")
    assert area.input_value() == REFERENCE
    page.get_by_role("button", name="처음 코드로").click()
    assert "raise NotImplementedError" in area.input_value()
    page.get_by_role("button", name="내 코드 되찾기").click()
    assert area.input_value() == REFERENCE
    with page.expect_download() as caught:
        page.get_by_role("button", name="solution.py 받기").click()
    assert Path(caught.value.path()).read_text("utf-8") == REFERENCE


def test_what_never_ends_is_stopped_by_hand_and_by_the_clock(open_page: Open) -> None:
    page = open_page(C01)
    _begun(page)
    _run(page, ENDLESS)
    _says(page, "돌리고 있어요")
    page.get_by_role("button", name="멈추기").click()
    expect(page.locator(".run__status")).to_contain_text("멈췄어요", timeout=2_000)
    page.clock.install()
    _run(page, ENDLESS)
    _says(page, "돌리고 있어요")
    page.clock.fast_forward("01:00")
    _says(page, "3개 가운데 0개를 통과했어요")
    expect(page.locator(".run__told")).to_contain_text("시간 초과예요")
    expect(page.locator(".run__case").nth(1)).to_contain_text("돌리지 않음")
    _run(page, REFERENCE)
    _says(page, "공개 예제 3개를 모두 통과했어요")


def test_every_coding_test_passes_by_its_reference_and_not_by_its_starter(
    open_page: Open, site: str
) -> None:
    page = open_page("coding/hash/")
    code = [each for each in assignments.load_all() if each.kind == "code"]
    sources = {each.id: (each.folder / "solution.py").read_text("utf-8") for each in code}
    came = page.evaluate(
        """async ([site, sources]) => {
          const run = `${site}assets/javascripts/run/`;
          const { Session } = await import(`${run}session.js`);
          const start = () => new Worker(`${run}worker.js`, { type: "module" });
          const session = new Session(start, site);
          const came = {};
          for (const [id, source] of Object.entries(sources)) {
            const html = await (await fetch(`${site}en/assignments/${id}/`)).text();
            const other = new DOMParser().parseFromString(html, "text/html");
            const job = JSON.parse(other.querySelector(".run script").textContent);
            const right = await session.check(job, source, () => {});
            const begun = await session.check(job, job.starter, () => {});
            came[id] = [right.passed === right.total, begun.passed, begun.told[0].code];
          }
          session.stop();
          return came;
        }""",
        [site, sources],
    )
    assert came == {each.id: [True, 0, "cases.placeholder"] for each in code}


def test_the_editor_on_a_phone_in_english_is_for_everybody(
    open_page: Open, shot: Callable[[Page, str], None]
) -> None:
    page = open_page("en/" + C01, phone=True)
    area = _begun(page, "Solve it here", "Ready")
    area.focus()
    area.fill("def solution(orders):")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("print('no')")
    page.keyboard.press("Enter")
    page.keyboard.type("x = 1")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type("0 +")
    assert area.input_value() == "def solution(orders):\n    print('no')\n    x = 10 +"
    page.keyboard.press("Control+Enter")
    expect(page.locator(".run__told")).to_contain_text("Line 3", timeout=SLOW_MS)
    area.fill("def solution(orders):\n    return orders\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".run__case")).to_have_count(3, timeout=SLOW_MS)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    for scheme in ("default", "slate"):
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)
        shot(page, f"run-phone-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert _violations(page, ".run") == []
        page.locator("label[for^=__palette]:visible").first.click()


def test_a_query_of_a_lesson_can_be_changed_and_run(
    open_page: Open, shot: Callable[[Page, str], None]
) -> None:
    page = open_page("coding/sql/")
    block = page.locator(".sql-run").first
    expect(block.locator("td")).to_have_text(["김밥"])  # before any script
    area = _begun(page, "고쳐서 돌려 보기")
    query = area.input_value()
    _run(page, query.replace("DISTINCT ", ""))
    _says(page, "줄이 하나도 없어요")
    _run(page, "SELECT person, count(*) AS n, NULL AS none FROM eats GROUP BY 1 ORDER BY 2, 1")
    _says(page, "2줄")
    expect(block.locator("td")).to_have_text(["도윤", "2", "NULL", "하린", "2", "NULL"])
    _run(page, "SELECT persn FROM eats")
    expect(block.locator(".run__told")).to_contain_text("혹시 person 아닌가요?", timeout=SLOW_MS)
    shot(page, "run-sql-refused")
    page.get_by_role("button", name="처음 질의로").click()
    assert area.input_value() == query
    assert _violations(page, ".sql-run:has(.run-editor)") == []
