"""Which page a Markdown converter is at work on.

A fence's formatter is told only the converter; MkDocs leaves the page's file with it. Outside of
MkDocs (a test, a preview) there is no page.
"""

from __future__ import annotations

from typing import Any

from autograder.models import Language


def source(md: Any) -> str:
    """The page's path in the docs folder, such as `ko/week1/day2.md`; empty outside of MkDocs."""
    if "relpath" not in md.treeprocessors:
        return ""
    return str(md.treeprocessors["relpath"].file.src_uri)


def language(path: str) -> Language:
    """The language of a page by its path: Korean unless it lies in `en/`."""
    return "en" if path.startswith("en/") else "ko"


def identity(path: str) -> str:
    """The page's name in both languages, such as `week1/day2`; `week1` for its index page."""
    inner = path.partition("/")[2].removesuffix(".md")
    return inner.removesuffix("index").rstrip("/")
