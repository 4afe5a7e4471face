"""The widgets: their scripts' logic in node, and what marks a page as something to be done."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.site import node
from autograder.site.widgets import done

HERE = Path(__file__).parent


def test_the_scripts_logic() -> None:
    ran = subprocess.run(
        [str(node.NODE), "--no-warnings", "--test", str(HERE / "widgets.test.mjs")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("ko/week1/day2.md", "lesson"),
        ("en/coding/hash.md", "lesson"),
        ("ko/start/how.md", "lesson"),
        ("en/assignments/w1d3-joins.md", "assignment"),
        ("ko/assignments/index.md", ""),
        ("ko/week1/index.md", ""),
        ("ko/index.md", ""),
        ("ko/weekend/a.md", ""),
        ("en/glossary.md", ""),
    ],
)
def test_lessons_and_assignments_can_be_marked(path: str, kind: str) -> None:
    assert done.kind(path) == kind
    assert bool(done.block(path)) == bool(kind)


def test_a_page_has_one_name_in_both_languages() -> None:
    korean, english = done.block("ko/week1/day2.md"), done.block("en/week1/day2.md")
    assert 'data-done="week1/day2"' in korean
    assert 'data-done="week1/day2"' in english
    assert korean != english
