"""What is dear to make is made once: results by the digest of everything they are made from.

Knows nothing of what is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from autograder import __version__
from autograder.files import write_whole


def keep(folder: Path, name: str, made_from: str | bytes, make: Callable[[], bytes]) -> bytes:
    """What `make` returns, from `folder` where it was made from the same before.

    Args:
        folder: may be emptied at any time.
        name: what it is, a file's name; a new result takes the place of the old one.
        made_from: all that decides the result, or a digest of it.
    """
    body = made_from.encode() if isinstance(made_from, str) else made_from
    key = hashlib.sha256(b"\0".join([__version__.encode(), body])).hexdigest().encode()
    place = folder / name
    try:
        found, _, kept = place.read_bytes().partition(b"\n")
        if found == key:
            return kept
    except OSError:
        pass  # made for the first time
    made = make()
    write_whole(place, key + b"\n" + made)
    return made


def digest(*files: Path) -> str:
    """Of the content of files; one that is missing counts as empty."""
    hashed = hashlib.sha256()
    for path in files:
        body = path.read_bytes() if path.is_file() else b""
        hashed.update(f"{path.name}\0{len(body)}\0".encode())
        hashed.update(body)
    return hashed.hexdigest()
