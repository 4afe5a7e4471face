"""The text of the one comment on a pull request; pure.

It begins with a marker, by which it is found again, and a hidden line of numbers that says which
run it shows. Whatever a submission wrote goes through the escaper; what does not fit is folded,
then left out as whole blocks with a pointer. It must not know GitHub, ledgers or hand-overs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

from autograder.publish.page import FAULT, Page, Section, Sentence, mood
from autograder.publish.progress import folded, history, moment, step
from autograder.text import escape, markdown
from autograder.text.catalogue import Catalogue, catalogue

MARKER = "<!-- pioneers:report:v1 -->"
LIMIT = markdown.LIMIT
_HOLDS = 65_500
"""What a comment holds (65,536) but for a few: room for a notice above a full one."""
MAX_REFUSALS = 10
_SMALLEST_BODY = 600
"""Characters below which a report says nothing useful; the section is then left out."""
_STATE = re.compile(
    r"<!-- pioneers:state order=(\d{1,19}) commit=([0-9a-f]{40,64}) sections=(\d{1,4}) -->"
)
_NOTICE_OPENS, _NOTICE_ENDS = "<!-- pioneers:notice -->", "<!-- /pioneers:notice -->"
# At the start and up to a line of its own: words of members stand in neither place.
_NOTICE = re.compile(rf"\A{_NOTICE_OPENS}\n.*?^{_NOTICE_ENDS}$", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9][\w.:-]*(/[\w./%#?=&~-]*)?")


@dataclass(frozen=True)
class State:
    """The hidden line: GitHub's run id of what the comment shows, the commit, how many results."""

    order: int
    commit: str
    sections: int = 0

    def __str__(self) -> str:
        told = f"order={self.order} commit={self.commit} sections={self.sections}"
        return f"<!-- pioneers:state {told} -->"


def state_of(text: str) -> State | None:
    """The state of a comment of ours; None if it is none, or says none.

    Only the line right behind the marker counts: nothing below it is ours alone.
    """
    lines = text.replace("\r\n", "\n").split("\n", 2)
    found = _STATE.fullmatch(lines[1]) if len(lines) > 1 and lines[0] == MARKER else None
    return State(int(found[1]), found[2], int(found[3])) if found else None


def to_comment(page: Page, *, limit: int = LIMIT) -> str:
    """The comment of a page, at most `limit` characters, ending with one line end."""
    words = catalogue(page.language)
    state = State(page.order, page.commit, len(page.sections))
    top = [_opening(state), *_greeting(words, page)]
    bottom = _bottom(words, page)
    room = limit - _length([*top, *bottom]) - 1
    return "\n\n".join([*top, *_sections(words, page, room), *bottom]) + "\n"


def with_notice(text: str, page: Page) -> str:
    """The comment where this run has no result: earlier results stay, below a few words.

    Args:
        text: the comment as it is; empty if there is none.
        page: of a run without results; its refusals are said, or where it has none, that
            something of ours broke.
    """
    words = catalogue(page.language)
    told = page.refusals[:MAX_REFUSALS] or (Sentence(FAULT, {"commit": page.commit[:7]}),)
    old = state_of(text)
    if old is None or not old.sections:
        return to_comment(replace(page, refusals=tuple(told)))
    said = [" ".join(_pair(words, each.key, each.params)) for each in told]
    quote = "\n>\n".join(f"> {line}" for line in ["⚠️ " + said[0], *said[1:], *_run(words, page)])
    notice = f"{_NOTICE_OPENS}\n{quote}\n{_NOTICE_ENDS}"
    below = text.replace("\r\n", "\n").split("\n", 2)[2]
    rest = _NOTICE.sub("", below.strip()).strip()
    state = State(page.order, page.commit, old.sections)
    whole = f"{_opening(state)}\n\n{notice}\n\n{rest}\n"
    return whole if len(whole) <= _HOLDS else to_comment(replace(page, refusals=tuple(told)))


def address(raw: str) -> str:
    """An address that a Markdown link can hold; empty for anything else."""
    return raw if len(raw) <= 500 and _ADDRESS.fullmatch(raw) else ""


def _opening(state: State) -> str:
    return f"{MARKER}\n{state}"


def _greeting(words: Catalogue, page: Page) -> list[str]:
    if page.stranger and page.refusals:  # which welcome a stranger in their own words
        return []
    return [_filled(words, f"publish.greet_{mood(page)}", name=escape.text(page.name, limit=60))]


def _refusals(words: Catalogue, page: Page) -> list[str]:
    """What was not graded and why: a short list, or plain words where there is nothing else."""
    told = [_pair(words, each.key, each.params) for each in page.refusals[:MAX_REFUSALS]]
    rest = len(page.refusals) - len(told)
    more = [words.say("publish.more_refusals", count=rest)] if rest > 0 else []
    if not told:
        return []
    if not page.sections:
        return [*("\n\n".join(pair) for pair in told), *more]
    lines = [f"> - {' '.join(pair)}" for pair in told] + [f"> - {line}" for line in more]
    return ["\n".join([f"> **{words.say('publish.refusals')}**", ">", *lines])]


def _pair(words: Catalogue, key: str, params: Mapping[str, Any]) -> list[str]:
    """A sentence and its next step, as Markdown; a value that is not there shows as a dash."""
    if not words.has(key):
        key = "check.unknown_finding"
    keys = [key, f"{key}.next"] if words.has(f"{key}.next") else [key]
    names = [n for k in keys for _, n, _, _ in Formatter().parse(words.template(k)) if n]
    filled = {**dict.fromkeys(names, "–"), **params}
    return [escape.prose(words.say(each, **filled), limit=1200) for each in keys]


