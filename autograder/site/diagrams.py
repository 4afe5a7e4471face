"""Diagrams: a fence of Mermaid in a lesson becomes a drawing in the page, drawn while building.

    ```mermaid
    %% title: What becomes of a submission
    flowchart LR
      A[Submission] --> B[Report]
    ```

The title is what a screen reader says in place of the drawing. All new ones are drawn at once, by
`site/tools/draw.mjs`, and kept by content; the page needs no script.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymdownx.superfences import SuperFencesException

from autograder.errors import ConfigError
from autograder.files import write_whole
from autograder.site import node
from autograder.site.widgets.fences import fences

LANGUAGE = "mermaid"
_TRIMMED = 28.0
"""How much of the empty edge (40 px on each side) is cut off."""
_LEAST = 0.75
"""A drawing shrinks to this part of its width; where that is too wide still, its box scrolls."""
_TITLE = re.compile(r"^\s*%%\s*title:\s*(?P<title>\S.*?)\s*$", re.MULTILINE)
_STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
_NAME = re.compile(r'\bid="(?P<name>[^"]+)"')
_SIZE = re.compile(r'<svg xmlns="[^"]*" viewBox="0 0 (?P<wide>[\d.]+) (?P<high>[\d.]+)"[^>]*>')


@dataclass(frozen=True)
class Written:
    """A diagram as its author wrote it.

    Attributes:
        source: Mermaid, with its title line.
        place: the file and line, for errors.
    """

    source: str
    place: str

    @property
    def title(self) -> str:
        """What it shows, in words.

        Raises:
            ConfigError: there is no title.
        """
        return _title(self.source, self.place)


@dataclass(frozen=True)
class Drawings:
    """Every diagram of the site as SVG; `fence` is the formatter that places them."""

    by_key: Mapping[str, str] = field(default_factory=dict)

    def fence(
        self, source: str, _language: str, _class: str, _options: Any, _md: Any, **_rest: Any
    ) -> str:
        """The figure for one fence.

        Raises:
            SuperFencesException: nobody drew it.
        """
        drawn = self.by_key.get(_key(source))
        if drawn is None:
            raise SuperFencesException("a diagram stands where no diagram is looked for")
        return _figure(drawn, _title(source, "a diagram"), _key(source))


def written(folder: Path, name: Mapping[str, str]) -> Iterator[Written]:
    """Every diagram in the pages below a docs folder.

    Args:
        name: the name of a page for errors, by its path in the folder, where it is another one.
    """
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if LANGUAGE not in text:
            continue
        page = path.relative_to(folder).as_posix()
        for each in fences(text):
            if each.language == LANGUAGE:
                yield Written(each.body, name.get(page, f"curriculum/{page}:{each.line}"))


def draw(wanted: Iterable[Written], modules: Path, tool: Path, cache: Path) -> Drawings:
    """Draw what has not been drawn before, all in one process.

    Args:
        modules: what `assets.fetch` returned.
        tool: the script that draws, `site/tools/draw.mjs`.
        cache: a folder for what is dear to make.

    Raises:
        ConfigError: a diagram is not Mermaid, or has no title; file and line are named.
        InfrastructureError: nothing can be drawn.
    """
    places = {_key(each.source): each for each in wanted if each.title}
    base = f"{modules.parent.name}\0{tool.read_text(encoding='utf-8')}"
    shelf = cache / "diagrams" / hashlib.sha256(base.encode()).hexdigest()[:12]
    drawn: dict[str, str] = {}
    for key in places:
        try:
            drawn[key] = (shelf / f"{key}.svg").read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
    new = {key: each.source for key, each in places.items() if key not in drawn}
    answers = json.loads(node.script(tool, modules, json.dumps(new))) if new else {}
    for key, answer in answers.items():
        if "svg" not in answer:
            raise ConfigError(
                f"{places[key].place}: this diagram cannot be drawn: "
                + " ".join(str(answer["error"]).split()),
                fix="mend it as the Mermaid documentation has it",
            )
        drawn[key] = answer["svg"]
        write_whole(shelf / f"{key}.svg", answer["svg"])
    return Drawings(drawn)


def _title(source: str, place: str) -> str:
    found = _TITLE.search(source)
    if found is None:
        raise ConfigError(
            f"{place}: this diagram has no title",
            fix="write what it shows on a line of its own: %% title: …",
        )
    return found["title"]


def _figure(svg: str, title: str, key: str) -> str:
    """The drawing as part of a page: our colours, names of its own, words for who cannot see it."""
    said = html.escape(title)
    svg = _STYLE.sub("", svg, count=1)
    for name in set(_NAME.findall(svg)):
        svg = svg.replace(f'id="{name}"', f'id="{name}-{key}"').replace(
            f"url(#{name})", f"url(#{name}-{key})"
        )
    svg = _SIZE.sub(lambda found: _opened(found, said), svg, count=1)
    lines = " ".join(line.strip() for line in svg.splitlines())
    return f'<figure class="diagram">{lines}</figure>'


def _opened(size: re.Match[str], said: str) -> str:
    """The first tag: less of an empty edge, as wide as it was drawn, a little less on a phone."""
    wide, high = (float(size[name]) - 2 * _TRIMMED for name in ("wide", "high"))
    return (
        f'<svg viewBox="{_TRIMMED} {_TRIMMED} {wide:.0f} {high:.0f}" width="{wide:.0f}"'
        f' height="{high:.0f}" style="max-width:{wide:.0f}px;min-width:{wide * _LEAST:.0f}px"'
        f' role="img" aria-label="{said}">'
    )


def _key(source: str) -> str:
    return hashlib.sha256(source.strip().encode("utf-8", "surrogatepass")).hexdigest()[:12]
