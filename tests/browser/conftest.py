"""One built site for the whole run, one Chromium for each worker, a watched page for each test."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from tests.browser.boards import write_boards
from tests.browser.place import CHROMIUM_ARGUMENTS, chromium, served

ROOT = Path(__file__).resolve().parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Below a path, as the pages of a repository on GitHub are.
ADDRESS = "https://cohort.example/here"
BLOCKED = "Service Worker registration blocked by Playwright"
SHOTS = Path(os.environ["PIONEERS_SCREENSHOTS"]) if "PIONEERS_SCREENSHOTS" in os.environ else None


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The site, built by the command, with boards that hold hostile names; once for all workers."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    out = base / "site-for-browsers"
    with (base / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            boards = write_boards(base / "boards-for-browsers")
            words = ["site", "build", "--out", str(out), "--boards", str(boards),
                     "--address", ADDRESS]  # fmt: skip
            # As on a runner of GitHub's, so that edit links and Codespaces buttons are there.
            home = {"GITHUB_REPOSITORY": "haneul-example/data-pioneers"}
            done = subprocess.run(
                [sys.executable, "-P", "-m", "autograder", *words], cwd=ROOT, check=False,
                env={**os.environ, **home}, capture_output=True, text=True, timeout=280,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def site(site_folder: Path) -> Iterator[str]:
    """The address of the built site, with a slash at the end."""
    with served(site_folder, urlsplit(ADDRESS).path + "/") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window. Without one on this machine the test skips; in CI it must run."""
    path = chromium()
    if not path:
        assert not os.environ.get("CI"), "no Chromium here; .ci/browser installs it"
        pytest.skip("no Chromium here (apt install chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_ARGUMENTS), timeout=120_000
        )
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the site; at the end no other host was asked and nothing went wrong.

    Arguments of what is yielded: the path below the site's address; `phone` for a narrow screen;
    `dark` for the dark scheme; `keeps` for a browser that keeps what was read, which costs as much
    again as to read it; `allow` for console errors that the test is about, as a pattern;
    `asked` for what is to be told of each request.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(
        path: str = "",
        *,
        phone: bool = False,
        dark: bool = False,
        keeps: bool = False,
        allow: str = "(?!)",
        asked: Callable[[Request], None] = lambda _: None,
    ) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            locale="ko-KR",
            timezone_id="America/New_York",  # a member abroad: local times must differ from Seoul's
            has_touch=phone,
            reduced_motion="reduce",
            service_workers="allow" if keeps else "block",
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()

        def said(message: ConsoleMessage) -> None:
            expected = re.search(allow, message.text) or message.text == BLOCKED
            if message.type in ("error", "warning") and not expected:
                faults.append(f"console {message.type}: {message.text}")

        page.on("console", said)
        context.on("request", lambda request: asked(request))
        page.on("pageerror", lambda error: faults.append(f"error in a script: {error}"))
        context.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((site, "data:", "blob:"))
                else faults.append(f"a request to {request.url}")
            ),
        )
        page.goto(site + path, wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, "\n".join(dict.fromkeys(faults))


def wait_for_quiet(page: Page, asked: list[Request]) -> None:
    """Until all that was asked for has come, and nothing more is asked for a while.

    Playwright's own state `networkidle` sometimes never comes, though every request has ended.
    """
    give_up = time.monotonic() + 60
    known, awaited = -1, [""]
    while awaited or known != len(asked):
        assert time.monotonic() < give_up, awaited
        known = len(asked)
        page.wait_for_timeout(500)
        awaited = [each.url for each in asked if not _has_ended(each)]


def _has_ended(request: Request) -> bool:
    return request.failure is not None or request.timing["responseEnd"] >= 0


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of a page where `PIONEERS_SCREENSHOTS` says; nothing otherwise."""

    def keep(page: Page, name: str) -> None:
        if SHOTS is not None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}.png", full_page=False)

    return keep
