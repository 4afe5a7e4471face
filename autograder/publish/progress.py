"""A member's attempts in words: the change since the last one, and the folded table; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from autograder.publish.page import Attempt, differences
from autograder.text import escape
from autograder.text.catalogue import Catalogue, spoken
from autograder.text.tables import grid

MAX_ATTEMPTS = 20


def moment(at: datetime, zone: str) -> str:
    """A moment on the cohort's clock: `2026-06-03 23:10`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def step(words: Catalogue, change: float | None) -> str:
    """The change since the attempt before, in words; empty for a first one."""
    if change is None:
        return ""
    if change == 0:
        return words.say("publish.same")
    return words.say("publish.up" if change > 0 else "publish.down", points=abs(change))


def history(words: Catalogue, attempts: Sequence[Attempt], zone: str) -> str:
    """The folded table of attempts, the newest first."""
    changes = differences(attempts)
    numbered = list(enumerate(zip(attempts, changes, strict=True), start=1))
    rows = [
        _row(words, number, attempt, change, zone)
        for number, (attempt, change) in reversed(numbered[-MAX_ATTEMPTS:])
    ]
    names = ("attempt", "moment", "commit", "score", "change")
    heads = [words.say(f"publish.column_{name}") for name in names]
    parts = [grid(heads, rows, "--:|:--|:--|--:|:--")]
    if len(attempts) > MAX_ATTEMPTS:
        parts.append(words.say("publish.history_older", count=len(attempts) - MAX_ATTEMPTS))
    return folded(words.say("publish.history", count=len(attempts)), "\n\n".join(parts))


def _row(
    words: Catalogue, number: int, attempt: Attempt, change: float | None, zone: str
) -> list[str]:
    marks = [
        words.say(f"publish.{key}")
        for key, holds in (
            ("this_one", attempt.current),
            ("regraded", attempt.trigger.startswith("regrade")),
            ("late_mark", attempt.late),
        )
        if holds
    ]
    score = f"{spoken(attempt.score)} / {spoken(attempt.max_score)}"
    label = f"{number} ({', '.join(marks)})" if marks else str(number)
    if attempt.current:
        label, score = f"**{label}**", f"**{score}**"
    at, commit = moment(attempt.moment, zone), escape.code(attempt.commit[:7])
    return [label, at, commit, score, step(words, change) or "–"]


def folded(summary: str, inner: str) -> str:
    """Markdown that opens on a click; both parts are Markdown or HTML already."""
    return f"<details>\n<summary>{summary}</summary>\n\n{inner}\n\n</details>"
