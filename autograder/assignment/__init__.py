"""Reads `assignments/<id>/assignment.toml` into an `Assignment`.

A mistake in the file is reported with its line, its key and the fix. Knows nothing of how an
assignment is run or graded.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tomllib
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autograder import paths
from autograder.assignment.explain import at, explain
from autograder.assignment.kinds import KINDS
from autograder.assignment.schema import FILE as FILE_SCHEMA
from autograder.assignment.schema import (
    NOTEBOOK,
    BothTexts,
    File,
    KindSchema,
    NotebookAnswer,
)
from autograder.errors import AssignmentError
from autograder.models import AnswerSpec, DataRequest, Limits, Text

FILE = "assignment.toml"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NOT_PART_OF_IT = {"golden", "__pycache__", ".ipynb_checkpoints"}
_TEXTS = ("title", "hint", "more_hints")


@dataclass(frozen=True)
class Assignment:
    """One assignment, as its author declared it.

    Attributes:
        folder: where it lives.
        opens: the first day on which work is graded, in the cohort's zone.
        due: what arrives later is late; what arrives after `closes` is not graded any more.
        data: the tables it reads, or None; `data.seed` is None where each grade draws its own.
        answers: in the order of the file; their points add up to `max_points` unless pytest
            checks in `tests/` add more.
        settings: the kind's own table, as its schema reads it; None where it has none.
    """

    id: str
    kind: str
    title: Text
    folder: Path
    lesson: str
    opens: date | None
    due: datetime | None
    closes: datetime | None
    limits: Limits
    data: DataRequest | None
    answers: tuple[AnswerSpec, ...]
    settings: Any = None

    @property
    def notebook(self) -> Path:
        """The nbgrader source notebook: starter and reference solution in one."""
        return self.folder / "notebook.ipynb"

    @property
    def tests(self) -> Path | None:
        """The folder of pytest checks, or None where the answers alone are compared."""
        folder = self.folder / "tests"
        return folder if folder.is_dir() else None

    @property
    def max_points(self) -> float:
        """The points of the declared answers."""
        return sum(answer.points for answer in self.answers)

    @cached_property
    def sha256(self) -> str:
        """Hash of all that decides a score: every file of the folder but golden cases."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            inner = path.relative_to(self.folder)
            if path.is_file() and not NOT_PART_OF_IT.intersection(inner.parts):
                body = path.read_bytes()
                digest.update(f"{inner.as_posix()}\0{len(body)}\0".encode())
                digest.update(body)
        return digest.hexdigest()

    def public(self) -> Assignment:
        """The same assignment with its public answers only: what `check` runs."""
        return replace(self, answers=tuple(a for a in self.answers if a.visibility == "public"))


def load(which: str | Path) -> Assignment:
    """Load an assignment by id, or by the path of its folder or its toml.

    Raises:
        AssignmentError: it does not exist, or its file names a line, a key and a fix.
    """
    folder = _find(which)
    path = folder / FILE
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AssignmentError(f"{path}: not UTF-8 text", fix="save the file as UTF-8") from error
    except OSError as error:
        raise AssignmentError(f"{path}: {error.strerror}", fix="check the path") from error
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise AssignmentError(f"{path}: not valid TOML: {error}", fix="mend that line") from error
    return _build(path, text, values)


def load_all() -> list[Assignment]:
    """Every assignment of the repository, by id."""
    files = sorted(
        [*paths.assignments().glob(f"*/{FILE}"), *paths.assignments().glob(f"challenges/*/{FILE}")]
    )
    return [load(path.parent) for path in files]


def of_folder(path: Path) -> Assignment | None:
    """The assignment whose id `path`, or the nearest folder above it, has as its name."""
    known = {each.id: each for each in load_all()}
    for folder in (path.resolve(), *path.resolve().parents):
        if folder.name in known:
            return known[folder.name]
    return None


def _find(which: str | Path) -> Path:
    path = Path(which)
    if path.name == FILE:
        path = path.parent
    name = str(which)
    with contextlib.suppress(OSError):  # a name that is too long for a path
        if (path / FILE).is_file():
            return path.resolve()
    for base in (paths.assignments(), paths.assignments() / "challenges"):
        if ID.fullmatch(name) and (base / name / FILE).is_file():
            return base / name
    known = sorted(p.parent.name for p in paths.assignments().glob(f"**/{FILE}"))
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    fix = f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none yet'}"
    raise AssignmentError(f"no assignment {name[:80]!r}", fix=fix.rstrip("?."))