def _sections(words: Catalogue, page: Page, room: int) -> list[str]:
    """Every section, the short ones whole and the long ones cut; the last resort is a count."""
    frames = [_Frame.of(words, page, section) for section in page.sections]
    needs = [frame.smallest for frame in frames]
    spare = len(words.say("publish.more_sections", count=999)) + 2
    while needs and sum(needs) > room - spare:
        needs.pop()
    kept = frames[: len(needs)]
    left = len(frames) - len(kept)
    room -= spare if left else 0
    texts = _shared(kept, room)
    return texts if not left else [*texts, words.say("publish.more_sections", count=left)]


def _shared(frames: Sequence[_Frame], room: int) -> list[str]:
    """Shares the room: each takes what it needs, or an equal part of what the shorter leave."""
    texts = {}
    whole = sorted(enumerate(frames), key=lambda pair: len(pair[1].text(room)))
    for done, (place, frame) in enumerate(whole):
        waiting = whole[done + 1 :]
        fair = room // (len(waiting) + 1)
        most = room - sum(other.smallest for _, other in waiting)
        texts[place] = frame.text(min(max(fair, frame.smallest), most) - 2)
        room -= len(texts[place]) + 2
    return [texts[place] for place in range(len(frames))]


@dataclass(frozen=True)
class _Frame:
    """One section: what always stands, and a report that can be cut."""

    words: Catalogue
    page: Page
    section: Section
    head: tuple[str, ...]
    tail: tuple[str, ...]
    only: bool

    @classmethod
    def of(cls, words: Catalogue, page: Page, section: Section) -> _Frame:
        only = len(page.sections) == 1
        head = [_title(section) if only else f"## {_title(section)}"]
        tail = _after(words, page, section)
        if section.answer is not None:
            said = " ".join(_pair(words, section.answer.key, section.answer.params))
            # The score comes first; a word about the deadline can wait until below the checks.
            head, tail = (head, [said, *tail]) if section.report else ([*head, said], tail)
        return cls(words, page, section, tuple(head), tuple(tail), only)

    @property
    def smallest(self) -> int:
        """Characters that the section needs at least, with the line ends around it."""
        body = _SMALLEST_BODY if self.section.report else 0
        return _length(self.head) + body + 2

    def text(self, limit: int) -> str:
        """The section in at most `limit` characters; its history gives way before its checks."""
        tail = self.tail if _length([*self.head, *self.tail]) + 4 * _SMALLEST_BODY < limit else ()
        body = self._body(limit - _length([*self.head, *tail]) - 4)
        return "\n\n".join([*self.head, *body, *tail])

    def _body(self, limit: int) -> list[str]:
        report = self.section.report
        if report is None:
            return []
        late = [self.words.say("publish.late")] if self.section.late else []
        change = step(self.words, self.section.change)
        said = markdown.body(
            report,
            self.page.language,
            remarks=[f"**{change}**", *late] if change else late,
            lesson=self.section.lesson,
            unfold=self.only,
            pointer=_pointer(self.words, self.page),
            limit=max(limit, 1),
        )
        return [said.rstrip("\n")]


def _title(section: Section) -> str:
    name = escape.code(section.assignment, limit=80)
    return f"**{escape.text(section.title, limit=120)}** {name}" if section.title else name


def _pointer(words: Catalogue, page: Page) -> str:
    link = address(page.run_url)
    said = words.say("publish.cut")
    return f"{said} [{words.say('publish.cut_link')}]({link})" if link else said


def _after(words: Catalogue, page: Page, section: Section) -> list[str]:
    """What comes after the checks: what the record says, earlier attempts, how to try again."""
    report = section.report
    parts: list[str] = []
    if section.recorded is not None:
        parts.append(f"> {words.say('publish.recorded', score=section.recorded)}")
    if report is not None and report.status != "graded" and section.attempts:
        last = section.attempts[-1]
        parts.append(words.say("publish.kept", score=last.score, max_score=last.max_score))
    if section.attempts:
        parts.append(history(words, section.attempts, page.zone))
    if report is not None and section.path:
        block = markdown.commands(report, page.language, path=section.path)
        parts.append(folded(words.say("publish.again"), block))
    return parts


def _bottom(words: Catalogue, page: Page) -> list[str]:
    parts: list[str] = []
    refusals = _refusals(words, page)
    if not page.ledger_read and page.sections:
        parts.append(f"<sub>{words.say('publish.history_unread')}</sub>")
    links = [*_notebook(words, page), *_run(words, page)]
    if links:
        parts.append(" · ".join(links))
    if not page.stranger:
        asks = [words.say(f"publish.command_{name}") for name in ("hint", "regrade", "appeal")]
        parts.append(folded(words.say("publish.commands"), "\n".join(f"- {ask}" for ask in asks)))
    if any(section.report for section in page.sections):
        at = moment(page.moment, page.zone)
        commit = f"<code>{page.commit[:7]}</code>"
        footer = _filled(words, "publish.footer", commit=commit, moment=at, zone=page.zone)
        parts.append(f"<sub>{footer}</sub>")
    return [*refusals, *(["---", *parts] if parts else [])]


def _notebook(words: Catalogue, page: Page) -> list[str]:
    link = address(page.notebook_url)
    return [f"📓 [{words.say('publish.notebook')}]({link})"] if link else []


def _run(words: Catalogue, page: Page) -> list[str]:
    link = address(page.run_url)
    return [f"🔧 [{words.say('publish.run')}]({link})"] if link else []


def _filled(words: Catalogue, key: str, **ready: str) -> str:
    """A sentence filled with what is Markdown already."""
    return words.template(key).format_map(ready)


def _length(parts: Sequence[str]) -> int:
    return sum(len(part) + 2 for part in parts)
