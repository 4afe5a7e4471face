"""A page as its author wrote it: headings, anchors, links, images and tags, each with its line.

For checks that name file and line. Reads Markdown lightly, line by line; what is rendered in the
end is MkDocs' to say. Knows no rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from markdown.extensions.toc import slugify

from autograder.site.widgets.fences import Fence, fences, prose

_HEADING = re.compile(r"^(?P<marks>#{1,6})\s+(?P<title>.+?)\s*(?P<attributes>\{[^{}]*\})?\s*#*$")
_ATTRIBUTE_ID = re.compile(r"\{:?[^{}]*?#(?P<id>[\w:.-]+)[^{}]*\}")
_CODE_SPAN = re.compile(r"(?P<marks>`+)(?!`).+?(?<!`)(?P=marks)(?!`)")
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*<?(?P<target>[^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+[\"'][^)]*)?\s*\)"
)
_IMAGE_BY_NAME = re.compile(r"!\[(?P<text>[^\]]*)\]\[")


@dataclass(frozen=True)
class Heading:
    """A heading: its line, level, words, and the anchor its author gave it, if any."""

    line: int
    level: int
    title: str
    anchor: str


@dataclass(frozen=True)
class Link:
    """A link or an image in Markdown; `text` is what stands for it."""

    line: int
    target: str
    text: str
    image: bool


@dataclass(frozen=True)
class Tag:
    """An HTML tag; an attribute without a value is empty text."""

    line: int
    name: str
    attributes: Mapping[str, str]


class Reading:
    """What stands in one page.

    Args:
        text: the page's Markdown.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [_CODE_SPAN.sub(_blank, line) for line in prose(_without_meta(text))]

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        """Every fenced block."""
        return tuple(fences(self.text))

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Every heading that begins with #."""
        found = []
        for number, line in enumerate(prose(_without_meta(self.text)), start=1):
            match = _HEADING.match(line)
            if match:
                given = _ATTRIBUTE_ID.search(match["attributes"] or "")
                anchor = given["id"] if given else ""
                found.append(Heading(number, len(match["marks"]), match["title"], anchor))
        return tuple(found)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Every anchor of the page that a link can lead to, as far as its source tells."""
        made = {heading.anchor or str(slugify(heading.title, "-")) for heading in self.headings}
        given = {found["id"] for line in self._lines for found in _ATTRIBUTE_ID.finditer(line)}
        named = {tag.attributes.get(key, "") for tag in self.tags for key in ("id", "name")}
        return frozenset(made | given | named) - {""}

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link and image, but for those in code."""
        found = []
        for number, line in enumerate(self._lines, start=1):
            for match in _LINK.finditer(line):
                found.append(Link(number, match["target"], match["text"], bool(match["image"])))
                inner = _LINK.search(match["text"])  # an image that is a link
                if inner:
                    found.append(Link(number, inner["target"], inner["text"], bool(inner["image"])))
            for match in _IMAGE_BY_NAME.finditer(line):
                found.append(Link(number, "", match["text"], image=True))
        return tuple(found)

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """Every HTML tag that is opened, but for those in code."""
        parser = _Tags()
        parser.feed("\n".join(self._lines))
        parser.close()
        return tuple(parser.found)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.found.append(Tag(self.getpos()[0], tag, attributes))

    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """A script that never closes must not hide the tags behind it: nothing is skipped."""
        del elem, escapable


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _without_meta(text: str) -> str:
    """The page with its front matter emptied, so that line numbers still fit."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != "---":
        return text
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in {"---", "..."}:
            return "\n".join([""] * (number + 1) + lines[number + 1 :])
    return text
