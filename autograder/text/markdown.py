"""A report as Markdown, for `report.md` and the comment on a pull request.

First the result and the one thing to do next; then points by check; then a block for each check
that did not pass, all but the first folded. Whatever a submission wrote goes through the escaper.
It must not know files, GitHub or how a grade is made.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.models import Check, Language, Report, Timing
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, spoken
from autograder.text.tables import examples, grid
from autograder.text.wording import Told, first_to_fix, passed, tell

LIMIT = 65_000
"""Characters that a comment on GitHub holds (65,536), less a margin."""
_MAX_TABLE_ROWS = 200
_SEED = re.compile(r"#(\d{1,19})$")
_DATA = re.compile(r"[a-z0-9_-]{1,60}@[0-9.e-]{1,20}#\d{1,19}")
_LINK = re.compile(r"(https?://)?[A-Za-z0-9][\w./%#?=&-]*")


@dataclass(frozen=True)
class Links:
    """What a report may point to.

    Attributes:
        path: the submission's path, for the commands; empty to leave it out.
        lesson: address of the lesson page; empty to leave it out.
        seed: the seed of this grade; None to take it from the report's provenance.
    """

    path: str = ""
    lesson: str = ""
    seed: int | None = None


def to_markdown(
    report: Report,
    *,
    path: str = "",
    lesson: str = "",
    seed: int | None = None,
    language: Language | None = None,
    official: bool = True,
    limit: int = LIMIT,
) -> str:
    """Returns the report in Markdown, at most `limit` characters, ending with one line end.

    Args:
        report: any report, also one read from a file.
        path: the submission's path as the member types it.
        lesson: address of the lesson to read again.
        seed: the seed of this grade, if the provenance does not tell it.
        language: another language than the report's.
        official: False for a member's own check, after which hidden checks are still to come.
        limit: greatest length; what does not fit is left out as whole blocks, and said so.
    """
    links = Links(path, lesson, seed)
    words = catalogue(language or report.language)
    title = words.say("report.title", assignment=report.assignment)
    done = [words.say(f"report.status_{report.status}")] if report.status == "graded" else []
    head = [f"## {escape.prose(title)}", *_head(words, report, done, official)]
    parts = _parts(words, report, links)
    pointer = words.say("report.cut")
    return _fitted([*head, *parts], _tail(words, report, links), pointer, limit)


def body(
    report: Report,
    language: Language,
    *,
    remarks: Sequence[str] = (),
    lesson: str = "",
    level: int = 3,
    unfold: bool = True,
    pointer: str = "",
    limit: int = LIMIT,
) -> str:
    """Returns a report without its title and its commands, for a page that has its own.

    Args:
        report: any report, also one read from a file.
        language: the language to say it in.
        remarks: what stands beside the score, as Markdown.
        lesson: address of the lesson to read again.
        level: of the headings in it, 1 to 6.
        unfold: whether the first block of what to fix is open.
        pointer: what to say, as Markdown, where blocks are left out.
        limit: greatest length in characters.
    """
    words = catalogue(language)
    parts = _parts(words, report, Links(lesson=lesson), level=level, unfold=unfold)
    head = _head(words, report, remarks)
    return _fitted([*head, *parts], [], pointer or words.say("report.cut"), limit)


def commands(report: Report, language: Language, *, path: str, seed: int | None = None) -> str:
    """Returns the commands that check and grade the submission at `path` again, as a code block."""
    return _command_block(catalogue(language), report, Links(path=path, seed=seed))


def _parts(
    words: Catalogue, report: Report, links: Links, *, level: int = 3, unfold: bool = True
) -> Iterable[str]:
    """Yields what comes after the result: the first thing to fix, points, one block a check."""
    failed = [check for check in report.checks if check.status != "pass"]
    told = [tell(check, report, words.language) for check in failed]
    first = first_to_fix(report.checks)
    # The block of the first thing to fix comes first, and open.
    told.sort(key=lambda one: one.check is not first)
    yield from [*_first(words, told, level), *_table(words, report, level)]
    for place, one in enumerate(told):
        yield _block(words, one, links, unfold and place == 0)


def _fitted(parts: Iterable[str], tail: Sequence[str], cut: str, limit: int) -> str:
    """Joins the parts; those that do not fit give way to a pointer."""
    pointer = f"*{cut}*"
    room = limit - sum(len(part) + 2 for part in [*tail, pointer]) - 1
    kept: list[str] = []
    for part in parts:
        room -= len(part) + 2
        if room < 0:
            kept.append(pointer)
            break
        kept.append(part)
    return "\n\n".join([*kept, *tail])[: max(limit - 1, 0)].rstrip() + "\n"


def _head(
    words: Catalogue, report: Report, remarks: Sequence[str], official: bool = True
) -> list[str]:
    parts: list[str] = []
    if report.status == "graded":
        score = words.say("report.score", score=report.score, max_score=report.max_score)
        done = words.say("report.passed", passed=passed(report), total=len(report.checks))
        parts.append(" · ".join([score, done, *remarks]))
        parts += _cheer(words, report, official)
    else:
        status = words.say(f"report.status_{report.status}")
        parts.append(" · ".join([f"**{status}**", *remarks]))
        lead = "report.invalid_lead" if report.status == "invalid" else "infra.fault"
        parts.append(words.say(lead))
    if report.message:
        parts.append(escape.prose(report.message))
    if report.status == "infra_error":
        parts.append(words.say("infra.fault.next"))
    return parts


def _cheer(words: Catalogue, report: Report, official: bool) -> list[str]:
    if report.checks and passed(report) == len(report.checks) and report.score >= report.max_score:
        return [words.say("report.perfect" if official else "report.all_done")]
    return [words.say("report.nothing_yet")] if passed(report) == 0 and report.checks else []


def _first(words: Catalogue, told: Sequence[Told], level: int) -> list[str]:
    if not told:
        return []
    lines = [f"**{escape.text(told[0].check.title)}** — {escape.prose(told[0].next)}"]
    if told[0].check.hint:
        lines.append(f"💡 {escape.prose(told[0].check.hint)}")
    quote = "\n>\n".join(f"> {line}" for line in lines)
    return [f"{'#' * level} 👉 {words.say('report.first')}\n\n{quote}"]


def _table(words: Catalogue, report: Report, level: int) -> list[str]:
    if not report.checks:
        return []
    heads = ["column_check", "column_points", "column_result", "column_kind"]
    rows = [_table_row(words, check) for check in report.checks[:_MAX_TABLE_ROWS]]
    if len(report.checks) > _MAX_TABLE_ROWS:
        rows.append(["…", "", "", ""])
    table = grid([words.say(f"report.{head}") for head in heads], rows, ":--|--:|:--|:--")
    return [f"{'#' * level} {words.say('report.checks')}\n\n{table}"]


def _table_row(words: Catalogue, check: Check) -> list[str]:
    points = f"{spoken(check.points)} / {spoken(check.max_points)}"
    status = words.say(f"report.{check.status}")
    kind = words.say(f"report.{check.visibility}")
    return [escape.text(check.title, limit=100), points, status, kind]


def _block(words: Catalogue, told: Told, links: Links, is_open: bool) -> str:
    check = told.check
    mark = words.say(f"report.{check.status}").split(" ")[0]
    points = f"{spoken(check.points)} / {spoken(check.max_points)}"
    title = escape.html(check.title, limit=100)
    opening = "<details open>" if is_open else "<details>"
    cell = words.say("report.cell_number", cell=check.cell) if check.cell else ""
    lines = [
        _line(words, "what", escape.prose(told.message)),
        _line(words, "asked", escape.prose(told.asked)),
        _line(words, "arrived", escape.prose(told.arrived)),
        _line(words, "cell", cell),
        _line(words, "next", escape.prose(told.next)),
        _line(words, "hint", escape.prose(check.hint)),
        _line(words, "lesson", _link(links.lesson)),
    ]
    parts = [f"{opening}\n<summary>{mark} <b>{title}</b> ({points})</summary>"]
    parts.append("\n".join(line for line in lines if line))
    parts += [part for finding in told.findings for part in examples(words, finding)]
    if check.visibility == "hidden" and check.status == "fail":
        parts.append(f"<sub>{words.say('report.hidden_note')}</sub>")
    return "\n\n".join([*parts, "</details>"])


def _line(words: Catalogue, label: str, said: str) -> str:
    return f"- **{words.say(f'report.{label}')}**: {said}" if said else ""


def _link(address: str) -> str:
    if not _LINK.fullmatch(address):
        return escape.prose(address)
    return f"[{escape.text(address.partition('://')[2] or address)}]({address})"


def _tail(words: Catalogue, report: Report, links: Links) -> list[str]:
    lines: list[str] = []
    timing = report.timing
    if report.status == "graded" and timing != Timing():
        said = words.say(
            "report.time_line",
            capture_s=round(timing.capture_s, 1),
            grade_s=round(timing.grade_s, 1),
            queue_s=round(timing.queue_s, 1),
        )
        lines.append(_line(words, "time", said))
    if report.provenance.data:
        lines.append(_line(words, "data", _data(report.provenance.data)))
    return ["---", *(["\n".join(lines)] if lines else []), _again(words, report, links)]


def _data(name: str) -> str:
    """Returns the data's id as it can be copied; anything else goes through the escaper."""
    return f"`{name}`" if _DATA.fullmatch(name) else escape.code(name)


def _again(words: Catalogue, report: Report, links: Links) -> str:
    return f"**{words.say('report.again')}**\n\n{_command_block(words, report, links)}"


def _command_block(words: Catalogue, report: Report, links: Links) -> str:
    """Returns the commands as a code block that no path can leave."""
    path = shlex.quote(_in_block(links.path)) if links.path else ""
    assignment = shlex.quote(_in_block(report.assignment))
    lines = [f"# {words.say('report.again_check')}", f"./pioneers check {path}".rstrip()]
    seed = links.seed if links.seed is not None else _seed(report.provenance.data)
    if path and seed is not None:
        lines.append(f"# {words.say('report.again_grade')}")
        lines.append(f"./pioneers grade {assignment} {path} --seed {seed}")
    block = "\n".join(lines)
    return f"```sh\n{block}\n```"


def _in_block(raw: str) -> str:
    """Returns a path for a code block, where nothing but the closing fence has a meaning."""
    return escape.clean(raw, limit=300).replace("`", "?")


def _seed(data: str) -> int | None:
    found = _SEED.search(data)
    return int(found.group(1)) if found else None
