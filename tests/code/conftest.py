"""Coding tests made for one test: an assignment of a few files, and what its programs come to."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder import assignment, kinds
from autograder.assignment import Assignment
from autograder.grade.compare.cases import compare_cases
from autograder.kinds import Surroundings

TOML = """format_version = 1
id = "{id}"
kind = "code"
title = {{ ko = "시험", en = "Test" }}
[code]
mode = "{mode}"
{more}
[code.limits]
cpu_s = 0.5
wall_s = 4.0
memory_mb = 128
output_kb = 64
{answers}
"""
GROUP = """
[answers.{name}]
type = "cases"
points = 1
visibility = "public"
cases = "{name}"
{more}
"""


@dataclass(frozen=True)
class Came:
    """What one program came to: documents by group, and the code of each case's finding."""

    assignment: Assignment
    documents: dict[str, Any]
    expected: dict[str, Any]
    stopped: str

    def code(self, index: int, group: str = "examples") -> str:
        """The code of one case's finding; empty if it is accepted."""
        found = self.findings(index, group)
        return found[0].code if found else ""

    def findings(self, index: int, group: str = "examples") -> list[Any]:
        """The findings on one case alone."""
        spec = next(each for each in self.assignment.answers if each.name == group)
        right = {**self.expected[group]}
        right["cases"] = [row for row in right["cases"] if row["index"] == index]
        return compare_cases(spec, self.documents[group], right)

    def value(self, index: int, group: str = "examples") -> Any:
        """What one case returned, decoded from JSON as it is."""
        return json.loads(self.documents[group]["cases"][index]["value"])


def write(
    folder: Path,
    *,
    solution: str,
    cases: dict[str, list[Any]],
    mode: str = "function",
    more: str = "",
    group: str = "",
    generators: str = "",
) -> Assignment:
    """An assignment in a new folder; `cases` are stored ones, by group."""
    folder.mkdir(parents=True)
    (folder / "cases").mkdir()
    answers = "".join(GROUP.format(name=name, more=group) for name in cases)
    for name, rows in cases.items():
        (folder / "cases" / f"{name}.json").write_text(json.dumps(rows), "utf-8")
    text = TOML.format(id=folder.name, mode=mode, more=more, answers=answers)
    (folder / "assignment.toml").write_text(text, "utf-8")
    (folder / "solution.py").write_text(solution, "utf-8")
    (folder / "starter.py").write_text(
        "def solution(*a):\n    raise NotImplementedError\n", "utf-8"
    )
    if generators:
        (folder / "cases.py").write_text(generators, "utf-8")
    return assignment.load(folder)


@pytest.fixture(scope="session")
def base() -> Iterator[Path]:
    """A folder that the sandbox's user may enter."""
    with tempfile.TemporaryDirectory(prefix="code-tests-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def answers(base: Path) -> Callable[..., tuple[dict[str, Any], str]]:
    """Run a program of an assignment: its documents by group, and what stopped the run."""
    made = iter(range(10**6))

    def run(
        target: Assignment, source: str | bytes, *, official: bool = True, seed: int = 7
    ) -> tuple[dict[str, Any], str]:
        folder = base / f"program-{next(made)}"
        folder.mkdir()
        path = folder / kinds.of(target).solution(target).name
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        kind = kinds.of(target)
        submission = kind.stage(target, path, folder / "staged")
        captured = kind.capture(submission, target, Surroundings(None, seed, official))
        found = {name: json.loads(body) for name, (_, body) in captured.answers.items()}
        return found, captured.run.stopped

    return run


@pytest.fixture(scope="session")
def came(answers: Callable[..., tuple[dict[str, Any], str]]) -> Callable[..., Came]:
    """Run a program beside the assignment's own solution."""
    known: dict[str, dict[str, Any]] = {}

    def run(target: Assignment, source: str | bytes, **options: Any) -> Came:
        if target.id not in known:
            solution = kinds.of(target).solution(target)
            known[target.id], _ = answers(target, solution.read_text("utf-8"))
        documents, stopped = answers(target, source, **options)
        return Came(target, documents, known[target.id], stopped)

    return run
