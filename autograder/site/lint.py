"""What is wrong with the course's pages, all of it at once, each fault with file and line.

The rules are the functions in PAGE_RULES (one page by itself) and COURSE_RULES (pages together).
Pages in curriculum/ are checked; made pages only count as what links lead to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autograder.models import LANGUAGES
from autograder.site.faults import ROOT, Course, Fault, fault
from autograder.site.mirrors import mirrors
from autograder.site.reading import Reading
from autograder.site.widgets import glossary, notebook, quiz

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SAID = re.compile(r"^(?:과제|Assignment): `(?P<id>[^`]*)`[ \t]*$", re.MULTILINE)
_LESSON = re.compile(r"^lesson\s*=", re.MULTILINE)
_OTHER_HOST = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_STYLE_OF_OTHER = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_LOADS = ("src", "srcset", "data", "poster", "background", "xlink:href")
_LOADS_BY_HREF = ("link", "image", "use")


def lint(
    curriculum: Path,
    made: Mapping[str, str | bytes],
    lessons: Mapping[str, str],
    assignments: Path = Path("assignments"),
) -> list[Fault]:
    """Returns every fault, in the order of files and lines.

    Args:
        curriculum: the folder of written pages, with one folder a language.
        made: the made files by their path in the docs folder.
        lessons: the lesson that each assignment names, by the assignment's id.
        assignments: where the assignments lie, to tell the line.
    """
    pages: dict[str, Reading] = {}
    others: set[str] = set(made)
    notebooks: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path in sorted(curriculum.rglob("*")):
        if not path.is_file():
            continue
        inner = path.relative_to(curriculum).as_posix()
        faults += _names(inner)
        if path.suffix != ".md":
            others.add(inner)
        if path.suffix == ".ipynb":
            notebooks[inner] = path.read_bytes()
            faults += [fault(inner, *told) for told in notebook.faults(notebooks[inner])]
        if path.suffix != ".md":
            continue
        body = path.read_bytes()
        try:
            pages[inner] = Reading(body.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = body.count(b"\n", 0, error.start) + 1
            faults.append(fault(inner, line, "is not UTF-8 text", "save it as UTF-8"))
    texts = {path: body for path, body in made.items() if isinstance(body, str)}
    terms = glossary.load(curriculum / Path(glossary.FILE).name)
    course = Course(pages, frozenset(others), texts, lessons, assignments, terms, notebooks)
    for inner, page in pages.items():
        for rule in PAGE_RULES:
            faults += rule(inner, page, course)
    for whole in COURSE_RULES:
        faults += whole(course)
    return sorted(set(faults))


def _names(inner: str) -> Iterator[Fault]:
    odd = [part for part in inner.split("/") if not _NAME.fullmatch(part)]
    if odd:
        shown = odd[0].encode("unicode_escape").decode()
        yield fault(
            ascii(inner)[1:-1], 1, f"the name {shown} has odd characters",
            "use a-z, 0-9, hyphen and dot",
        )  # fmt: skip


def _quizzes(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    for fence in page.fences:
        if fence.language == "quiz":
            try:
                quiz.parse(fence.body)
            except quiz.QuizError as error:
                yield fault(inner, fence.line + error.line, error.what, error.fix)


def _images(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    fix = "say in a few words what is to be seen"
    for link in page.links:
        if link.image and not link.text.strip():
            yield fault(inner, link.line, f"image {link.target} has no alt text", fix)
    for tag in page.tags:
        if tag.name == "img" and "alt" not in tag.attributes:
            source = tag.attributes.get("src", "")
            yield fault(inner, tag.line, f"image {source} has no alt text", fix)


def _other_hosts(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    fix = "put the file into curriculum/ and name it from there"
    for link in page.links:
        if link.image and _OTHER_HOST.match(link.target):
            yield fault(inner, link.line, f"{link.target} lies on another host", fix)
    for tag in page.tags:
        keys = (*_LOADS, "href") if tag.name in _LOADS_BY_HREF else _LOADS
        for key in keys:
            value = tag.attributes.get(key, "")
            if any(_OTHER_HOST.match(part) for part in value.split(",")):
                yield fault(inner, tag.line, f"<{tag.name}> loads {value} from another host", fix)
        if _STYLE_OF_OTHER.search(tag.attributes.get("style", "")):
            yield fault(inner, tag.line, f"<{tag.name}> has a style from another host", fix)
        if tag.name == "script" or any(key.startswith("on") for key in tag.attributes):
            yield fault(
                inner, tag.line, f"<{tag.name}> runs a script", "leave scripts to the theme"
            )


def _links(inner: str, page: Reading, course: Course) -> Iterator[Fault]:
    for link in page.links:
        parts = urlsplit(link.target)
        if parts.scheme or parts.netloc or not link.target:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(inner), unquote(parts.path)))
        if parts.path.startswith("/"):
            yield fault(
                inner, link.line, f"{link.target} is absolute", "name the .md file from here"
            )
        elif not parts.path or path in course.targets:
            target = course.targets[path] if parts.path else page
            anchor = unquote(parts.fragment)
            if anchor and anchor not in target.anchors:
                where = path if parts.path else inner
                yield fault(inner, link.line, f"{where} has no anchor #{anchor}", "mend the link")
        elif path not in course.files:
            yield fault(inner, link.line, f"{link.target} leads nowhere", "mend the link")


def _assignments(inner: str, page: Reading, course: Course) -> Iterator[Fault]:
    for said in _SAID.finditer(page.text):
        line = page.text.count("\n", 0, said.start()) + 1
        lesson = course.lessons.get(said["id"])
        if lesson is None:
            yield fault(
                inner, line, f"there is no assignment {said['id']}", "name a folder of assignments/"
            )
        elif lesson != _page(inner):
            yield fault(
                inner, line, f"assignment {said['id']} names the lesson {lesson or '(none)'}",
                f'write lesson = "{_page(inner)}" in its assignment.toml',
            )  # fmt: skip


def _page(inner: str) -> str:
    return inner.partition("/")[2].removesuffix(".md")


def _lessons(course: Course) -> Iterator[Fault]:
    for name, lesson in course.lessons.items():
        missing = [code for code in LANGUAGES if f"{code}/{lesson}.md" not in course.targets]
        if lesson and missing:
            folders = (course.assignments / name, course.assignments / "challenges" / name)
            folder = next((each for each in folders if each.is_dir()), folders[0])
            file = folder / "assignment.toml"
            text = file.read_text(encoding="utf-8") if file.is_file() else ""
            found = _LESSON.search(text)
            yield Fault(
                f"assignments/{file.relative_to(course.assignments).as_posix()}",
                text.count("\n", 0, found.start()) + 1 if found else 1,
                f"lesson {lesson} is no page", f"write {ROOT}/{missing[0]}/{lesson}.md",
            )  # fmt: skip


def _terms(course: Course) -> Iterator[Fault]:
    for term in course.terms:
        missing = [code for code in LANGUAGES if f"{code}/{term.page}.md" not in course.targets]
        if term.page and missing:
            yield Fault(
                glossary.FILE, term.line, f"page {term.page} of {term.id} is no page",
                f"write {ROOT}/{missing[0]}/{term.page}.md or mend the key",
            )  # fmt: skip


PageRule = Callable[[str, Reading, Course], Iterator[Fault]]
PAGE_RULES: tuple[PageRule, ...] = (_quizzes, _images, _other_hosts, _links, _assignments)
COURSE_RULES: tuple[Callable[[Course], Iterator[Fault]], ...] = (mirrors, _lessons, _terms)
