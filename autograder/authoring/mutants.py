"""Breaks a solution in small ways, to see whether the checks notice.

Each mutant is the solution with one change that a tired author might make; a mutant that still
gets full marks shows a check that is too weak.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SWAPPED_WORDS = {
    "left": "inner",
    "inner": "left",
    "outer": "inner",
    "Asia/Seoul": "UTC",
    "paid": "cancelled",
}
SWAPPED_NAMES = {
    "desc": "asc",
    "asc": "desc",
    "sum": "avg",
    "max": "min",
    "min": "max",
    "rank": "row_number",
}
DROPPED_CALLS = {"dropDuplicates", "distinct", "drop_duplicates", "filter", "where"}


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one change: which cell, what changed, the new source."""

    cell: str
    change: str
    source: str


def mutate(cells: dict[str, str], count: int, *, seed: int) -> list[Mutant]:
    """Up to `count` mutants of the solution cells, spread over the cells, the same for a seed."""
    everything = [mutant for name, text in cells.items() for mutant in _mutants(name, text)]
    random.Random(seed).shuffle(everything)  # noqa: S311 - a choice, not a secret
    chosen: list[Mutant] = []
    by_cell: dict[str, int] = {}
    for mutant in sorted(everything, key=lambda each: by_cell.setdefault(each.cell, 0)):
        if len(chosen) < count and by_cell[mutant.cell] <= count // max(1, len(cells)):
            by_cell[mutant.cell] += 1
            chosen.append(mutant)
    return chosen


def _mutants(name: str, text: str) -> Iterator[Mutant]:
    try:
        nodes = [node for node in ast.walk(ast.parse(text)) if _change(node) is not None]
    except SyntaxError:
        return
    for index in range(len(nodes)):
        tree = ast.parse(text)
        targets = [node for node in ast.walk(tree) if _change(node) is not None]
        change = _change(targets[index])
        if change is None:
            continue
        said, apply = change
        fresh = _Replace(targets[index], apply()).visit(tree)
        yield Mutant(
            name,
            f"line {getattr(targets[index], 'lineno', 0)}: {said}",
            ast.unparse(ast.fix_missing_locations(fresh)),
        )


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Put the new node in the old one's place."""
        if node is self.old:
            return self.new
        visited: ast.AST = super().visit(node)
        return visited


def _change(node: ast.AST) -> tuple[str, Callable[[], ast.expr]] | None:
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in SWAPPED_WORDS
    ):
        other = SWAPPED_WORDS[node.value]
        return f"{node.value!r} → {other!r}", lambda: ast.Constant(other)
    if isinstance(node, ast.Attribute) and node.attr in SWAPPED_NAMES:
        named = SWAPPED_NAMES[node.attr]
        return f".{node.attr} → .{named}", lambda: ast.Attribute(node.value, named, ast.Load())
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in DROPPED_CALLS
    ):
        kept = node.func.value
        return f".{node.func.attr}(…) dropped", lambda: kept
    return None
