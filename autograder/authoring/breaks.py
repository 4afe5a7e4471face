"""Small ways to break a source, as rules: what a tired author might write instead of a node.

A kind of assignment names the rules that fit what its solutions are written with. A rule must not
know what is graded, or how; it only reads the node that it is given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

Break = tuple[str, ast.expr | ast.stmt]
"""What is said of a change, and the node that takes the old one's place."""
Rule = Callable[[ast.AST], Iterator[Break]]

WORDS: Final[Mapping[str, str]] = {
    "left": "inner",
    "inner": "left",
    "outer": "inner",
    "Asia/Seoul": "UTC",
    "paid": "cancelled",
}
FRAME_NAMES: Final[Mapping[str, str]] = {
    "desc": "asc",
    "asc": "desc",
    "sum": "avg",
    "max": "min",
    "min": "max",
    "rank": "row_number",
}
FRAME_STEPS: Final = {"dropDuplicates", "distinct", "drop_duplicates", "filter", "where"}
SQL: Final[Mapping[str, str]] = {
    "LEFT JOIN": "JOIN",
    "SELECT DISTINCT": "SELECT",
    " DESC": "",
    "sum(": "max(",
}
CALLS: Final[Mapping[str, str]] = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "popleft": "pop",
    "bisect_left": "bisect_right",
    "bisect_right": "bisect_left",
}
ORDERING: Final = {"key", "reverse"}
COMPARED: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}


def words(node: ast.AST) -> Iterator[Break]:
    """Another join, time zone or status."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in WORDS:
        other = WORDS[node.value]
        yield f"{node.value!r} → {other!r}", ast.Constant(other)


def frame_calls(node: ast.AST) -> Iterator[Break]:
    """Another aggregate or order of a table, or a step of it left out."""
    if isinstance(node, ast.Attribute) and node.attr in FRAME_NAMES:
        other = FRAME_NAMES[node.attr]
        yield f".{node.attr} → .{other}", ast.Attribute(node.value, other, ast.Load())
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in FRAME_STEPS
    ):
        yield f".{node.func.attr}(…) dropped", node.func.value


def sql(node: ast.AST) -> Iterator[Break]:
    """One word of a query changed, at each place where it stands."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return
    if not re.search(r"\bSELECT\b", node.value, re.IGNORECASE):
        return
    for word, other in SQL.items():
        for found in re.finditer(re.escape(word), node.value, re.IGNORECASE):
            text = node.value[: found.start()] + other + node.value[found.end() :]
            line = node.lineno + node.value.count("\n", 0, found.start())
            yield f"{found[0]!r} → {other!r} in line {line}", ast.Constant(text)


def comparisons(node: ast.AST) -> Iterator[Break]:
    """Off by one at a boundary, or the opposite."""
    if isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            if type(old) in COMPARED:
                ops = [*node.ops]
                ops[place] = COMPARED[type(old)]()
                changed = ast.Compare(node.left, ops, node.comparators)
                yield f"{ast.unparse(node)} → {ast.unparse(changed)}", changed
    if isinstance(node, ast.BoolOp):
        other = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield f"{ast.unparse(node)} → {ast.unparse(other)}", other
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"{ast.unparse(node)} → {ast.unparse(node.operand)}", node.operand


def arithmetic(node: ast.AST) -> Iterator[Break]:
    """Another operator, or a number that is one too large."""
    changed: ast.expr | ast.stmt
    if isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        changed = ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in COMPUTED:
        changed = ast.AugAssign(node.target, COMPUTED[type(node.op)](), node.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        changed = ast.Constant(node.value + 1)
    else:
        return
    yield f"{ast.unparse(node)} → {ast.unparse(changed)}", changed


def calls(node: ast.AST) -> Iterator[Break]:
    """Another function of the same shape, or an order left out."""
    if isinstance(node, ast.Name) and node.id in CALLS:
        yield f"{node.id} → {CALLS[node.id]}", ast.Name(CALLS[node.id], ast.Load())
    if isinstance(node, ast.Attribute) and node.attr in CALLS:
        other = CALLS[node.attr]
        yield f".{node.attr} → .{other}", ast.Attribute(node.value, other, ast.Load())
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "sorted" and node.args:
            yield "sorted(…) dropped", node.args[0]
        for keyword in node.keywords:
            if keyword.arg in ORDERING:
                rest = [each for each in node.keywords if each is not keyword]
                yield f"{keyword.arg}=… dropped", ast.Call(node.func, node.args, rest)


def steps(node: ast.AST) -> Iterator[Break]:
    """A line forgotten: a call whose result nobody uses, or an order of tasks."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.BinOp):
        yield f"{ast.unparse(node)} dropped", ast.Pass()


def retries(node: ast.AST) -> Iterator[Break]:
    """A task that is tried only once."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "retries":
                rest = [each for each in node.keywords if each is not keyword]
                yield "retries=… dropped", ast.Call(node.func, node.args, rest)
    if isinstance(node, ast.Dict):
        for place, key in enumerate(node.keys):
            if isinstance(key, ast.Constant) and key.value == "retries":
                keys = [*node.keys[:place], *node.keys[place + 1 :]]
                values = [*node.values[:place], *node.values[place + 1 :]]
                yield "'retries' dropped", ast.Dict(keys, values)


TABLES: Final[tuple[Rule, ...]] = (words, frame_calls, sql)
"""For what is written with tables: Spark, pandas, SQL."""
PROGRAM: Final[tuple[Rule, ...]] = (comparisons, arithmetic, calls, steps, sql)
"""For a program."""
TASKS: Final[tuple[Rule, ...]] = (words, frame_calls, sql, comparisons, steps, retries)
"""For tasks of a DAG, which work on tables."""
