"""The docs folder that MkDocs reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import ConfigError
from autograder.site import stage
from autograder.site.generated import Generated


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "curriculum"
    (folder / "ko" / "week1").mkdir(parents=True)
    (folder / "ko" / "week1" / "day2.md").write_text("# 수업", "utf-8")
    (folder / "glossary.toml").write_text("", "utf-8")
    return folder


def test_written_and_made_pages_lie_side_by_side(written: Path, tmp_path: Path) -> None:
    made = [Generated("ko/week1/extra.md", "# 덤"), Generated("ko/pictures/a.png", b"\x89PNG")]
    docs = tmp_path / "docs"
    assert list(stage.stage(written, made, docs)) == ["ko/week1/extra.md", "ko/pictures/a.png"]
    found = sorted(path.relative_to(docs).as_posix() for path in docs.rglob("*") if path.is_file())
    assert found == ["ko/pictures/a.png", "ko/week1/day2.md", "ko/week1/extra.md"]
    assert not list(written.rglob("extra.md"))


def test_what_is_no_longer_made_is_gone_at_the_next_build(written: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    stage.stage(written, [Generated("ko/old.md", "")], docs)
    stage.stage(written, [], docs)
    assert not (docs / "ko" / "old.md").exists()
    assert (written / "ko" / "week1" / "day2.md").read_text("utf-8") == "# 수업"


@pytest.mark.parametrize("path", ["ko/week1/day2.md", "../outside.md", "/etc/outside.md"])
def test_a_made_page_takes_no_written_page_s_place(
    written: Path, tmp_path: Path, path: str
) -> None:
    made = [Generated(path, "x", "assignments/w1d2/assignment.toml")]
    with pytest.raises(ConfigError, match=r"w1d2/assignment[.]toml makes"):
        stage.stage(written, made, tmp_path / "docs")


def test_the_navigation_lists_made_pages_once_in_their_order() -> None:
    nav = [{"과제": ["assignments/index.md", "assignments/*"]}, {"처음": "index.md"}]
    staged = [f"ko/assignments/{name}.md" for name in ("index", "w1d3", "c01")]
    staged += ["en/assignments/w1d3.md", "ko/assignments/starter.ipynb"]
    assert stage.expand(nav, staged, "ko") == [
        {"과제": ["assignments/index.md", "assignments/w1d3.md", "assignments/c01.md"]},
        {"처음": "index.md"},
    ]
