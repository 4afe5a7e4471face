"""Grades a small sample cohort for real, so that a newcomer sees the whole flow in a minute or two.

The members are made up; their submissions are golden cases of the assignments in this repository.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from autograder import assignment as assignments
from autograder import cohort, paths
from autograder.authoring.golden import load_cases, write_submission
from autograder.models import Language, Report
from autograder.pipeline import draw_seed, grade
from autograder.report import to_json, to_markdown
from autograder.text.catalogue import catalogue

Progress = Callable[[str], AbstractContextManager[Callable[[str], None]]]
"""Opens a progress display for one grade; what it yields is told each step."""
COHORT = (
    ("haneul-example", "w1d3-joins", "perfect-sql"),
    ("bada-example", "w1d3-joins", "inner-join"),
    ("byeol-example", "w1d3-joins", "breaks-halfway"),
    ("haneul-example", "w1d2-dataframe", "perfect-dataframe"),
    ("bada-example", "w1d2-dataframe", "duplicates-kept"),
)
"""Member, assignment, and the golden case that they hand in."""


def run(language: Language, say: Callable[[str], None], progress: Progress) -> Path:
    """Grade the sample cohort on one fresh seed; the folder with the reports."""
    out = paths.cache() / "demo"
    shutil.rmtree(out, ignore_errors=True)
    seed = draw_seed()
    reports = []
    with tempfile.TemporaryDirectory(prefix="pioneers-demo-") as name:
        for number, (login, which, case) in enumerate(COHORT, start=1):
            target = assignments.load(which)
            chosen = next(each for each in load_cases(target) if each.name == case)
            path = write_submission(chosen, target, Path(name) / login)
            with progress(f"{number}/{len(COHORT)} {login} {which}") as step:
                report = grade(
                    target, path, seed=seed, language=language, out=out / login / which, say=step
                )
            (out / login / which / "report.json").write_text(to_json(report), "utf-8")
            text = to_markdown(
                report,
                lesson=cohort.load().lesson_address(target.lesson, language),
                path=f"submissions/{login}/{which}",
            )
            (out / login / which / "report.md").write_text(text, "utf-8")
            reports.append((login, report))
            say(f"  {number}/{len(COHORT)} {login}: {which} {report.score:g}/{report.max_score:g}")
    _table(reports, language)
    say(catalogue(language).say("demo.look", folder=str(out)))
    return out


def _table(reports: list[tuple[str, Report]], language: Language) -> None:
    from rich.console import Console
    from rich.table import Table

    words = catalogue(language)
    table = Table(title=words.say("demo.title"))
    for key in ("member", "assignment", "score", "first"):
        table.add_column(words.say(f"demo.{key}"), overflow="fold")
    for login, report in reports:
        failed = next((check for check in report.checks if check.status != "pass"), None)
        first = failed.message if failed else report.message
        table.add_row(login, report.assignment, f"{report.score:g} / {report.max_score:g}", first)
    Console().print(table)
