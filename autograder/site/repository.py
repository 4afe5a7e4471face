"""Where the cohort's repository is on GitHub, for edit links and the Codespaces button.

Asks the environment of a workflow, else the remote named `origin`; no network.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

_REMOTE = re.compile(
    r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com/)"
    r"(?P<owner>[A-Za-z0-9-]{1,39})/(?P<name>[A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)
_SLUG = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}")


def address(root: Path) -> str:
    """Returns `https://github.com/owner/name`, or nothing where the repository is not there."""
    slug = os.environ.get("GITHUB_REPOSITORY", "")
    if _SLUG.fullmatch(slug):
        return f"https://github.com/{slug}"
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(root), "remote", "get-url", "origin"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _REMOTE.fullmatch(done.stdout.strip())
    return f"https://github.com/{found['owner']}/{found['name']}" if found else ""
