"""Turns a bundle into checks: trusted pytest files, in a process that never saw the member's code.

An assignment's tests import `points` from here; the rest comes as fixtures (`answers`,
`expected`, `run`, `data`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["points"]


def points(
    value: float, *, hint: str = "", title: str = "", visibility: str = "hidden"
) -> Callable[[Any], Any]:
    """Mark a test as a check worth `value` points.

    A parametrised test shares its points equally among its cases.

    Args:
        value: points for the whole test function.
        hint: shown with a failed check; it must not give the answer away.
        title: what the check is called in the report; the test's name otherwise.
        visibility: `public` or `hidden`; only a public check's message is shown as it is.
    """
    import pytest

    return pytest.mark.points(value, hint=hint, title=title, visibility=visibility)
