"""What an assignment asks for, as Markdown for its page; and the file that members begin with.

The words are the author's own: the statement, or the cells of the notebook that is released.
"""

from __future__ import annotations

import json
import posixpath
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder import kinds
from autograder.assignment import Assignment
from autograder.errors import AssignmentError
from autograder.kinds import KINDS
from autograder.models import Language
from autograder.site.generate import kept, markup

_TITLE = re.compile(r"\A\s*# [^\n]*\n")
_LESSON = re.compile(r"(?:\.\./)+curriculum/(?:ko|en)/(.+)")


@dataclass(frozen=True)
class Starter:
    """The file that members begin with."""

    name: str
    body: bytes


def starter(assignment: Assignment, cache: Path) -> Starter | None:
    """What `pioneers release` writes; None for a kind that cannot be handed in yet."""
    if assignment.kind not in KINDS:
        return None
    name = kinds.of(assignment).solution(assignment).name
    made = kept.keep(
        cache / "starters", f"{assignment.id}-{name}", assignment.sha256,
        lambda: _starter(assignment),
    )  # fmt: skip
    return Starter(name, made)


def _starter(assignment: Assignment) -> bytes:
    with tempfile.TemporaryDirectory(prefix="pioneers-starter-") as folder:
        return kinds.of(assignment).write_starter(assignment, Path(folder)).read_bytes()


def statement(assignment: Assignment, language: Language) -> str:
    """The author's statement without its title and its section on handing in; empty without one.

    The page has both by itself. Links to lessons lead to the site's pages.

    Raises:
        AssignmentError: it is not UTF-8 text.
    """
    path = assignment.folder / f"statement.{language}.md"
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: not UTF-8 text", fix="save it as UTF-8") from error
    own = re.escape(markup.words(language, "statement.hand_in"))
    body = re.sub(rf"^## {own}\s*\n.*?(?=^## |\Z)", "", _TITLE.sub("", text), flags=re.M | re.S)
    task = markup.words(language, "statement.task")
    body = re.sub(
        rf"^## {re.escape(task)}[ \t]*$", markup.heading(2, task, "task"), body, flags=re.M
    )
    return markup.relinked(markup.anchored(body), lesson_link).strip()


def cells(notebook: bytes) -> str:
    """A notebook's text and code as Markdown, two levels below the page's title."""
    parts = []
    for cell in json.loads(notebook)["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(markup.fenced(source, "python") if source.strip() else "")
        elif cell["cell_type"] == "markdown":
            text = markup.shifted(_TITLE.sub("", source + "\n"), 1)
            parts.append(markup.relinked(text, lesson_link))
    return markup.anchored("\n\n".join(part.strip() for part in parts if part.strip()))


def lesson_link(target: str) -> str:
    """A link to a lesson's file, as an author writes it, for a page in `assignments/`.

    Whatever its language, it leads to the lesson in the page's own.
    """
    found = _LESSON.fullmatch(target)
    return posixpath.join("..", found[1]) if found else target
