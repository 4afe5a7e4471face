"""Finding the name that was probably meant: case, underscores, spacing, plural, small slips.

It must not know what the names are names of.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

_APART = re.compile(r"[\W_]+")
_NEAR = 80.0
_SHORT = 3
"""Names up to this length must be the same but for case and spacing: `day` is not `pay`."""


def plain_name(name: str) -> str:
    """Returns a name without case, spacing, punctuation and plural s."""
    folded = _APART.sub("", unicodedata.normalize("NFKC", name[:200]).casefold())
    return folded[:-1] if len(folded) > _SHORT and folded.endswith("s") else folded


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Returns the candidate that looks most like `name`, or None; ties go to the first by name."""
    target = plain_name(name)
    scored = sorted((-_likeness(target, plain_name(other)), other) for other in candidates)
    if not scored or -scored[0][0] < _NEAR:
        return None
    return scored[0][1]


def _likeness(left: str, right: str) -> float:
    if left == right:
        return 101.0 if left else 0.0
    if min(len(left), len(right)) <= _SHORT:
        return 0.0
    return fuzz.ratio(left, right)
