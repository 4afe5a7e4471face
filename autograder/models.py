"""The contracts that every stage speaks: frozen values, no I/O, no imports of other rooms.

A submission is *captured* into answers, the answers are sealed in a *bundle*, the bundle is
*graded* into checks, and checks make a *report*. Each of those words is a class here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FORMAT_VERSION = 1

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

Visibility = Literal["public", "hidden"]
Order = Literal["any", "strict"]
CheckStatus = Literal["pass", "fail", "error", "skipped"]
ReportStatus = Literal["graded", "invalid", "infra_error"]
JSON = Any
"""Whatever `json.loads` can return."""


@dataclass(frozen=True)
class Text:
    """A text in both languages of the course."""

    ko: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en


@dataclass(frozen=True)
class Finding:
    """One thing that a comparison noticed, as data; the catalogue turns it into words.

    Attributes:
        code: key in the catalogues under `finding.`, such as `frame.missing_column`.
        params: values for the message, plain JSON. Never an expected value unless `reveals`.
        reveals: True if `params` hold expected values; such params are shown for public checks
            only (the catalogue has a `public` and a `hidden` form).
    """

    code: str
    params: Mapping[str, JSON] = field(default_factory=dict)
    reveals: bool = False


@dataclass(frozen=True)
class Limits:
    """What one capture may use. Seconds and mebibytes."""

    wall_s: float = 180.0
    cpu_s: float = 240.0
    memory_mb: int = 4096
    processes: int = 512
    output_mb: int = 64


@dataclass(frozen=True)
class DataRequest:
    """The tables an assignment reads. `seed` is None where each official grade draws its own."""

    dataset: str
    scale: float
    tables: tuple[str, ...]
    seed: int | None = None


def dataset_id(dataset: str, scale: float, seed: int) -> str:
    """The name of one dataset at one scale and seed, such as `games@0.01#42`."""
    return f"{dataset}@{float(scale)!r}".removesuffix(".0") + f"#{seed}"


@dataclass(frozen=True)
class AnswerSpec:
    """One declared answer: its name, what it is, and how it is compared.

    Attributes:
        type: of a notebook `frame`, `scalar`, `list`, `dict`, `text`, `function` or `figure`;
            other kinds of assignments have types of their own.
        options: what the kind's answers say beyond what all have, plain JSON.
    """

    name: str
    type: str
    points: float
    visibility: Visibility = "hidden"
    order: Order = "any"
    keys: tuple[str, ...] = ()
    tolerance: float = 1e-9
    title: Text | None = None
    hint: Text | None = None
    more_hints: tuple[Text, ...] = ()
    calls: tuple[tuple[JSON, ...], ...] = ()
    options: Mapping[str, JSON] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class CellRun:
    """One code cell of an executed notebook, as the worker saw it (not to be trusted).

    Attributes:
        index: position among all cells of the submitted notebook, from 0.
        status: `ok`, `error` (raised), `timeout`, `died` (kernel gone), `not_run`.
        seconds: wall seconds.
        error: exception type and message, capped; empty if none.
    """

    index: int
    status: Literal["ok", "error", "timeout", "died", "not_run"]
    seconds: float
    error_type: str = ""
    error: str = ""


@dataclass(frozen=True)
class Run:
    """What is known of one capture besides the answers.

    Attributes:
        remarks: what the source shows that may explain a wrong answer, plain JSON by topic.
    """

    cells: tuple[CellRun, ...] = ()
    seconds: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    stopped: Literal["", "wall", "cpu", "memory", "processes", "output", "disk", "crash"] = ""
    defined_in: Mapping[str, int] = field(default_factory=dict)
    near_names: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """The verdict on one thing asked for.

    Attributes:
        cell: 1-based number of the notebook cell that defined the answer, if known.
        findings: what the message was made from, so that it can be told in another language.
    """

    id: str
    title: str
    points: float
    max_points: float
    status: CheckStatus
    visibility: Visibility
    message: str = ""
    hint: str = ""
    cell: int | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Timing:
    """Seconds by stage; the only part of a report that may differ between equal runs."""

    capture_s: float = 0.0
    grade_s: float = 0.0
    queue_s: float = 0.0


@dataclass(frozen=True)
class Provenance:
    """What a report was made from: enough to make it again."""

    submission_sha256: str = ""
    assignment_sha256: str = ""
    data: str = ""
    grader_version: str = ""
    sandbox: str = ""


@dataclass(frozen=True)
class Report:
    """The outcome of one grade; `report.json` is this and nothing else."""

    assignment: str
    status: ReportStatus
    score: float
    max_score: float
    checks: tuple[Check, ...] = ()
    message: str = ""
    language: Language = "ko"
    timing: Timing = Timing()
    provenance: Provenance = Provenance()
    format_version: int = FORMAT_VERSION
