"""What tests of whole grades share: a tiny assignment, and how to hand work in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import assignment as assignments
from autograder.assignment import Assignment
from autograder.models import Report, Timing
from autograder.submission import Cell, render_notebook

TOML = """
format_version = 1
id = "tiny-one"
kind = "notebook"
title = { ko = "작은 과제", en = "A tiny one" }

[limits]
wall_s = 100
memory_mb = 1024

[answers.total]
type = "scalar"
points = 1

[answers.items]
type = "list"
points = 1
"""
SOLUTION = """### BEGIN SOLUTION
total = sum(range(seed % 1000 + 1))
items = [seed, seed + 1]
### END SOLUTION"""
ANSWERS = {
    "grade_id": "answers",
    "schema_version": 3,
    "solution": True,
    "grade": False,
    "locked": False,
    "task": False,
}
Make = Callable[..., Assignment]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the tiny assignment, with a quick reference where one is given, and an empty cache."""
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "cache"))

    def made(quick: str = "", solution: str = SOLUTION, name: str = "tiny-one") -> Assignment:
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        (home / "assignment.toml").write_text(TOML.replace("tiny-one", name), "utf-8")
        tree = json.loads(render_notebook([Cell("code", solution)]))
        tree["cells"][0]["metadata"] = {"nbgrader": ANSWERS}
        (home / "notebook.ipynb").write_text(json.dumps(tree), "utf-8")
        if not quick:
            return assignments.load(home)
        text = quick if quick.startswith("{") else render_notebook([Cell("code", quick)])
        (home / "quick.ipynb").write_text(text, "utf-8")
        return assignments.load(home)

    return made


def submit(folder: Path, source: str, name: str = "mine") -> Path:
    """Write a notebook of one cell; its path."""
    path = folder / f"{name}.ipynb"
    text = source if source.startswith("{") else render_notebook([Cell("code", source)])
    path.write_text(text, "utf-8")
    return path


def lasting(report: Report) -> Report:
    """A report without what differs from run to run."""
    return replace(report, timing=Timing())
