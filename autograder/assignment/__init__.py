"""Reads `assignments/<id>/assignment.toml` into an `Assignment`.

A mistake in the file is reported with its line, its key and the fix. Knows nothing of how an
assignment is run or graded.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from autograder import paths
from autograder.errors import AssignmentError
from autograder.models import AnswerSpec, DataRequest, Limits, Text

FILE = "assignment.toml"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NOT_PART_OF_IT = {"golden", "__pycache__", ".ipynb_checkpoints"}

_STRICT = ConfigDict(extra="forbid", frozen=True)
_Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
_Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


@dataclass(frozen=True)
class _Data:
    __pydantic_config__ = _STRICT

    dataset: str
    scale: _Positive
    tables: tuple[_Name, ...]
    seed: Literal["fresh"] | Annotated[int, Field(ge=0, lt=2**63)] = "fresh"


@dataclass(frozen=True)
class _Limits:
    __pydantic_config__ = _STRICT

    wall_s: Annotated[float, Field(gt=0, le=3600)] = Limits.wall_s
    cpu_s: Annotated[float, Field(gt=0, le=14400)] = Limits.cpu_s
    memory_mb: Annotated[int, Field(ge=256, le=65536)] = Limits.memory_mb
    processes: Annotated[int, Field(ge=32, le=8192)] = Limits.processes
    output_mb: Annotated[int, Field(ge=1, le=1024)] = Limits.output_mb


@dataclass(frozen=True)
class _Text:
    __pydantic_config__ = _STRICT

    ko: str
    en: str


@dataclass(frozen=True)
class _Answer:
    __pydantic_config__ = _STRICT

    type: Literal["frame", "scalar", "list", "dict", "text", "function", "figure"]
    points: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
    visibility: Literal["public", "hidden"] = "hidden"
    order: Literal["any", "strict"] = "any"
    keys: tuple[str, ...] = ()
    tolerance: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1e-9
    title: _Text | None = None
    hint: _Text | None = None
    more_hints: tuple[_Text, ...] = ()
    calls: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True)
class _File:
    __pydantic_config__ = _STRICT

    format_version: Literal[1]
    id: str
    kind: Literal["notebook", "dag", "code", "challenge", "nbgrader"]
    title: _Text
    answers: dict[_Name, _Answer] = field(default_factory=dict)
    lesson: str = ""
    opens: date | None = None
    due: datetime | None = None
    closes: datetime | None = None
    limits: _Limits = _Limits()
    data: _Data | None = None


_ADAPTER = TypeAdapter(_File)


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
        file = _ADAPTER.validate_python(values)
    except ValidationError as error:
        raise _explain(path, text, error) from None
    if file.id != path.parent.name:
        raise _at(
            path,
            text,
            ("id",),
            f"id is {file.id!r} but the folder is {path.parent.name!r}",
            "make them equal",
        )
    if not ID.fullmatch(file.id):
        raise _at(
            path, text, ("id",), f"id {file.id!r} has other signs than a-z, 0-9 and -", "rename it"
        )
    for key, moment in (("due", file.due), ("closes", file.closes)):
        if moment is not None and moment.tzinfo is None:
            raise _at(path, text, (key,), f"{key} has no time zone", "add one, such as +09:00")
    if file.due and file.closes and file.closes < file.due:
        raise _at(path, text, ("closes",), "closes is before due", "let it be later, or drop it")
    if not file.answers and not (path.parent / "tests").is_dir():
        raise AssignmentError(
            f"{path}: nothing to grade", fix="declare an [answers.NAME] table or add tests/"
        )
    for name, answer in file.answers.items():
        _check_answer(path, text, name, answer)
    data = file.data
    return Assignment(
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
        answers=tuple(_answer(name, answer) for name, answer in file.answers.items()),
    )


def _check_answer(path: Path, text: str, name: str, answer: _Answer) -> None:
    where = ("answers", name)
    if answer.type == "function" and not answer.calls:
        raise _at(
            path,
            text,
            where,
            "a function answer without calls",
            'add calls = [["first argument"], …]',
        )
    if answer.type != "function" and answer.calls:
        raise _at(
            path, text, (*where, "calls"), f"calls on a {answer.type}", "calls belong to functions"
        )
    if answer.type != "frame" and answer.keys:
        raise _at(path, text, (*where, "keys"), f"keys on a {answer.type}", "keys belong to frames")


def _answer(name: str, answer: _Answer) -> AnswerSpec:
    texts = ("title", "hint", "more_hints")
    return AnswerSpec(
        name=name,
        title=_text(answer.title),
        hint=_text(answer.hint),
        more_hints=tuple(Text(each.ko, each.en) for each in answer.more_hints),
        **{key: value for key, value in vars(answer).items() if key not in texts},
    )


def _text(text: _Text | None) -> Text | None:
    return None if text is None else Text(text.ko, text.en)


def _explain(path: Path, text: str, error: ValidationError) -> AssignmentError:
    first = error.errors()[0]
    where = tuple(str(part) for part in first["loc"])
    key = ".".join(where) or "the file"
    if first["type"] == "missing":
        return _at(path, text, where[:-1], f"{key} is missing", f"add {where[-1]} = …")
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return _at(path, text, where, f"unknown key {key}", "remove it or mend its spelling")
    given = first.get("input")
    fix = first["msg"][0].lower() + first["msg"][1:]
    return _at(path, text, where, f"{key} = {str(given)[:60]!r} will not do", fix.rstrip("."))


def _at(path: Path, text: str, where: tuple[str, ...], what: str, fix: str) -> AssignmentError:
    return AssignmentError(f"{path}, line {_line(text, where)}: {what}", fix=fix)


def _line(text: str, where: tuple[str, ...]) -> int:
    """The 1-based line on which a key stands, or its table's header, or 1.

    tomllib keeps no positions, so this looks for the longest header that leads to the key.
    """
    best, depth = 1, 0
    header: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[+([^\]]+)\]+", line):
            header = tuple(part.strip().strip("\"'") for part in found[1].split("."))
            key = header
        elif found := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            key = (*header, *(part.strip("\"'") for part in found[1].split(".")))
            if where[: len(key)] == key:
                return number
        else:
            continue
        # A header that leads to the key, or a dotted key that lies in the table asked for.
        shared = min(len(key), len(where))
        if key[:shared] == where[:shared] and shared > depth:
            best, depth = number, shared
    return best
