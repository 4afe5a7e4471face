"""A page for each assignment, and the list of them all, from what the grader itself reads.

Nothing that a member may not know gets here: no hint, no expected value, no property of hidden
inputs. How a page reads stands in `task`, `sample` and the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from autograder import assignment as assignments
from autograder.assignment import FILE, Assignment
from autograder.assignment.explain import at
from autograder.authoring.golden import read_sample
from autograder.kinds import KINDS
from autograder.models import LANGUAGES, AnswerSpec, Language
from autograder.site.generate import limits, markup, sample, task
from autograder.site.generate.task import Starter
from autograder.site.generated import Generated, Sources
from autograder.site.widgets import run
from autograder.text import escape
from autograder.text.catalogue import catalogue

KINDS_IN_ORDER: Final = ("notebook", "dag", "nbgrader", "challenge", "code")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_LOGIN: Final = "<login>"


def pages(sources: Sources) -> Iterator[Generated]:
    """The list, then each assignment by kind and deadline, with the file to begin with.

    Raises:
        AssignmentError: a file is not right, or the lesson that it names is not there.
    """
    found = in_order(assignments.load_all())
    for each in found:
        see_lesson(each, sources.root)
    listed = f"{sources.root / 'assignments'}"
    for language in LANGUAGES:
        yield Generated(f"{language}/assignments/index.md", _index(found, sources, language))
    for each in found:
        folder = each.folder.relative_to(sources.root) if listed in str(each.folder) else ""
        source = f"{folder}/{FILE}" if folder else ""
        begin = task.starter(each, sources.cache)
        for language in LANGUAGES:
            text = _Page(each, sources, language, begin).text()
            yield Generated(f"{language}/assignments/{each.id}.md", text, source)
            if begin is not None:
                target = f"{language}/assignments/{each.id}/{begin.name}"
                yield Generated(target, begin.body, source)


def in_order(found: Sequence[Assignment]) -> list[Assignment]:
    """By kind, then by deadline, then by id; those without a deadline last."""
    place = {kind: number for number, kind in enumerate(KINDS_IN_ORDER)}
    return sorted(found, key=lambda each: (place[each.kind], each.due or _NEVER, each.id))


def see_lesson(assignment: Assignment, root: Path) -> None:
    """Raise AssignmentError if the lesson is named that has no page in some language."""
    for language in LANGUAGES:
        page = root / "curriculum" / language / f"{assignment.lesson}.md"
        if assignment.lesson and not page.is_file():
            path = assignment.folder / FILE
            said = escape.clean(assignment.lesson)
            raise at(
                path, path.read_text("utf-8-sig"), ("lesson",),
                f"there is no lesson {said!r} in {language}",
                f"write curriculum/{language}/{said}.md, or mend the name",
            )  # fmt: skip


def _index(found: Sequence[Assignment], sources: Sources, language: Language) -> str:
    def say(key: str) -> str:
        return markup.words(language, f"index.{key}")

    heads = [say(f"column_{name}") for name in ("assignment", "points", "due")]
    parts = [f"# {say('title')}", say("lead")]
    parts.append(say("start") if found else say("empty"))
    for kind in KINDS_IN_ORDER:
        rows = [
            [
                _named(each, sources.root, language),
                markup.points(each.max_points),
                markup.moment(each.due, sources.cohort.zone, language, own=False)
                if each.due
                else say("no_due"),
            ]
            for each in found
            if each.kind == kind
        ]
        if rows:
            parts.append(markup.heading(2, markup.words(language, f"kind.{kind}"), kind))
            parts.append(markup.table(heads, rows, "---|--:|---"))
    return markup.page(*parts)


def _named(assignment: Assignment, root: Path, language: Language) -> str:
    """An assignment by its title, and its lesson below."""
    lesson = _lesson(assignment, root, language)
    below = (
        f'<br><span class="below">{markup.words(language, "index.lesson")} {lesson}</span>'
        if lesson
        else ""
    )
    return f"[{escape.page(assignment.title[language])}]({assignment.id}.md){below}"


def _lesson(assignment: Assignment, root: Path, language: Language) -> str:
    """A link to the lesson by its own title; empty where there is none."""
    if not assignment.lesson:
        return ""
    lesson = root / "curriculum" / language / f"{assignment.lesson}.md"
    with lesson.open(encoding="utf-8-sig", errors="replace") as file:
        title = next((line[2:] for line in file if line.startswith("# ")), assignment.lesson)
    return f"[{escape.page(title)}](../{assignment.lesson}.md)"


@dataclass(frozen=True)
class _Page:
    """One assignment's page in one language, a section a method."""

    assignment: Assignment
    sources: Sources
    language: Language
    begin: Starter | None

    def text(self) -> str:
        parts = [self._head(), self._facts(), self._buttons(), *self._task(), *self._run()]
        parts += [*self._checks(), *self._data()]
        return markup.page(*parts, *self._limits(), *self._steps(), *self._sample())

    def _say(self, key: str, /, **ready: str) -> str:
        return markup.words(self.language, f"assignment.{key}", **ready)

    def _section(self, key: str) -> str:
        return markup.heading(2, self._say(key), key.replace("_", "-"))

    def _head(self) -> str:
        kind = markup.words(self.language, f"kind.{self.assignment.kind}")
        about = self._say("description", kind=kind, id=self.assignment.id)
        title = escape.page(self.assignment.title[self.language])
        return f'---\ndescription: "{about}"\n---\n\n# {title}'

    def _facts(self) -> str:
        own, zone = self.assignment, self.sources.cohort.zone
        public = sum(each.points for each in own.answers if each.visibility == "public")
        split = self._say(
            "points_split",
            total=markup.points(own.max_points),
            public=markup.points(public),
            hidden=markup.points(own.max_points - public),
        )
        facts = [
            ("kind", markup.words(self.language, f"kind.{own.kind}")),
            ("id", escape.page_code(own.id)),
            ("points", split),
            ("lesson", _lesson(own, self.sources.root, self.language)),
            ("opens", markup.day(own.opens, self.language) if own.opens else ""),
            ("due", markup.moment(own.due, zone, self.language) if own.due else ""),
            ("closes", markup.moment(own.closes, zone, self.language) if own.closes else ""),
        ]
        lines = [f"- **{self._say(name)}** {said}" for name, said in facts if said]
        after = self._say("closes_note" if own.closes else "due_note") if own.due else ""
        return markup.page('<div class="facts" markdown>', "\n".join(lines), "</div>", after)

    def _buttons(self) -> str:
        shown = []
        if self.begin is not None:
            name = self.begin.name
            target = f"{self.assignment.id}/{name}"
            shown.append(markup.button(self._say("download"), target, primary=True, file=name))
        if self.sources.repository:
            where = self.sources.repository.replace("https://github.com/", "")
            target = f"https://codespaces.new/{where}"
            shown.append(markup.button(self._say("codespaces"), target))
        return "\n".join(shown)

    def _task(self) -> Iterator[str]:
        stated = task.statement(self.assignment, self.language)
        if "{ #task }" not in stated:
            yield self._section("task")
        if stated:
            yield stated
        elif self.begin is not None and self.begin.name.endswith(".ipynb"):
            yield self._say("in_notebook")
            yield task.cells(self.begin.body)
        else:
            yield self._say("no_task")

    def _run(self) -> Iterator[str]:
        """Where a reader can solve it without leaving the page."""
        block = run.block(self.assignment, self.language)
        if block:
            title = catalogue(self.language).say("run.title")
            yield from (markup.heading(2, title, "run"), block)

    def _checks(self) -> Iterator[str]:
        columns = ("column_check", "column_what", "points", "column_kind")
        rows = [
            [
                escape.page_prose(spec.title[self.language]) if spec.title else
                escape.page_code(spec.name),
                self._what(spec),
                markup.points(spec.points),
                self._say(spec.visibility),
            ]
            for spec in self.assignment.answers
        ]  # fmt: skip
        yield self._section("checks")
        yield self._say("checks_lead")
        yield markup.table([self._say(name) for name in columns], rows, "---|---|--:|---")
        yield self._say("more_checks") if self.assignment.tests else ""

    def _what(self, spec: AnswerSpec) -> str:
        """What is looked at: an answer by its name, or a property of the program or the DAG."""
        own = {"frame": "output"} if "path" in spec.options else {}
        key = f"site.answer.{own.get(spec.type, spec.type)}"
        words = catalogue(self.language)
        if words.has(key):
            compared = spec.options.get("compare", ())
            return words.template(key).format(
                most=escape.page_code(str(spec.options.get("at_most", ""))),
                path=escape.page_code(str(spec.options.get("path", ""))),
                compare=", ".join(
                    markup.words(self.language, f"compare.{each}") for each in compared
                ),
            )
        kind = words.template(f"report.type_{spec.type}")
        name = escape.page_code(spec.name)
        return markup.words(self.language, "answer.code_named", name=name, type=kind)

    def _limits(self) -> Iterator[str]:
        yield self._section("limits")
        yield self._say("limits_lead")
        heads = [self._say("column_limit"), self._say("column_most")]
        yield markup.table(heads, limits.rows(self.assignment, self.language), "---|--:")

    def _data(self) -> Iterator[str]:
        request = self.assignment.data
        if request is not None:
            yield self._section("data")
            yield self._say("data_lead", scale=f"{request.scale:g}")
            yield "\n".join(
                f"- [{escape.page_code(name)}](../datasets/{request.dataset}.md#{name})"
                for name in request.tables
            )
            fixed = request.seed is not None
            yield self._say("data_fixed" if fixed else "data_fresh", seed=str(request.seed))

    def _steps(self) -> Iterator[str]:
        own = self.assignment
        if own.kind not in KINDS:
            return
        place = f"submissions/{_LOGIN}/{own.id}"
        install = "export PIONEERS_REQUIREMENTS=all" if KINDS[own.kind].needs else ""
        lab = "./pioneers lab" if self.begin and self.begin.name.endswith(".ipynb") else ""
        send = f'git switch -c {own.id}\ngit add {place}\ngit commit -m "{own.id}"\n'
        steps = (
            ("step_airflow", install),
            ("step_start", f"./pioneers release {own.id} --out {place}"),
            ("step_lab", lab),
            ("step_check", f"./pioneers check {place} --watch"),
            ("step_hand_in", f"{send}git push -u origin {own.id}"),
        )
        yield self._section("steps")
        for key, commands in steps:
            if commands:
                yield self._say(key)
                yield markup.fenced(commands, "bash")
        yield self._say("step_after")

    def _sample(self) -> Iterator[str]:
        report = read_sample(self.assignment)
        if report is not None:
            yield self._section("sample")
            yield f"{self._say('sample_lead')} {self._say('sample_case')}"
            yield sample.comment(self.assignment, report, self.sources.cohort.zone, self.language)
