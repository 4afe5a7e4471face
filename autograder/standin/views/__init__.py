"""The endpoints, one module for each of GitHub's groups. Importing this fills the table."""

from autograder.standin.routes import ROUTES
from autograder.standin.views import (
    automation,
    checks,
    commits,
    contents,
    git,
    issues,
    labels,
    people,
    pulls,
    repos,
    setup,
)

__all__ = [
    "ROUTES",
    "automation",
    "checks",
    "commits",
    "contents",
    "git",
    "issues",
    "labels",
    "people",
    "pulls",
    "repos",
    "setup",
]
