"""Pages as HTML, kept by content: an unchanged lesson is not rendered a second time.

What a page's HTML depends on is its Markdown, the addresses of all pages (links are resolved while
rendering), the settings of Markdown and the code that extends it. A page that drew a warning is not
kept, so that the warning comes again. Templates are filled in anew each time: navigation and footer
may have changed.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import CountHandler

from autograder.files import write_whole

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

FORMAT = 1
_CODE = Path(__file__).parent
_TEXTS = _CODE.parent / "text"
_LIBRARIES = ("Markdown", "Pygments", "mkdocs", "mkdocs-material", "pymdown-extensions")


@dataclass(frozen=True)
class Store:
    """One file for each page of each language; a page that changed takes the place of the old.

    Attributes:
        folder: where the files are; it may be emptied at any time.
        base: digest of everything that all pages depend on.
    """

    folder: Path
    base: str

    def use(self, page: Page, markdown: str) -> None:
        """Have `page` render itself from what is kept, or be kept once it has rendered itself."""
        place = self.folder / f"{_digest(page.file.src_uri, page.file.dest_uri)}.json"
        key = _digest(self.base, page.file.src_uri, page.file.dest_uri, markdown)
        render = page.render

        def once(config: MkDocsConfig, files: Files) -> None:
            kept = _read(place, key)
            if kept is not None and _restore(page, kept, files):
                return
            if not _warned(lambda: render(config, files)):
                self.folder.mkdir(parents=True, exist_ok=True)
                write_whole(place, json.dumps({"key": key, **_kept(page)}).encode())

        page.render = once  # type: ignore[method-assign]  # MkDocs asks each page, not its class


def store(folder: Path, config: MkDocsConfig, files: Files, also: str = "") -> Store:
    """The store for one build of one language; `also` is what else all pages depend on."""
    code = hashlib.sha256()
    for path in [*sorted(_CODE.rglob("*.py")), *sorted(_TEXTS.rglob("*.toml"))]:
        code.update(path.read_bytes())
    common = (
        [FORMAT, also, code.hexdigest(), config.theme.get("language")],
        [metadata.version(name) for name in _LIBRARIES],
        sorted((file.src_uri, file.url) for file in files),
        [config["markdown_extensions"], config["mdx_configs"]],
    )
    return Store(folder, _digest(json.dumps(common, default=_name, sort_keys=True)))


def _name(setting: object) -> str:
    """A function among the settings by its name; its address differs from run to run."""
    return str(getattr(setting, "__qualname__", type(setting).__qualname__))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _warned(work: Callable[[], None]) -> bool:
    """True if MkDocs had something to say while `work` was done."""
    counter = CountHandler()
    counter.setLevel(logging.INFO + 1)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(counter)
    try:
        work()
    finally:
        logger.removeHandler(counter)
    return bool(counter.get_counts())


def _read(place: Path, key: str) -> dict[str, Any] | None:
    try:
        kept = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and kept.get("key") == key else None


def _kept(page: Page) -> dict[str, Any]:
    links = page.links_to_anchors or {}
    return {
        "content": page.content,
        "title": page._title_from_render,
        "toc": [_plain(item) for item in page.toc],
        "anchors": sorted(page.present_anchor_ids or ()),
        "links": {file.src_uri: anchors for file, anchors in links.items()},
    }


def _restore(page: Page, kept: dict[str, Any], files: Files) -> bool:
    """Give `page` what rendering would give it; False if what is kept cannot be used."""
    try:
        links = {files.src_uris[uri]: dict(anchors) for uri, anchors in kept["links"].items()}
        toc = TableOfContents([_item(item) for item in kept["toc"]])
        content, title, anchors = kept["content"], kept["title"], set(kept["anchors"])
    except (KeyError, TypeError, AttributeError):
        return False
    page.content, page.toc, page._title_from_render = content, toc, title
    page.present_anchor_ids, page.links_to_anchors = anchors, links
    return True


def _plain(item: AnchorLink) -> dict[str, Any]:
    children = [_plain(child) for child in item.children]
    return {"title": item.title, "id": item.id, "level": item.level, "children": children}


def _item(plain: dict[str, Any]) -> AnchorLink:
    item = AnchorLink(plain["title"], plain["id"], plain["level"])
    item.children = [_item(child) for child in plain["children"]]
    return item
