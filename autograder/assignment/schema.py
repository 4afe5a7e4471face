"""What `assignment.toml` may hold, as pydantic reads it: tables for all kinds, and each kind's own.

A kind that needs more than the common tables has a module of its own and a row in
`assignment.kinds`: the table named like the kind (`[code]`), and what one of its answers may say.
Knows no file and no run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from autograder.models import AnswerSpec, DataRequest, Limits

STRICT = ConfigDict(extra="forbid", frozen=True)
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Points = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Tolerance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True)
class DataTable:
    """`[data]`."""

    __pydantic_config__ = STRICT

    dataset: str
    scale: Positive
    tables: tuple[Name, ...]
    seed: Literal["fresh"] | Annotated[int, Field(ge=0, lt=2**63)] = "fresh"


@dataclass(frozen=True)
class LimitsTable:
    """`[limits]`."""

    __pydantic_config__ = STRICT

    wall_s: Annotated[float, Field(gt=0, le=3600)] = Limits.wall_s
    cpu_s: Annotated[float, Field(gt=0, le=14400)] = Limits.cpu_s
    memory_mb: Annotated[int, Field(ge=256, le=65536)] = Limits.memory_mb
    processes: Annotated[int, Field(ge=32, le=8192)] = Limits.processes
    output_mb: Annotated[int, Field(ge=1, le=1024)] = Limits.output_mb


@dataclass(frozen=True)
class BothTexts:
    """A text in both languages."""

    __pydantic_config__ = STRICT

    ko: str
    en: str


@dataclass(frozen=True, kw_only=True)
class AnswerTable:
    """What every `[answers.NAME]` may say, whatever the kind."""

    __pydantic_config__ = STRICT

    points: Points
    visibility: Literal["public", "hidden"] = "hidden"
    title: BothTexts | None = None
    hint: BothTexts | None = None
    more_hints: tuple[BothTexts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotebookAnswer(AnswerTable):
    """An answer that a notebook defines by name."""

    type: Literal["frame", "scalar", "list", "dict", "text", "function", "figure"]
    order: Literal["any", "strict"] = "any"
    keys: tuple[str, ...] = ()
    tolerance: Tolerance = 1e-9
    calls: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True)
class File:
    """The whole file; answers and a kind's own table are read by the kind's adapters."""

    __pydantic_config__ = STRICT

    format_version: Literal[1]
    id: str
    kind: Literal["notebook", "dag", "code", "challenge", "nbgrader"]
    title: BothTexts
    answers: dict[Name, dict[str, Any]] = field(default_factory=dict)
    lesson: str = ""
    opens: date | None = None
    due: datetime | None = None
    closes: datetime | None = None
    limits: LimitsTable = LimitsTable()
    data: DataTable | None = None
    code: dict[str, Any] | None = None
    dag: dict[str, Any] | None = None


@dataclass(frozen=True)
class KindSchema:
    """What one kind reads: its answers, and its own table if it has one.

    Pydantic takes a tenth of a second to learn a kind, so each is learnt when it is first read.

    Attributes:
        answer: the type of an answer.
        table: the type of the kind's own table, or None.
        tagged: True where answers are told apart by their `type`, which pydantic then puts into
            the places of its errors.
        unfit: tells of the kind's table, the answers and the data what does not fit together:
            the place in the file, the fault, the fix.
    """

    answer: Any
    table: Any = None
    tagged: bool = False
    unfit: Callable[
        [Any, Sequence[AnswerSpec], DataRequest | None],
        Iterable[tuple[tuple[str, ...], str, str]],
    ] = lambda _settings, _answers, _data: ()

    @cached_property
    def answers(self) -> TypeAdapter[Any]:
        """Reads one answer."""
        return TypeAdapter(self.answer)

    @cached_property
    def tables(self) -> TypeAdapter[Any]:
        """Reads the kind's own table."""
        return TypeAdapter(self.table)


FILE: Final = TypeAdapter(File)
NOTEBOOK: Final = KindSchema(NotebookAnswer)
