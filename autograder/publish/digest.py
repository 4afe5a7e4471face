"""The digest of a day: who handed in what, and what is solved, as one message for a chat.

Pure: it is handed entries and knows no ledger and no channel. Names and titles are escaped here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.models import Language
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue

LIMIT = 2000
"""Characters that one message of Discord holds."""


@dataclass(frozen=True)
class Entry:
    """One member's work on one assignment within the time the digest tells of.

    Attributes:
        name: what the member is called by.
        title: the assignment's, in the digest's language.
        score: of the best grade within that time.
        attempts: how many grades there were.
    """

    name: str
    title: str
    score: float
    max_score: float
    attempts: int = 1
    late: bool = False

    @property
    def solved(self) -> bool:
        """Whether every point was reached."""
        return self.max_score > 0 and self.score >= self.max_score


def write(
    entries: Iterable[Entry], *, since: datetime, language: Language, limit: int = LIMIT
) -> str:
    """The message, at most `limit` characters; what does not fit is counted, never dropped unsaid.

    Args:
        entries: in any order.
        since: the beginning of the time it tells of, in the cohort's zone.
    """
    words = catalogue(language)
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.title].append(entry)
    everybody = [entry for group in grouped.values() for entry in group]
    day = since.strftime("%Y-%m-%d %H:%M")
    if not everybody:
        return words.say("digest.quiet", since=day).replace("`", "")[:limit]
    head = words.say(
        "digest.head",
        since=day,
        members=len({entry.name for entry in everybody}),
        solved=sum(entry.solved for entry in everybody),
    ).replace("`", "")
    lines: list[str] = []
    for title in sorted(grouped):
        lines += ["", f"**{escape.chat(title)}**"]
        lines += [_line(words, entry) for entry in _ordered(grouped[title])]
    return _fitted(words, head, lines, limit)


def _ordered(entries: Sequence[Entry]) -> list[Entry]:
    """Solved ones first, then by name: a digest is no board, so no score decides."""
    return sorted(entries, key=lambda entry: (not entry.solved, entry.name))


def _line(words: Catalogue, entry: Entry) -> str:
    mark = "✅" if entry.solved else "📝"
    late = f" · {words.say('digest.late')}" if entry.late else ""
    again = f" · {words.say('digest.attempts', count=entry.attempts)}" if entry.attempts > 1 else ""
    return f"{mark} {escape.chat(entry.name)} {entry.score:g}/{entry.max_score:g}{again}{late}"


def _fitted(words: Catalogue, head: str, lines: Sequence[str], limit: int) -> str:
    whole = "\n".join([head, *lines])
    if len(whole) <= limit:
        return whole
    entries = sum(line.startswith(("✅", "📝")) for line in lines)
    kept = list(lines)
    while kept:
        kept.pop()
        left = entries - sum(line.startswith(("✅", "📝")) for line in kept)
        shown = "\n".join([head, *kept, "", words.say("digest.more", count=left)])
        if len(shown) <= limit:
            return shown
    return head[:limit]
