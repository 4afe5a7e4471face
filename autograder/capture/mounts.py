"""What every worker finds inside its sandbox, and what of this machine's environment it never sees.

Knows no kind of work; `capture.sandbox` does the mounting.
"""

from __future__ import annotations

from pathlib import Path

from autograder import paths
from autograder.capture.sandbox import INSIDE, Link, Mount


def worker(job: Path) -> list[Mount | Link]:
    """The worker's code, and its job as `/pioneers/job.json`."""
    package = INSIDE / "autograder"
    return [
        Mount(paths.PACKAGE / "__init__.py", package / "__init__.py"),
        Mount(paths.PACKAGE / "capture" / "__init__.py", package / "capture" / "__init__.py"),
        Mount(paths.PACKAGE / "capture" / "worker", package / "capture" / "worker"),
        Mount(job, INSIDE / "job.json"),
    ]


def tables(data: Path, inside: Path) -> list[Mount | Link]:
    """The folder of tables at the path `inside`; it may still be being drawn."""
    if data.is_dir():
        return [Mount(data.resolve(), inside)]
    # It will appear in the folder that is mounted.
    data.parent.mkdir(parents=True, exist_ok=True)
    drawn = INSIDE / "drawn"
    return [Mount(data.parent.resolve(), drawn), Link(drawn / data.name, inside)]


def is_secret(name: str) -> bool:
    """Whether an environment variable is kept from members' code on a bare machine, too."""
    return any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "KEY", "WEBHOOK"))
