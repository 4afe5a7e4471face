"""The docs folder that MkDocs reads: links to what was written, files that were made.

Nothing that is made lies in the source tree. Knows nothing of Markdown.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.errors import ConfigError
from autograder.site.generated import Generated

LEFT_OUT = (".toml",)
"""Endings of files in curriculum/ that are sources of pages, not files of the site."""


def stage(written: Path, made: Iterable[Generated], folder: Path) -> dict[str, Generated]:
    """Lay out `folder` as the docs folder; what was there before goes.

    Returns:
        the made files by their path.

    Raises:
        ConfigError: a made file and a written one have the same path, or two made ones.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in _files(written):
        target = folder / path.relative_to(written)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path.resolve())
    staged: dict[str, Generated] = {}
    for page in made:
        target = folder / page.path
        if target.exists() or not target.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(
                f"{page.source or page.path} makes the page {page.path}, which is there already",
                fix=f"rename curriculum/{page.path} or what the page is made from",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        body = page.content.encode() if isinstance(page.content, str) else page.content
        target.write_bytes(body)
        staged[page.path] = page
    return staged


def expand(nav: object, staged: Iterable[str], language: str) -> object:
    """The navigation with `folder/*` replaced by the made pages of that folder.

    A page that the navigation names itself is not listed a second time.
    """
    pages = [
        path.removeprefix(f"{language}/")
        for path in staged
        if path.startswith(f"{language}/") and path.endswith(".md")
    ]
    named = set(_named(nav))
    return _expanded(nav, [page for page in pages if page not in named])


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in LEFT_OUT:
            yield path


def _named(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        for item in nav.values():
            yield from _named(item)
    elif isinstance(nav, list):
        for item in nav:
            yield from _named(item)


def _expanded(nav: object, pages: list[str]) -> object:
    if isinstance(nav, dict):
        return {title: _expanded(item, pages) for title, item in nav.items()}
    if not isinstance(nav, list):
        return nav
    items: list[object] = []
    for item in nav:
        if isinstance(item, str) and item.endswith("/*"):
            items += [page for page in pages if page.startswith(item[:-1])]
        else:
            items.append(_expanded(item, pages))
    return items