def _build(path: Path, text: str, values: dict[str, Any]) -> Assignment:
    try:
        file = FILE_SCHEMA.validate_python(values)
    except ValidationError as error:
        raise explain(path, text, error) from None
    if file.id != path.parent.name:
        raise at(
            path,
            text,
            ("id",),
            f"id is {file.id!r} but the folder is {path.parent.name!r}",
            "make them equal",
        )
    if not ID.fullmatch(file.id):
        raise at(
            path, text, ("id",), f"id {file.id!r} has other signs than a-z, 0-9 and -", "rename it"
        )
    for key, moment in (("due", file.due), ("closes", file.closes)):
        if moment is not None and moment.tzinfo is None:
            raise at(path, text, (key,), f"{key} has no time zone", "add one, such as +09:00")
    if file.due and file.closes and file.closes < file.due:
        raise at(path, text, ("closes",), "closes is before due", "let it be later, or drop it")
    if not file.answers and not (path.parent / "tests").is_dir():
        raise AssignmentError(
            f"{path}: nothing to grade", fix="declare an [answers.NAME] table or add tests/"
        )
    schema = KINDS.get(file.kind, NOTEBOOK)
    data = file.data
    made = Assignment(
        id=file.id,
        kind=file.kind,
        title=Text(file.title.ko, file.title.en),
        folder=path.parent.resolve(),
        lesson=file.lesson,
        opens=file.opens,
        due=file.due,
        closes=file.closes,
        limits=Limits(**vars(file.limits)),
        data=None
        if data is None
        else DataRequest(
            data.dataset, data.scale, data.tables, None if data.seed == "fresh" else data.seed
        ),
        answers=tuple(
            _spec(path, text, schema, name, table) for name, table in file.answers.items()
        ),
        settings=_settings(path, text, schema, file),
    )
    for where, fault, fix in schema.unfit(made.settings, made.answers, made.data):
        raise at(path, text, where, fault, fix)
    return made


def _spec(path: Path, text: str, schema: KindSchema, name: str, table: Any) -> AnswerSpec:
    where = ("answers", name)
    try:
        answer = schema.answers.validate_python(table)
    except ValidationError as error:
        raise explain(path, text, error, where, tagged=schema.tagged) from None
    if isinstance(answer, NotebookAnswer):
        _check_notebook_answer(path, text, where, answer)
    known = {each.name for each in fields(AnswerSpec)}
    values = {key: value for key, value in vars(answer).items() if key not in _TEXTS}
    return AnswerSpec(
        name=name,
        title=_text(answer.title),
        hint=_text(answer.hint),
        more_hints=tuple(Text(each.ko, each.en) for each in answer.more_hints),
        options={key: _plain(value) for key, value in values.items() if key not in known},
        **{key: value for key, value in values.items() if key in known},
    )


def _check_notebook_answer(
    path: Path, text: str, where: tuple[str, ...], answer: NotebookAnswer
) -> None:
    if answer.type == "function" and not answer.calls:
        raise at(
            path,
            text,
            where,
            "a function answer without calls",
            'add calls = [["first argument"], …]',
        )
    if answer.type != "function" and answer.calls:
        raise at(
            path, text, (*where, "calls"), f"calls on a {answer.type}", "calls belong to functions"
        )
    if answer.type != "frame" and answer.keys:
        raise at(path, text, (*where, "keys"), f"keys on a {answer.type}", "keys belong to frames")


def _settings(path: Path, text: str, schema: KindSchema, file: File) -> Any:
    """A kind's own table; the tables of other kinds have no place in the file."""
    own = {"code": file.code, "dag": file.dag}
    for name, table in own.items():
        if table is not None and name != file.kind:
            raise at(path, text, (name,), f"[{name}] in a {file.kind}", "remove that table")
    if schema.table is None:
        return None
    try:
        return schema.tables.validate_python(own[file.kind] or {})
    except ValidationError as error:
        raise explain(path, text, error, (file.kind,)) from None


def _plain(value: Any) -> Any:
    """An option as plain JSON."""
    return vars(value).copy() if isinstance(value, BothTexts) else value


def _text(text: BothTexts | None) -> Text | None:
    return None if text is None else Text(text.ko, text.en)
