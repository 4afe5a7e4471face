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

from autograder.models import JSON, Check, Finding, Language, Report
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, spoken
from autograder.text.wording import Told, first_to_fix, passed, tell

LIMIT = 65_000
"""Characters that a comment on GitHub holds (65,536), less a margin."""
_MAX_TABLE_ROWS = 200
_CELL = 60
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
    limit: int = LIMIT,
) -> str:
    """Returns the report in Markdown, at most `limit` characters, ending with one line end.

    Args:
        report: any report, also one read from a file.
        path: the submission's path as the member types it.
        lesson: address of the lesson to read again.
        seed: the seed of this grade, if the provenance does not tell it.
        language: another language than the report's.
        limit: greatest length; what does not fit is left out as whole blocks, and said so.
    """
    links = Links(path, lesson, seed)
    tongue = language or report.language
    words = catalogue(tongue)
    told = [tell(check, report, tongue) for check in report.checks if check.status != "pass"]
    first = first_to_fix(report.checks)
    # The block of the first thing to fix comes first, and open.
    told.sort(key=lambda one: one.check is not first)
    head = [*_head(words, report), *_first(words, told), *_table(words, report)]
    blocks = (_block(words, one, links, place == 0) for place, one in enumerate(told))
    tail = _tail(words, report, links)
    return _fitted(words, head, blocks, tail, limit)


def _fitted(
    words: Catalogue, head: list[str], blocks: Iterable[str], tail: list[str], limit: int
) -> str:
    """Joins the parts; blocks that do not fit give way to a pointer."""
    pointer = f"*{words.say('report.cut')}*"
    room = limit - sum(len(part) + 2 for part in [*tail, pointer]) - 1
    kept: list[str] = []
    for part in [*head, *blocks]:
        room -= len(part) + 2
        if room < 0:
            kept.append(pointer)
            break
        kept.append(part)
    return "\n\n".join([*kept, *tail])[: max(limit - 1, 0)].rstrip() + "\n"


def _head(words: Catalogue, report: Report) -> list[str]:
    title = words.say("report.title", assignment=report.assignment)
    parts = [f"## {escape.prose(title)}"]
    status = words.say(f"report.status_{report.status}")
    if report.status == "graded":
        score = words.say("report.score", score=report.score, max_score=report.max_score)
        done = words.say("report.passed", passed=passed(report), total=len(report.checks))
        parts.append(f"{score} · {done} · {status}")
        parts += _cheer(words, report)
    else:
        parts.append(f"**{status}**")
        lead = "report.invalid_lead" if report.status == "invalid" else "infra.fault"
        parts.append(words.say(lead))
    if report.message:
        parts.append(escape.prose(report.message))
    if report.status == "infra_error":
        parts.append(words.say("infra.fault.next"))
    return parts


def _cheer(words: Catalogue, report: Report) -> list[str]:
    if report.checks and passed(report) == len(report.checks) and report.score >= report.max_score:
        return [words.say("report.perfect")]
    return [words.say("report.nothing_yet")] if passed(report) == 0 and report.checks else []


def _first(words: Catalogue, told: Sequence[Told]) -> list[str]:
    if not told:
        return []
    lines = [f"**{escape.text(told[0].check.title)}** — {escape.prose(told[0].next)}"]
    if told[0].check.hint:
        lines.append(f"💡 {escape.prose(told[0].check.hint)}")
    quote = "\n>\n".join(f"> {line}" for line in lines)
    return [f"### 👉 {words.say('report.first')}\n\n{quote}"]


def _table(words: Catalogue, report: Report) -> list[str]:
    if not report.checks:
        return []
    heads = ["column_check", "column_points", "column_result", "column_kind"]
    rows = [_table_row(words, check) for check in report.checks[:_MAX_TABLE_ROWS]]
    if len(report.checks) > _MAX_TABLE_ROWS:
        rows.append(["…", "", "", ""])
    table = _grid([words.say(f"report.{head}") for head in heads], rows, ":--|--:|:--|:--")
    return [f"### {words.say('report.checks')}\n\n{table}"]


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
    parts += [part for finding in told.findings for part in _examples(words, finding)]
    if check.visibility == "hidden" and check.status == "fail":
        parts.append(f"<sub>{words.say('report.hidden_note')}</sub>")
    return "\n\n".join([*parts, "</details>"])


