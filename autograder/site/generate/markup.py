"""Small pieces of the made pages: tables, moments, buttons, and Markdown of others moved about.

Whatever comes from a file or a person goes through `text.escape` before it gets here. Knows nothing
of assignments, datasets or boards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.cohort import FILE
from autograder.errors import ConfigError
from autograder.models import Language
from autograder.site.widgets.fences import fences
from autograder.text import escape
from autograder.text.catalogue import catalogue, spoken
from autograder.text.tables import grid

_HEADING = re.compile(r"^(#{1,6})(?= )")
_LINK = re.compile(r"(\]\()([^)\s]+)(\))")


def words(language: Language, key: str, /, **ready: str) -> str:
    """A sentence of the catalogue below `site.`, filled with what is Markdown or HTML already."""
    return catalogue(language).template(f"site.{key}").format_map(ready)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], rule: str = "") -> str:
    """A Markdown table of cells that are escaped already; nothing where there are no rows."""
    return grid(heads, rows, rule) if rows else ""


def heading(level: int, title: str, anchor: str) -> str:
    """A heading with the same anchor in every language."""
    return f"{'#' * level} {title} {{ #{anchor} }}"


def page(*parts: str) -> str:
    """A page of paragraphs; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def moment(at: datetime, zone: str, language: Language, *, own: bool = True) -> str:
    """A moment on the cohort's clock; with `own`, the reader's clock joins it in the browser.

    Raises:
        ConfigError: `zone` is not the name of a time zone.
    """
    try:
        clock = ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        said = escape.clean(zone, limit=60)
        raise ConfigError(
            f"{FILE}: zone: no time zone {said!r}", fix="use a name such as Asia/Seoul"
        ) from error
    here = at.astimezone(clock)
    said = words(
        language, "moment", day=day(here.date(), language), clock=f"{here:%H:%M}",
        zone=escape.page(here.tzname() or zone),
    )  # fmt: skip
    local = f' data-zone="{zone}" data-local' if own else ""
    return f'<time datetime="{here.isoformat()}"{local}>{said}</time>'


def day(at: date, language: Language) -> str:
    """A day with its weekday, as a reader of the language writes it."""
    names = {name: words(language, f"{name}.n{number}") for name, number in (
        ("weekday", at.isoweekday()), ("month", at.month))}  # fmt: skip
    return words(language, "day", year=str(at.year), number=str(at.day), **names)


def points(value: float) -> str:
    """Points without a needless fraction: `2`, `2.5`."""
    return spoken(float(value))


def button(label: str, target: str, *, primary: bool = False, file: str = "") -> str:
    """A link that looks like a button; with `file`, one that downloads under that name."""
    download = f' download="{file}"' if file else ""
    style = " .md-button--primary" if primary else ""
    return f"[{label}]({target}){{ .md-button{style}{download} }}"


def note(kind: str, title: str, body: str) -> str:
    """An admonition; `body` is Markdown."""
    inside = "\n".join(f"    {line}".rstrip() for line in body.strip().splitlines())
    return f'!!! {kind} "{escape.page(title)}"\n\n{inside}'


def fenced(body: str, language: str = "") -> str:
    """A code block that no line of its content can close."""
    longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{body.rstrip()}\n{marks}"


def shifted(markdown: str, by: int) -> str:
    """Markdown with its headings `by` levels lower, six at most; code is left alone."""

    def lower(line: str) -> str:
        return _HEADING.sub(lambda found: "#" * min(6, len(found[1]) + by), line)

    return _outside_code(markdown, lower)


def anchored(markdown: str) -> str:
    """Markdown whose headings have anchors, by number where the author gave none.

    So a link into a page leads to the same place in every language.
    """
    number = 0

    def name(line: str) -> str:
        nonlocal number
        if not _HEADING.match(line) or line.endswith("}"):
            return line
        number += 1
        return f"{line.rstrip()} {{ #part-{number} }}"

    return _outside_code(markdown, name)


def relinked(markdown: str, leads: Callable[[str], str]) -> str:
    """Markdown whose links lead where `leads` says; code is left alone."""
    return _outside_code(
        markdown, lambda line: _LINK.sub(lambda found: f"]({leads(found[2])})", line)
    )


def _outside_code(markdown: str, change: Callable[[str], str]) -> str:
    lines = markdown.splitlines()
    code = {number for fence in fences(markdown) for number in range(fence.line - 1, fence.last)}
    return "\n".join(line if number in code else change(line) for number, line in enumerate(lines))
