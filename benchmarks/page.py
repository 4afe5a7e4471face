"""How long a reader waits for Python in a page: as the site serves it, and as Pyodide comes.

    .venv/bin/python benchmarks/page.py [--rounds 5] [--site DIR]

Builds the site, and lays beside it a copy whose worker imports from the sources: the library as
npm brings it and the grader's modules as they are written. Opens Python in both in turn, in
Chromium, from a server on this machine, as the editor of a coding test does. Prints medians of the
seconds until it is ready and of the renderer's processor seconds, their ratios, and the megabytes
that a reader fetches.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from autograder import paths
from autograder.site import assets
from autograder.site.widgets import archive
from autograder.site.widgets.compiled import Compiled

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.place import CHROMIUM_ARGUMENTS, chromium, served  # noqa: E402

OPENED = """(site) => new Promise((resolve, reject) => {
    const begun = performance.now();
    const worker = new Worker(`${site}assets/javascripts/run/worker.js`, { type: "module" });
    worker.onmessage = ({ data }) => {
        if (data.type === "crashed") reject(new Error(data.message));
        if (data.type === "ready") resolve((performance.now() - begun) / 1000);
    };
    worker.postMessage({ type: "open", base: site });
})"""


def plain(built: Path, out: Path) -> Path:
    """A copy of a built site in which nothing is compiled."""
    shutil.copytree(built, out)
    library = assets.fetch(ROOT / "site", paths.cache()) / "pyodide" / "python_stdlib.zip"
    archive.place(Compiled(archive.archive(), library.read_bytes()), ROOT / "site", out)
    return out


def megabytes(built: Path) -> float:
    """What a reader fetches before Python is ready, in MB."""
    told = json.loads((built / archive.FOLDER / archive.MANIFEST).read_text("utf-8"))
    return int(told["bytes"]) / 1e6


def opened(browser: Browser, built: Path) -> tuple[float, float]:
    """Seconds until Python is ready, and the processor seconds of the page's process."""
    with served(built) as address:
        context = browser.new_context(service_workers="block")
        page = context.new_page()
        page.goto(f"{address}faq/", wait_until="load")
        before = _renderers()
        seconds = float(page.evaluate(OPENED, address))
        busy = _renderers() - before
        context.close()
    return seconds, busy


def _renderers() -> float:
    """Processor seconds of all of Chromium's pages so far."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                total += sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return total


def main() -> None:
    """Build, measure in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--site", type=Path, help="a site that is built already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        built = asked.site or Path(name) / "site"
        if not asked.site:
            words = ["-P", "-m", "autograder", "site", "build", "--out", str(built)]
            subprocess.run([sys.executable, *words], cwd=ROOT, env=os.environ, check=True)
        sides = {"as Pyodide comes": plain(built, Path(name) / "plain"), "as we serve it": built}
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(CHROMIUM_ARGUMENTS)
        )
        came: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
        for _ in range(asked.rounds):
            for side, folder in sides.items():
                came[side].append(opened(browser, folder))
        browser.close()
        for side, folder in sides.items():
            seconds, busy = (statistics.median(each) for each in zip(*came[side], strict=True))
            fetched = megabytes(folder)
            print(f"{side:18}{seconds:6.2f} s, busy {busy:5.2f} s, {fetched:5.1f} MB fetched")
    for number, what in enumerate(("ready", "busy")):
        pairs = zip(*came.values(), strict=True)
        ratio = statistics.median(ours[number] / theirs[number] for theirs, ours in pairs)
        print(f"{what}: {ratio:.2f} of the time")


if __name__ == "__main__":
    main()
