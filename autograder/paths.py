"""Where things are: the project's root, its folders, and the cache.

Knows names of folders, nothing of what is in them.
"""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
MEMBER = PACKAGE.parent / "member"
"""The folder of what members' code may import: the module `pioneers`."""


def root() -> Path:
    """The cohort's repository: `PIONEERS_ROOT`, or the folder that holds this package."""
    return Path(os.environ.get("PIONEERS_ROOT") or PACKAGE.parent).resolve()


def assignments() -> Path:
    """The folder with one folder for each assignment."""
    return root() / "assignments"


def submissions() -> Path:
    """The folder with one folder for each member."""
    return root() / "submissions"


def cache() -> Path:
    """The folder for what can be made again: data, reference answers, Java caches.

    `PIONEERS_CACHE` moves it; otherwise it is `.pioneers/` in the repository.
    """
    return Path(os.environ.get("PIONEERS_CACHE") or root() / ".pioneers").resolve()