def _line(words: Catalogue, label: str, said: str) -> str:
    return f"- **{words.say(f'report.{label}')}**: {said}" if said else ""


def _link(address: str) -> str:
    if not _LINK.fullmatch(address):
        return escape.prose(address)
    return f"[{escape.text(address.partition('://')[2] or address)}]({address})"


def _examples(words: Catalogue, finding: Finding) -> list[str]:
    """Returns the tables of a finding: rows that differ, and rows that are missing."""
    params = finding.params
    tables: list[str] = []
    rows = [row for row in _items(params.get("examples")) if isinstance(row, dict)]
    if params.get("key_columns") and rows:
        tables.append(_differing(words, finding, rows))
    columns = _strings(params.get("expected_columns"))
    missing = [_strings(row) for row in _items(params.get("expected"))]
    if columns and missing:
        grid = _grid(_codes(columns), [_codes(row) for row in missing])
        tables.append(f"{words.say('report.missing_examples')}\n\n{grid}")
    return tables


def _differing(words: Catalogue, finding: Finding, rows: list[dict[str, JSON]]) -> str:
    """Returns the table of rows that differ: key, own value and, where shown, the right one."""
    params = finding.params
    heads = _codes(_strings(params.get("key_columns")))
    cells = [_codes(_strings(row.get("key"))) for row in rows]
    if all("got" in row for row in rows):
        column = escape.code(str(params["column"]), limit=_CELL) if params.get("column") else ""
        heads.append(f"{column} · {words.say('report.got')}" if column else words.say("report.got"))
        for line, row in zip(cells, rows, strict=True):
            line += _codes([str(row["got"])])
        right = _strings(params.get("expected"))
        if finding.reveals and len(right) == len(rows):
            heads.append(words.say("report.expected"))
            for line, value in zip(cells, right, strict=True):
                line += _codes([value])
    return f"{words.say('report.examples')}\n\n{_grid(heads, cells)}"


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]], rule: str = "") -> str:
    """Returns a Markdown table; its cells are escaped already."""
    line = rule or "|".join(["---"] * len(heads))
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{line}|", *body])


def _codes(values: Iterable[str]) -> list[str]:
    return [escape.code(value, limit=_CELL) for value in values]


def _items(value: JSON) -> list[JSON]:
    return value[:20] if isinstance(value, list) else []


def _strings(value: JSON) -> list[str]:
    return [str(item)[:1000] for item in _items(value)]


def _tail(words: Catalogue, report: Report, links: Links) -> list[str]:
    lines: list[str] = []
    if report.status == "graded":
        timing = report.timing
        said = words.say(
            "report.time_line",
            capture_s=round(timing.capture_s, 1),
            grade_s=round(timing.grade_s, 1),
            queue_s=round(timing.queue_s, 1),
        )
        lines.append(_line(words, "time", said))
    if report.provenance.data:
        lines.append(_line(words, "data", _data(report.provenance.data)))
    return ["---", *(["\n".join(lines)] if lines else []), _commands(words, report, links)]


def _data(name: str) -> str:
    """Returns the data's id as it can be copied; anything else goes through the escaper."""
    return f"`{name}`" if _DATA.fullmatch(name) else escape.code(name)


def _commands(words: Catalogue, report: Report, links: Links) -> str:
    """Returns the commands as a code block that no path can leave."""
    path = shlex.quote(_in_block(links.path)) if links.path else ""
    assignment = shlex.quote(_in_block(report.assignment))
    lines = [f"# {words.say('report.again_check')}", f"./pioneers check {path}".rstrip()]
    seed = links.seed if links.seed is not None else _seed(report.provenance.data)
    if path and seed is not None:
        lines.append(f"# {words.say('report.again_grade')}")
        lines.append(f"./pioneers grade {assignment} {path} --seed {seed}")
    block = "\n".join(lines)
    return f"**{words.say('report.again')}**\n\n```sh\n{block}\n```"


def _in_block(raw: str) -> str:
    """Returns a path for a code block, where nothing but the closing fence has a meaning."""
    return escape.clean(raw, limit=300).replace("`", "?")


def _seed(data: str) -> int | None:
    found = _SEED.search(data)
    return int(found.group(1)) if found else None
