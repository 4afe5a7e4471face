"""Breaks a solution in small ways, to see whether the checks notice.

Each mutant is the solution with one change that a tired author might make; a mutant that still
gets full marks shows a check that is too weak. Where a change would change nothing, the author says
so in a comment on that line, `# pragma: no mutate`, as mutmut has it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.authoring.breaks import Break, Rule

LEAVE = "# pragma: no mutate"


@dataclass(frozen=True)
class Mutant:
    """A solution's part with one change: which part, what changed, the new source."""

    part: str
    change: str
    source: str


def mutate(
    parts: Mapping[str, str], count: int, *, rules: Sequence[Rule], seed: int
) -> list[Mutant]:
    """Up to `count` mutants of a solution's parts, spread over them, the same for a seed."""
    random_ = random.Random(seed)  # noqa: S311 - a choice, not a secret
    waiting = [list(_mutants(name, text, rules)) for name, text in parts.items()]
    for mutants in waiting:
        random_.shuffle(mutants)
    random_.shuffle(waiting)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(waiting):
        # One of each part in turn, so that a short part is not lost beside a long one.
        chosen += [mutants.pop() for mutants in waiting if mutants]
    return chosen[:count]


def _mutants(name: str, text: str, rules: Sequence[Rule]) -> Iterator[Mutant]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    left = {number for number, line in enumerate(text.splitlines(), 1) if LEAVE in line}
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(tree)):
        if getattr(node, "lineno", 0) in left:
            continue
        for number, _ in enumerate(_breaks(node, rules)):
            # A tree of its own each time: replacing changes the tree that it is done in.
            fresh = ast.parse(text)
            target = next(each for at, each in enumerate(ast.walk(fresh)) if at == place)
            said, new = _breaks(target, rules)[number]
            changed = ast.unparse(ast.fix_missing_locations(_Replace(target, new).visit(fresh)))
            if changed not in seen:
                seen.add(changed)
                yield Mutant(name, f"line {getattr(target, 'lineno', 0)}: {said}", changed)


def _breaks(node: ast.AST, rules: Sequence[Rule]) -> list[Break]:
    return [each for rule in rules for each in rule(node)]


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Put the new node in the old one's place."""
        if node is self.old:
            return self.new
        visited: ast.AST = super().visit(node)
        return visited
