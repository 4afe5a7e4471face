"""What is wrong with the course's pages, all of it at once, each fault with file and line.

The rules are the functions in PAGE_RULES (one page by itself) and COURSE_RULES (pages together).
Pages in curriculum/ are checked; made pages only count as what links lead to.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autograder.models import LANGUAGES
from autograder.site.reading import Reading
from autograder.site.widgets import glossary, quiz

ROOT = "curriculum"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SAID = re.compile(r"^(?:과제|Assignment): `(?P<id>[^`]*)`[ \t]*$", re.MULTILINE)
_LESSON = re.compile(r"^lesson\s*=", re.MULTILINE)
_OTHER_HOST = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_STYLE_OF_OTHER = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
_LOADS = ("src", "srcset", "data", "poster", "background", "xlink:href")
_LOADS_BY_HREF = ("link", "image", "use")


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong; as text, one line to act on.

    Attributes:
        path: the file, from the repository's root.
        line: from 1.
        what: what is wrong.
        fix: what to do about it.
    """

    path: str
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}; {self.fix}"


@dataclass(frozen=True)
class Course:
    """Everything the rules look at.

    Attributes:
        pages: the written pages by their path in curriculum/, such as `ko/week1/day2.md`.
        files: the paths of all other files in curriculum/ and of all made files.
        made: the Markdown of the made pages by their path.
        lessons: the lesson that each assignment names, by the assignment's id; may be empty.
        assignments: where the assignments lie.
        terms: the words of the glossary.
    """

    pages: Mapping[str, Reading]
    files: frozenset[str] = frozenset()
    made: Mapping[str, str] = field(default_factory=dict)
    lessons: Mapping[str, str] = field(default_factory=dict)
    assignments: Path = Path("assignments")
    terms: tuple[glossary.Term, ...] = ()

    @cached_property
    def targets(self) -> Mapping[str, Reading]:
        """Every page that a link can lead to."""
        return {**{path: Reading(text) for path, text in self.made.items()}, **self.pages}


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
    faults: list[Fault] = []
    for path in sorted(curriculum.rglob("*")):
        if not path.is_file():
            continue
        inner = path.relative_to(curriculum).as_posix()
        faults += _names(inner)
        if path.suffix != ".md":
            others.add(inner)
            continue
        body = path.read_bytes()
        try:
            pages[inner] = Reading(body.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = body.count(b"\n", 0, error.start) + 1
            faults.append(_fault(inner, line, "is not UTF-8 text", "save it as UTF-8"))
    texts = {path: body for path, body in made.items() if isinstance(body, str)}
    terms = glossary.load(curriculum / Path(glossary.FILE).name)
    course = Course(pages, frozenset(others), texts, lessons, assignments, terms)
    for inner, page in pages.items():
        for rule in PAGE_RULES:
            faults += rule(inner, page, course)
    for whole in COURSE_RULES:
        faults += whole(course)
    return sorted(set(faults))


def _fault(inner: str, line: int, what: str, fix: str) -> Fault:
    return Fault(f"{ROOT}/{inner}", line, what, fix)


def _names(inner: str) -> Iterator[Fault]:
    odd = [part for part in inner.split("/") if not _NAME.fullmatch(part)]
    if odd:
        shown = odd[0].encode("unicode_escape").decode()
        yield _fault(
            ascii(inner)[1:-1], 1, f"the name {shown} has odd characters",
            "use a-z, 0-9, hyphen and dot",
        )  # fmt: skip


def _quizzes(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    for fence in page.fences:
        if fence.language == "quiz":
            try:
                quiz.parse(fence.body)
            except quiz.QuizError as error:
                yield _fault(inner, fence.line + error.line, error.what, error.fix)


def _images(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    fix = "say in a few words what is to be seen"
    for link in page.links:
        if link.image and not link.text.strip():
            yield _fault(inner, link.line, f"image {link.target} has no alt text", fix)
    for tag in page.tags:
        if tag.name == "img" and "alt" not in tag.attributes:
            source = tag.attributes.get("src", "")
            yield _fault(inner, tag.line, f"image {source} has no alt text", fix)


def _other_hosts(inner: str, page: Reading, _course: Course) -> Iterator[Fault]:
    fix = "put the file into curriculum/ and name it from there"
    for link in page.links:
        if link.image and _OTHER_HOST.match(link.target):
            yield _fault(inner, link.line, f"{link.target} lies on another host", fix)
    for tag in page.tags:
        keys = (*_LOADS, "href") if tag.name in _LOADS_BY_HREF else _LOADS
        for key in keys:
            value = tag.attributes.get(key, "")
            if any(_OTHER_HOST.match(part) for part in value.split(",")):
                yield _fault(inner, tag.line, f"<{tag.name}> loads {value} from another host", fix)
        if _STYLE_OF_OTHER.search(tag.attributes.get("style", "")):
            yield _fault(inner, tag.line, f"<{tag.name}> has a style from another host", fix)
        if tag.name == "script" or any(key.startswith("on") for key in tag.attributes):
            yield _fault(
                inner, tag.line, f"<{tag.name}> runs a script", "leave scripts to the theme"
            )


def _links(inner: str, page: Reading, course: Course) -> Iterator[Fault]:
    for link in page.links:
        parts = urlsplit(link.target)
        if parts.scheme or parts.netloc or not link.target:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(inner), unquote(parts.path)))
        if parts.path.startswith("/"):
            yield _fault(
                inner, link.line, f"{link.target} is absolute", "name the .md file from here"
            )
        elif not parts.path or path in course.targets:
            target = course.targets[path] if parts.path else page
            anchor = unquote(parts.fragment)
            if anchor and anchor not in target.anchors:
                where = path if parts.path else inner
                yield _fault(inner, link.line, f"{where} has no anchor #{anchor}", "mend the link")
        elif path not in course.files:
            yield _fault(inner, link.line, f"{link.target} leads nowhere", "mend the link")


def _assignments(inner: str, page: Reading, course: Course) -> Iterator[Fault]:
    for said in _SAID.finditer(page.text):
        line = page.text.count("\n", 0, said.start()) + 1
        lesson = course.lessons.get(said["id"])
        if lesson is None:
            yield _fault(
                inner, line, f"there is no assignment {said['id']}", "name a folder of assignments/"
            )
        elif lesson != _page(inner):
            yield _fault(
                inner, line, f"assignment {said['id']} names the lesson {lesson or '(none)'}",
                f'write lesson = "{_page(inner)}" in its assignment.toml',
            )  # fmt: skip


def _page(inner: str) -> str:
    return inner.partition("/")[2].removesuffix(".md")


def _mirrors(course: Course) -> Iterator[Fault]:
    for inner, page in course.pages.items():
        language, _, rest = inner.partition("/")
        if language not in LANGUAGES:
            yield _fault(inner, 1, "lies outside of ko/ and en/", "move it into one of them")
            continue
        other = f"{'en' if language == 'ko' else 'ko'}/{rest}"
        mirror = course.pages.get(other)
        if mirror is None:
            if other not in course.files:
                yield _fault(inner, 1, "has no mirror page", f"write {ROOT}/{other}")
            continue
        yield from _same_anchors(inner, page, other, mirror)
        if language == "ko":
            yield from _same_quizzes(other, mirror, inner, page)


def _same_anchors(inner: str, page: Reading, other: str, mirror: Reading) -> Iterator[Fault]:
    there = {heading.anchor for heading in mirror.headings}
    for heading in page.headings:
        if heading.level > 1 and not heading.anchor:
            yield _fault(inner, heading.line, "heading without an anchor", "end it with { #name }")
        elif heading.anchor not in there:
            yield _fault(
                inner, heading.line, f"heading #{heading.anchor} is not in {ROOT}/{other}",
                "give both pages the same anchors",
            )  # fmt: skip


def _same_quizzes(inner: str, page: Reading, other: str, mirror: Reading) -> Iterator[Fault]:
    """What a reader answered holds in both languages, so both must have the same answers."""
    own, theirs = list(_shapes(page)), list(_shapes(mirror))
    for mine, yours in zip_longest(own, theirs):
        if mine is None or yours is None or mine[1] != yours[1]:
            line = mine[0] if mine else len(page.text.splitlines()) or 1
            yield _fault(
                inner, line, f"quizzes differ from those of {ROOT}/{other}",
                "give both the same questions, choices and right answers",
            )  # fmt: skip
            return


def _shapes(page: Reading) -> Iterator[tuple[int, str]]:
    for fence in page.fences:
        if fence.language == "quiz":
            try:
                yield fence.line, quiz.parse(fence.body).shape
            except quiz.QuizError:
                yield fence.line, ""


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
COURSE_RULES: tuple[Callable[[Course], Iterator[Fault]], ...] = (_mirrors, _lessons, _terms)
