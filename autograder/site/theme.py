"""What the theme needs of a build: packages, typeface, diagrams; each is told to the templates.

`prepare` makes them before the first page is read, `finish` lays them into the built site.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.utils import get_theme_dir

from autograder import assignment, paths
from autograder.files import write_whole
from autograder.models import Language
from autograder.site import assets, diagrams, feed, hero, typeface
from autograder.site.generated import Sources
from autograder.text import catalogue, escape

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_WORDS = Path(catalogue.__file__).parent
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_CORNER = re.compile(r"<th(?: [^>]*)?></th>")
_TASK = '<input type="checkbox" disabled'
_FENCES = "pymdownx.superfences"


@dataclass(frozen=True)
class Theme:
    """What was made for one build.

    Attributes:
        site: the folder `site/` of the repository.
        modules: the fetched packages.
        typeface: our own cut of it.
        drawings: every diagram of the pages.
        feeds: the news by path in the built site; empty where the site knows no address.
    """

    site: Path
    modules: Path
    typeface: typeface.Typeface
    drawings: diagrams.Drawings
    feeds: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Changes with what pages are drawn with; a rendered page depends on it."""
        tool = (self.site / "tools" / "draw.mjs").read_bytes()
        return hashlib.sha256(self.modules.parent.name.encode() + tool).hexdigest()


def prepare(
    sources: Sources, written: Path, docs: Path, names: Mapping[str, str], address: str
) -> Theme:
    """Fetch, cut and draw; what was made before is taken from the cache.

    Args:
        written: the folder of hand-written pages.
        docs: the folder that MkDocs reads, laid out in full.
        names: what a page is made from, by its path in `docs`.
        address: where the site will be read; empty if unknown.

    Raises:
        ConfigError: a diagram cannot be drawn, or a file of ours is missing.
        RemoteError: the packages are not in the cache and cannot be fetched.
    """
    site, parts = sources.root / "site", sources.cache
    modules = assets.fetch(site, paths.cache())
    material = Path(get_theme_dir("material")) / "partials" / "languages"
    read = [
        written,
        docs,
        site / "overrides",
        *(_WORDS / code for code in ("ko", "en")),
        *(material / f"{code}.html" for code in ("ko", "en")),
        *sorted(paths.assignments().glob("*/*.ipynb")),
    ]
    face = typeface.cut(typeface.signs(read), modules, site / "tools" / "subset.mjs", parts)
    drawn = diagrams.draw(
        diagrams.written(docs, names), modules, site / "tools" / "draw.mjs", parts
    )
    news = feed.feeds(assignment.load_all(), sources.cohort, address)
    return Theme(site, modules, face, drawn, news)


def tell(theme: Theme, config: MkDocsConfig) -> None:
    """Tell the templates the addresses, and Markdown who places a diagram."""
    addresses = assets.addresses(theme.site)
    folder = addresses["pretendard"]
    config.extra["vendor"] = addresses
    config.extra["typeface"] = {
        "sheet": f"{folder}/{theme.typeface.name}",
        "parts": [f"{folder}/{name}" for name in theme.typeface.parts],
    }
    config.extra["sample"] = hero.sample(assignment.load_all())
    # What a browser keeps under fixed addresses; a new one makes it forget the old.
    config.extra["build"] = hashlib.sha256(f"{folder}{theme.typeface.name}".encode()).hexdigest()[
        :12
    ]
    config.extra["feeds"] = bool(theme.feeds)
    settings = config.mdx_configs.setdefault(_FENCES, {})
    others = [
        each for each in settings.get("custom_fences", []) if each["name"] != diagrams.LANGUAGE
    ]
    own = {"name": diagrams.LANGUAGE, "class": "diagram", "format": theme.drawings.fence}
    settings["custom_fences"] = [*others, own]


def readable(html: str, language: Language) -> str:
    """A page's content, mended for narrow screens and for who hears it.

    Each plain table stands in a box that scrolls; the theme's script would see to that once the
    page is drawn, and move what the reader looks at. The empty corner of a table heads nothing, so
    it is no heading; a box of a list of things to do has a name.
    """
    html = _CORNER.sub("<td></td>", html)
    said = catalogue.catalogue(language).say("theme.task")
    html = html.replace(_TASK, f'{_TASK} aria-label="{escape.html(said)}"')
    return _TABLE.sub(r'<div class="table"><table class="plain">\1</table></div>', html)


def finish(theme: Theme, built: Path) -> None:
    """Lay into the built site what its pages load."""
    assets.place(theme.modules, theme.site, built)
    folder = built / assets.addresses(theme.site)["pretendard"]
    for name, body in theme.typeface.parts.items():
        write_whole(folder / name, body)
    write_whole(folder / theme.typeface.name, theme.typeface.sheet)
    for path, news in theme.feeds.items():
        write_whole(built / path, news)
