"""How one output is compared with the right one: the checkers of coding tests.

Outputs are texts that a program printed, or plain values that a function returned. A checker says
whether they are the same; whether they are the same but for spaces and case is asked apart. It
must not know limits, cases or words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from autograder.grade.compare.closeness import close
from autograder.grade.compare.nested import same_items, same_plain
from autograder.grade.compare.values import composed

Check = Callable[[Any, Any, Any], bool | str]
"""`check(given, got, expected)`: True if right; a text says what is wrong."""


def exact(got: Any, expected: Any, _tolerance: float) -> bool:
    """The same; of printed lines the spaces at their ends, and empty lines at the end, are free."""
    if isinstance(got, str) and isinstance(expected, str):
        return _lines(got) == _lines(expected)
    both = isinstance(got, set) == isinstance(expected, set)
    return both and same_plain(got, expected, 0.0)


def tokens(got: Any, expected: Any, tolerance: float) -> bool:
    """The same words in the same order, whatever white space is between them."""
    if isinstance(got, str) and isinstance(expected, str):
        return composed(got).split() == composed(expected).split()
    return exact(got, expected, tolerance)


def floats(got: Any, expected: Any, tolerance: float) -> bool:
    """The same but for numbers, which may differ by the tolerance, absolutely or relatively."""
    if not (isinstance(got, str) and isinstance(expected, str)):
        return same_plain(got, expected, tolerance)
    left, right = got.split(), expected.split()
    return len(left) == len(right) and all(
        a == b or _close(a, b, tolerance) for a, b in zip(left, right, strict=True)
    )


def any_order(got: Any, expected: Any, tolerance: float) -> bool:
    """The same lines, or items of a list, in any order."""
    if isinstance(got, str) and isinstance(expected, str):
        return sorted(_lines(got)) == sorted(_lines(expected))
    both = isinstance(got, list | set) and isinstance(expected, list | set)
    if not both:
        return exact(got, expected, tolerance)
    return same_items(got, expected, 0.0)


CHECKERS: Final[Mapping[str, Callable[[Any, Any, float], bool]]] = {
    "exact": exact,
    "tokens": tokens,
    "floats": floats,
    "any_order": any_order,
}


def custom(source: str) -> Check:
    """The author's own checker, from the source of `checker.py`.

    Raises:
        TypeError: it defines no function `check`.
    """
    module: dict[str, Any] = {"__name__": "checker"}
    exec(compile(source, "checker.py", "exec"), module)  # noqa: S102 - the assignment's own code
    check = module.get("check")
    if not callable(check):
        raise TypeError("checker.py defines no check(given, got, expected)")
    found: Check = check
    return found


def but_for_spaces(got: Any, expected: Any) -> bool:
    """Whether two texts differ in white space and case only."""
    if not (isinstance(got, str) and isinstance(expected, str)):
        return False
    return "".join(got.split()).casefold() == "".join(expected.split()).casefold()


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in composed(text).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _close(left: str, right: str, tolerance: float) -> bool:
    try:
        return close(float(left), float(right), tolerance)
    except ValueError:
        return False
