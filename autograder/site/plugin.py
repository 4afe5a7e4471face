"""The MkDocs plugin `pioneers`: which part of the site is made at which moment of a build.

It only calls the parts in order. MkDocs runs one build for each language (mkdocs-static-i18n
starts the second at the end of the first), so that every event here is about one language.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.config import base
from mkdocs.config import config_options as options
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority

from autograder import cohort, paths
from autograder.errors import PioneersError
from autograder.site import generate, repository, stage
from autograder.site.generated import Generated, Sources

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page

FIRST, LAST = 100, -75  # mkdocs-static-i18n comes after LAST, at -100


class Settings(base.Config):
    """What mkdocs.yml says under `pioneers:`."""

    boards = options.Type(str, default="")
    """The folder that `pioneers leaderboard --out` wrote, if any."""


class PioneersPlugin(BasePlugin[Settings]):
    """The parts of the site in the order of a build."""

    def __init__(self) -> None:
        super().__init__()
        self._scratch = tempfile.TemporaryDirectory(prefix="pioneers-site-")
        self._written = Path()
        self._made: dict[str, Generated] = {}

    @event_priority(FIRST)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Lay out the docs folder once, before the build of the first language."""
        folder = Path(self._scratch.name) / "docs"
        if Path(config.docs_dir) == folder:
            return config  # the second language reads the same folder
        self._written = Path(config.docs_dir)
        sources = Sources(
            root=paths.root(),
            cache=paths.cache() / "site-parts",
            cohort=cohort.load(),
            boards=Path(self.config.boards) if self.config.boards else None,
            repository=repository.address(paths.root()),
        )
        try:
            self._made = stage.stage(self._written, generate.pages(sources), folder)
        except PioneersError as error:
            raise PluginError(str(error)) from error
        config.docs_dir = str(folder)
        config.nav = stage.expand(config.nav, self._made, "ko")
        if sources.repository:
            config.repo_url = sources.repository
            config.edit_uri = "edit/main/curriculum/"
        return config

    def on_page_context(
        self, context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
    ) -> dict[str, Any]:
        """A made page is edited where it is made from."""
        made = self._made.get(page.file.src_uri)
        if made is not None:
            place = f"{config.repo_url}/edit/main/{made.source}"
            page.edit_url = place if config.repo_url and made.source else None
        return context

    def on_serve(
        self, server: LiveReloadServer, config: MkDocsConfig, builder: Any
    ) -> LiveReloadServer:
        """Watch what pages are written in and made from, not the folder that is laid out."""
        server.unwatch(config.docs_dir)
        for folder in (self._written, paths.assignments()):
            server.watch(str(folder))
        return server

    def on_shutdown(self) -> None:
        """Nothing is left behind."""
        self._scratch.cleanup()
