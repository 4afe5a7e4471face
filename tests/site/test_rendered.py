"""Pages kept as HTML: the same site with and without, and nothing kept that has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from mkdocs.__main__ import cli as mkdocs

from autograder import paths
from tests.command import called

ROOT = Path(__file__).resolve().parents[2]
MKDOCS = """
site_name: kept
theme: {name: material, font: false}
docs_dir: docs
site_dir: public
plugins:
  - pioneers
  - i18n:
      docs_structure: folder
      languages:
        - {locale: ko, name: 한국어, default: true}
        - {locale: en, name: English}
markdown_extensions: [attr_list, md_in_html, pymdownx.superfences, tables, toc]
validation: {links: {anchors: warn}}
"""
PAGE = "# 제목 { #top }\n\n[다른 곳](other.md#here)\n\n## 둘째 { #second }\n\n글\n"


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small course that has been built once."""
    course = tmp_path_factory.mktemp("course")
    for language in ("ko", "en"):
        folder = course / "docs" / language
        folder.mkdir(parents=True)
        (folder / "index.md").write_text(PAGE, "utf-8")
        (folder / "other.md").write_text('# 다른 곳\n\n<a id="here"></a>\n', "utf-8")
    (course / "mkdocs.yml").write_text(MKDOCS, "utf-8")
    (course / "site").mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "site" / name, course / "site")
    shutil.copytree(ROOT / "site" / "tools", course / "site" / "tools")
    # What comes by npm is the repository's; only pages are this test's own.
    (course / "cache" / "site-parts").mkdir(parents=True)
    for kept in ("site-assets", "site-parts/compiled"):  # no page has a part in these
        (paths.cache() / kept).mkdir(parents=True, exist_ok=True)
        (course / "cache" / kept).symlink_to(paths.cache() / kept)
    built(course)
    return course


@pytest.fixture
def course(first: Path, tmp_path: Path) -> Path:
    """A course of the test's own, with what its first build has kept."""
    return Path(shutil.copytree(first, tmp_path / "course", symlinks=True))


def built(course: Path, *, strict: bool = True) -> tuple[dict[str, bytes], str]:
    """Build; returns the pages by their path and what MkDocs said."""
    done = called(
        mkdocs, "build", "--strict", folder=course,
        environment={**os.environ, "PIONEERS_ROOT": str(course),
                     "PIONEERS_CACHE": str(course / "cache"), "SOURCE_DATE_EPOCH": "1780000000"},
    )  # fmt: skip
    assert (done.returncode == 0) == strict, done.stdout + done.stderr
    return pages_of(course), done.stdout + done.stderr


def pages_of(course: Path) -> dict[str, bytes]:
    public = course / "public"
    return {str(path.relative_to(public)): path.read_bytes() for path in public.rglob("*.html")}


def kept(course: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in course.glob("cache/*/rendered/*.json")}


def test_the_same_pages_come_from_what_is_kept(course: Path) -> None:
    fresh, before = pages_of(course), kept(course)
    assert len(before) >= 4  # the pages that are made are kept as well
    again, _ = built(course)
    assert again == fresh
    assert kept(course) == before  # nothing was rendered


def test_a_changed_page_is_rendered_and_the_others_are_not(course: Path) -> None:
    before = kept(course)
    (course / "docs" / "ko" / "index.md").write_text(PAGE + "\n새 문장\n", "utf-8")
    pages, _ = built(course)
    assert "새 문장" in pages["index.html"].decode()
    after = kept(course)
    assert len([name for name in after if after[name] != before[name]]) == 1


def test_a_page_that_is_gone_is_missed_by_the_pages_that_link_to_it(course: Path) -> None:
    (course / "docs" / "ko" / "other.md").unlink()
    _, said = built(course, strict=False)
    assert "other.md" in said


def test_a_warning_comes_again_at_the_next_build(course: Path) -> None:
    (course / "docs" / "ko" / "index.md").write_text("# 제목\n\n[없음](nowhere.md)\n", "utf-8")
    for _ in range(2):
        _, said = built(course, strict=False)
        assert "nowhere.md" in said


def test_an_anchor_that_vanished_is_missed_though_the_linking_page_is_kept(course: Path) -> None:
    (course / "docs" / "ko" / "other.md").write_text("# 다른 곳\n", "utf-8")
    for _ in range(2):
        _, said = built(course, strict=False)
        assert "#here" in said


def test_what_cannot_be_read_is_made_again(course: Path) -> None:
    fresh = pages_of(course)
    rubbish = (b"", b"{", b"[]", b'{"key": 1}', b"\xff")
    parts = sorted(course.glob("cache/*/rendered/*.json"))
    assert len(parts) > len(rubbish)
    whole = {path: path.read_bytes() for path in parts}
    for number, path in enumerate(parts):
        path.write_bytes(rubbish[number % len(rubbish)])
    again, _ = built(course)
    assert again == fresh
    assert {path: path.read_bytes() for path in parts} == whole
