"""A sample cohort's first evening, for real: pull requests, comments, a ledger, boards, the site.

The members are made up; what they hand in are golden cases of the assignments in this repository.
GitHub is a server on loopback, everything else is what a cohort runs: each pull request goes
through `pr grade` and `pr publish` as the workflow's two jobs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from autograder import paths
from autograder.demo.page import to_page
from autograder.demo.place import Place
from autograder.models import Language
from autograder.pull.handover import report_path
from autograder.report import from_json
from autograder.standin import StandIn
from autograder.text.catalogue import catalogue

Progress = Callable[[str], AbstractContextManager[Callable[[str], None]]]
"""Opens a progress display for one step; what it yields is told each line of its log."""


@dataclass(frozen=True)
class Push:
    """A member pushes a golden case to their pull request for an assignment."""

    login: str
    assignment: str
    case: str


@dataclass(frozen=True)
class Ask:
    """A member writes a comment on that pull request."""

    login: str
    assignment: str
    comment: str


STORY: tuple[Push | Ask, ...] = (
    Push("haneul-example", "w1d3-joins", "perfect-sql"),
    Push("bada-example", "w1d3-joins", "inner-join"),
    Push("byeol-example", "w1d3-joins", "breaks-halfway"),
    Push("haneul-example", "w1d2-dataframe", "perfect-dataframe"),
    Push("byeol-example", "w2d1-daily-sales", "append"),
    Push("haneul-example", "c02-gift-card-pair", "quadratic"),
    Ask("bada-example", "w1d3-joins", "/hint sales_krw"),
    Push("bada-example", "w1d3-joins", "perfect-dataframe"),
)
NAMES = {"haneul-example": "하늘", "bada-example": "바다", "byeol-example": "별"}


def run(language: Language, say: Callable[[str], None], progress: Progress) -> Path:
    """Play the story; the folder with everything that came of it.

    Raises:
        InfrastructureError: one of the commands failed.
    """
    out = paths.cache() / "demo"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="pioneers-demo-") as name, StandIn() as hub:
        place = Place(hub, Path(name), out, language, NAMES)
        for number, event in enumerate(STORY, start=1):
            which = f"{number}/{len(STORY)} {event.login} {event.assignment}"
            with progress(which) as step:
                told = _play(place, event, step)
            say(f"  {which}: {told}")
        with progress("boards, site") as step:
            place.command("ledger", "verify", say=step)
            place.command("leaderboard", "--out", str(out / "boards"), say=step)
            site = ("--boards", str(out / "boards"), "--out", str(out / "site"))
            place.command("site", "build", *site, say=step)
        (out / "index.html").write_text(to_page(place.conversations(), language), "utf-8")
    words = catalogue(language)
    shown = (out / "boards" / f"boards.{language}.md").read_text("utf-8")
    say("")
    _boards(shown)
    for key, path in (("look", "index.html"), ("site", "site/index.html"), ("ledger", "ledger")):
        say(words.say(f"demo.{key}", path=str(out / path)))
    return out


def _play(place: Place, event: Push | Ask, step: Callable[[str], None]) -> str:
    """What came of one event, in a few words."""
    if isinstance(event, Ask):
        place.ask(event.login, event.assignment, event.comment, say=step)
        return event.comment
    handover = place.push(event.login, event.assignment, event.case, say=step)
    report = from_json(report_path(handover, event.assignment).read_text("utf-8"))
    return f"{report.score:g}/{report.max_score:g}"


def _boards(page: str) -> None:
    """Show the page of boards on the terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(page))
