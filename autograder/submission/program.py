"""A member's program of Python, read from its source alone: what can be told before it runs.

Only mistakes that leave nothing to grade are told here: a file that is no Python, or one without
the function that is asked for. Nothing is executed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from difflib import get_close_matches

from autograder.errors import SubmissionInvalid
from autograder.submission.notebook import QUIET

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_program(text: str, file: str, entry: str | None, reference: str) -> None:
    """Refuse a program that cannot be graded at all.

    Args:
        file: its name, for messages.
        entry: the function that is asked for, or None where the whole program runs.
        reference: the source of a right solution, whose function has the right parameters.

    Raises:
        SubmissionInvalid: `syntax`, `no_function`, `no_function_near` or `parameters`.
    """
    tree = _parse(text, file)
    if entry is None:
        return
    names = set(_bound(tree))
    if entry not in names:
        if "*" in names:  # it may come from there
            return
        near = get_close_matches(entry, sorted(_functions(tree)), n=1, cutoff=0.6)
        if near:
            raise SubmissionInvalid("no_function_near", name=file, entry=entry, near=near[0])
        raise SubmissionInvalid("no_function", name=file, entry=entry)
    own, right = _last(tree, entry), _last(_parse(reference, file), entry)
    if own is not None and right is not None:
        _check_parameters(own, right, file)


def _check_parameters(own: _Function, right: _Function, file: str) -> None:
    count = len(right.args.posonlyargs) + len(right.args.args)
    most = len(own.args.posonlyargs) + len(own.args.args)
    least = most - len(own.args.defaults)
    fits = least <= count and (most >= count or own.args.vararg is not None)
    if not fits:
        raise SubmissionInvalid(
            "parameters", name=file, entry=own.name, line=own.lineno, asked=count, got=most
        )


def _parse(text: str, file: str) -> ast.Module:
    try:
        with QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\\d" in a text is no warning to an organiser
            return ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = text.splitlines()
        told = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        indented = len(lines[line - 1]) - len(lines[line - 1].lstrip()) if told else 0
        raise SubmissionInvalid(
            "syntax",
            name=file,
            line=line,
            text=told[:120],
            place=max(1, (error.offset or 1) - indented),
            error=str(error.msg)[:120],
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SubmissionInvalid("no_python", name=file) from error


def _bound(tree: ast.Module) -> Iterator[str]:
    """The names that the module may define, wherever its own statements do so."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0]


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _functions(tree: ast.Module) -> Iterator[str]:
    return (node.name for node in ast.walk(tree) if isinstance(node, _Function | ast.ClassDef))


def _last(tree: ast.Module, entry: str) -> _Function | None:
    """The function of that name if it is plainly defined, once, at the module's own level."""
    found = [
        node
        for node in _outside_functions(tree)
        if isinstance(node, _Function) and node.name == entry
    ]
    plain = found and found[0] in tree.body and not found[0].decorator_list
    return found[0] if len(found) == 1 and plain else None
