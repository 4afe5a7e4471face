"""What the source of a DAG shows that may explain a wrong answer; it is parsed, never run.

A remark is no verdict: a DAG may ask for the time and be right. Comparators look at remarks only
once an answer is wrong.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any, Final

from autograder.assignment.dag import DagTable
from autograder.submission import Submission

MAX_SOURCE = 300_000
CLOCKS: Final = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "pendulum.now",
    "pendulum.today",
    "timezone.utcnow",
    "time.time",
    "time.strftime",
    "Timestamp.now",
    "Timestamp.today",
    "Timestamp.utcnow",
}


def remarks(submission: Submission, settings: DagTable) -> dict[str, Any]:
    """Lines of the submission that ask the clock or swallow an error, and which runs repeat others.

    Returns:
        `{"clock": {"line", "call"}, "swallows": {"line"}, "repeats": [scenario, …]}`, what is
        not found being absent.
    """
    found: dict[str, Any] = {}
    for path in sorted(submission.folder.rglob("*.py")):
        for node in _nodes(path.read_text("utf-8", "replace")):
            if isinstance(node, ast.Call) and (call := _dotted(node.func)) in CLOCKS:
                found.setdefault("clock", {"line": node.lineno, "call": call})
            if isinstance(node, ast.ExceptHandler) and not _raises(node):
                found.setdefault("swallows", {"line": node.lineno})
    repeats = [
        name
        for name, scenario in settings.scenarios.items()
        if scenario.after and set(scenario.dates) & set(settings.scenarios[scenario.after].dates)
    ]
    return {**found, "repeats": repeats}


def _nodes(text: str) -> Iterator[ast.AST]:
    if len(text) > MAX_SOURCE:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from ast.walk(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _dotted(node: ast.expr) -> str:
    """The last two words of a dotted name: `dt.datetime.now` is `datetime.now`."""
    words: list[str] = []
    while isinstance(node, ast.Attribute) and len(words) < 2:
        words.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and len(words) < 2:
        words.append(node.id)
    return ".".join(reversed(words[:2]))


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))
