"""A rendered page cut into sections: what stands under each heading, as plain text.

Reads HTML as the theme writes it; runs nothing and trusts nothing in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from autograder.errors import ConfigError

MOST_CHARACTERS = 20_000
"""Of one section's text, and of its code; a longer one is cut, so that no page swamps the index."""
MOST_BOOST = 10

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
_BLOCKS = _HEADINGS | {
    "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt", "figure", "hr",
    "label", "li", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_SILENT = {"script", "style", "svg", "template", "object", "iframe", "button", "select"}
_SILENT_CLASSES = {"headerlink", "linenos", "md-annotation", "twemoji"}
_ANNOTATION = re.compile(r"(?:#|//|--)\s*\(\d+\)!?\s*$", re.MULTILINE)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Section:
    """What stands under one heading.

    Attributes:
        url: of the page, relative to the site's root, such as `en/week1/day2/`.
        page: the page's title.
        anchor: of the heading; empty for what stands before the first one.
        title: the heading's text; the page's title where there is no heading.
        text: prose, with single spaces.
        code: what stands in code blocks, with single spaces.
        boost: how much more the page counts than others, as its front matter's `search: boost:`.
    """

    url: str
    page: str
    anchor: str
    title: str
    text: str
    code: str = ""
    boost: float = 1.0


def collect(html: str, *, url: str, title: str, settings: object = None) -> list[Section]:
    """The sections of a page in the order of reading; the first one is the page itself.

    Args:
        html: the content as the theme puts it on the page, without header and navigation.
        title: the page's title as plain text.
        settings: what the page's front matter says under `search:`; with `exclude: true` the page
            has no sections.

    Raises:
        ConfigError: `boost` is not a number above 0.
    """
    said = settings if isinstance(settings, dict) else {}
    if said.get("exclude"):
        return []
    boost = said.get("boost", 1.0)
    if not isinstance(boost, int | float) or not 0 < boost <= MOST_BOOST:
        raise ConfigError(
            f"{url}: search: boost: {boost!r} is not a number above 0 and up to {MOST_BOOST}",
            fix="mend the page's front matter",
        )
    reader = _Reader()
    reader.feed(html)
    reader.close()
    page = _plain(title)
    if reader.drafts[0].level == 1:  # the first heading is the page's own: no anchor leads there
        reader.drafts[0].anchor = ""
    sections = [
        Section(
            url,
            page,
            draft.anchor,
            _plain("".join(draft.title)) or page,
            *draft.body(),
            float(boost),
        )
        for draft in reader.drafts
    ]
    return [sections[0]] + [found for found in sections[1:] if found.anchor]


@dataclass
class _Draft:
    """A section that is still being read."""

    level: int = 0
    anchor: str = ""
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def body(self) -> tuple[str, str]:
        code = _ANNOTATION.sub(" ", "".join(self.code))
        return _plain("".join(self.text))[:MOST_CHARACTERS], _plain(code)[:MOST_CHARACTERS]


class _Reader(HTMLParser):
    """Walks the tags once; what is silent is skipped with all that is in it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.drafts = [_Draft()]
        self._open: list[tuple[str, bool]] = []  # a tag, and whether it silences what is in it
        self._silent = 0
        self._heading = ""
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._break(tag)
            return
        named = dict(attrs)
        classes = set((named.get("class") or "").split())
        silent = tag in _SILENT or bool(classes & _SILENT_CLASSES) or "data-search-exclude" in named
        self._open.append((tag, silent))
        self._silent += silent
        if self._silent:
            return
        if tag in _HEADINGS and not self._heading:
            if self._starts(int(tag[1]), named.get("id") or ""):
                self._heading = tag
        elif tag == "pre":
            self._code += 1
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _ in self._open}:
            return  # closes nothing
        while self._open:
            name, silent = self._open.pop()
            self._silent -= silent
            if not silent and not self._silent:
                if name == self._heading:
                    self._heading = ""
                self._code -= name == "pre" and self._code > 0
                self._break(name)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        draft = self.drafts[-1]
        place = draft.title if self._heading else draft.code if self._code else draft.text
        place.append(data)

    def _starts(self, level: int, anchor: str) -> bool:
        """Begin a section at a heading; nothing leads to one without an anchor."""
        first = self.drafts[0]
        empty = not any(part.strip() for part in first.text + first.code + first.title)
        if level == 1 and len(self.drafts) == 1 and empty:
            first.level, first.anchor = level, anchor
            return True
        if anchor:
            self.drafts.append(_Draft(level, anchor))
        return bool(anchor)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS and not self._silent:
            self.handle_data("\n")


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
