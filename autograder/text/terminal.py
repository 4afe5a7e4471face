"""A report for the terminal: short, kind, and one thing to do next.

Returns styled text; whether colours appear is up to whoever prints it. It must not know files or
how a grade is made.
"""

from __future__ import annotations

import shlex

from rich.text import Text

from autograder.models import Check, Language, Report
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, spoken
from autograder.text.wording import first_to_fix, passed, tell

_MARKS = {
    "pass": ("✓", "green"),
    "fail": ("✗", "red"),
    "error": ("!", "red"),
    "skipped": ("·", "dim"),
}
_BAR = 30
_MAX_LINES = 50


def to_terminal(
    report: Report, *, path: str = "", watched: bool = False, language: Language | None = None
) -> Text:
    """Returns the report as rich text: progress, a line for each check, the first thing to fix.

    Args:
        report: any report.
        path: the submission's path, for the command to run again.
        watched: True where a save is enough, and no command is needed.
        language: another language than the report's.
    """
    tongue = language or report.language
    words = catalogue(tongue)
    said = Text()
    if report.status != "graded":
        return _stopped(said, words, report)
    _progress(said, words, report)
    for check in report.checks[:_MAX_LINES]:
        _check_line(said, check)
    first = first_to_fix(report.checks)
    if first is None:
        official = any(check.visibility == "hidden" for check in report.checks)
        done = words.say("report.perfect" if official else "report.all_done")
        return said.append(f"\n{done}\n", style="bold green")
    told = tell(first, report, tongue)
    said.append(f"\n👉 {words.say('report.first')}: ", style="bold")
    said.append(f"{_plain(first.title)}\n", style="bold")
    for label, text in (("", told.message), ("next", told.next), ("hint", first.hint)):
        if text:
            said.append(f"   {words.say(f'report.{label}')}: " if label else "   ", style="cyan")
            said.append(f"{_plain(text)}\n")
    command = f"./pioneers check {shlex.quote(_plain(path))}" if path else "./pioneers check"
    key = "report.run_watch" if watched else "report.run_check"
    return said.append(f"\n{words.say(key, command=command)}\n", style="dim")


def _stopped(said: Text, words: Catalogue, report: Report) -> Text:
    said.append(f"{words.say(f'report.status_{report.status}')}\n", style="bold yellow")
    lead = "report.invalid_lead" if report.status == "invalid" else "infra.fault"
    said.append(f"{words.say(lead)}\n")
    return said.append(f"{_plain(report.message)}\n") if report.message else said


def _progress(said: Text, words: Catalogue, report: Report) -> None:
    total = max(1, len(report.checks))
    filled = _BAR * passed(report) // total
    said.append("█" * filled, style="green")
    said.append("░" * (_BAR - filled), style="dim")
    count = words.say("report.progress", passed=passed(report), total=len(report.checks))
    said.append(f" {count} · {spoken(report.score)} / {spoken(report.max_score)}\n\n")


def _check_line(said: Text, check: Check) -> None:
    mark, style = _MARKS[check.status]
    said.append(f" {mark} ", style=style)
    points = f"{spoken(check.points)} / {spoken(check.max_points)}"
    said.append(f"{_plain(check.title, 80)} ({points})\n")


def _plain(raw: str, limit: int = 1000) -> str:
    return escape.clean(raw, limit=limit)
