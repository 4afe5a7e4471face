"""The MkDocs plugin `pioneers`: which part of the site is made at which moment of a build.

It only calls the parts in order. MkDocs runs one build for each language (mkdocs-static-i18n
starts the second at the end of the first), so that every event here is about one language.
"""

from __future__ import annotations

import logging
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mkdocs.config import base
from mkdocs.config import config_options as options
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority

from autograder import assignment, cohort, paths
from autograder.errors import PioneersError
from autograder.site import generate, lint, rendered, repository, search, stage, theme
from autograder.site.generate import lessons
from autograder.site.generated import Generated, Sources
from autograder.site.widgets import archive, done, glossary, notebook, place
from autograder.site.widgets.compiled import Compiled, compiled

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

_log = logging.getLogger("mkdocs.plugins.pioneers")
FIRST, LAST = 100, -75  # mkdocs-static-i18n comes after LAST, at -100


class Settings(base.Config):  # type: ignore[no-untyped-call]  # MkDocs types it so
    """What mkdocs.yml says under `pioneers:`."""

    boards = options.Type(str, default="")
    """The folder that `pioneers leaderboard --out` wrote, if any."""


class PioneersPlugin(BasePlugin[Settings]):  # type: ignore[no-untyped-call]
    """The parts of the site in the order of a build."""

    def __init__(self) -> None:
        super().__init__()
        self._scratch = tempfile.TemporaryDirectory(prefix="pioneers-site-")
        self._written = Path()
        self._made: dict[str, Generated] = {}
        self._sources = Sources(root=Path(), cache=Path())
        self._rendered: rendered.Store | None = None
        self._theme: theme.Theme | None = None
        self._lessons: lessons.Links = {}
        self._sections: list[search.Section] = []
        self._python: Future[Compiled] | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """A build says what is wrong and nothing else.

        MkDocs' own `--quiet` silences warnings before `--strict` can count them.
        """
        logger = logging.getLogger("mkdocs")
        if command == "build" and logger.level == logging.INFO:
            logger.setLevel(logging.WARNING)

    @event_priority(FIRST)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Lay out the docs folder once, before the build of the first language."""
        folder = Path(self._scratch.name) / "docs"
        if Path(config.docs_dir) == folder:
            return config  # the second language reads the same folder
        self._written = Path(config.docs_dir)
        self._sources = Sources(
            root=paths.root(),
            cache=paths.cache() / "site-parts",
            cohort=cohort.load(),
            boards=Path(self.config.boards) if self.config.boards else None,
            repository=repository.address(paths.root()),
        )
        try:
            self._lay_out(folder, config)
        except PioneersError as error:
            raise PluginError(str(error)) from error
        config.docs_dir = str(folder)
        config.nav = stage.expand(config.nav, self._made, "ko")
        if self._sources.repository:
            config.repo_url = self._sources.repository
            config.edit_uri = "edit/main/curriculum/"
        return config

    def _lay_out(self, folder: Path, config: MkDocsConfig) -> None:
        """Fill the docs folder with what was written and what is made, and look for faults."""
        self._made = stage.stage(self._written, generate.pages(self._sources), folder)
        found = assignment.load_all()
        self._lessons = lessons.links(found)
        content = {path: page.content for path, page in self._made.items()}
        named = {each.id: each.lesson for each in found}
        for fault in lint.lint(self._written, content, named, paths.assignments()):
            _log.warning("%s", fault)  # all of them at once; a strict build then fails
        names = {path: page.source or path for path, page in self._made.items()}
        address = config.site_url or ""
        self._theme = theme.prepare(self._sources, self._written, folder, names, address)
        theme.tell(self._theme, config)
        beside = ThreadPoolExecutor(1)
        self._python = beside.submit(
            compiled, archive.archive(), archive.IMPORTED, self._theme.modules,
            self._sources.root / "site" / "tools" / "precompile.mjs", self._sources.cache,
        )  # fmt: skip
        beside.shutdown(wait=False)  # it takes nothing else

    @event_priority(LAST)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Every address is known now, and with it what rendered pages depend on."""
        words = [path.read_text(encoding="utf-8") for path in sorted(self._written.glob("*.toml"))]
        look = self._theme.digest if self._theme else ""
        also = "\0".join([self._sources.repository, look, *words])
        folder = self._sources.cache / "rendered"
        self._rendered = rendered.store(folder, config, files, also)
        return files

    @event_priority(LAST)
    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """A lesson leads to its assignments; an unchanged page is not rendered again."""
        source, zone = page.file.src_uri, self._sources.cohort.zone
        try:
            markdown = notebook.expand(markdown, source, self._written, self._sources.repository)
        except PioneersError as error:
            raise PluginError(str(error)) from error
        markdown = lessons.with_assignments(markdown, source, self._lessons, zone)
        if self._rendered is not None:
            self._rendered.use(page, markdown)
        return markdown

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Each language is searched by itself."""
        self._sections = []

    @event_priority(FIRST)
    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """A made page is edited where it is made from; every page can be searched."""
        made = self._made.get(page.file.src_uri)
        if made is not None:
            address = f"{config.repo_url}/edit/main/{made.source}"
            page.edit_url = address if config.repo_url and made.source else None
        title, settings = str(page.title), page.meta.get("search")
        try:
            self._sections += search.collect(
                page.content or "", url=page.url, title=title, settings=settings
            )
        except PioneersError as error:
            raise PluginError(str(error)) from error
        content = (page.content or "") + done.block(page.file.src_uri)  # no word to be found
        page.content = theme.readable(content, place.language(page.file.src_uri))
        page.meta["search"] = {"exclude": True}  # from the theme's own index, which no page loads
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """The page searches with our worker."""
        return search.point(output)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """So does the page that stands in for a missing one."""
        return search.point(output_content)

    @event_priority(FIRST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """What pages load beside themselves is laid into the built site."""
        built, site = Path(config.site_dir), self._sources.root / "site"
        try:
            if self._theme is not None and self._python is not None:
                theme.finish(self._theme, built)
                archive.place(self._python.result(), site, built)
            search.write(
                self._sections, built / "search", str(config.theme["language"]),
                search.words(self._sources.root / glossary.FILE),
                self._sources.cache / "search",
            )  # fmt: skip
        except PioneersError as error:
            raise PluginError(str(error)) from error

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
