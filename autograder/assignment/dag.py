"""What an Airflow assignment adds to `assignment.toml`: `[dag]`, and what is asked of the DAG.

A member hands in `dag.py`: plain Airflow, nothing of ours. It reads the tables below the folder in
the Variable `data_dir` (`purchases/*.parquet`, as notebooks do) and writes below the folder in the
Variable `output_dir`. Both reach it as the environment variables `AIRFLOW_VAR_DATA_DIR` and
`AIRFLOW_VAR_OUTPUT_DIR`, as they may at work. Logical dates are midnights in UTC.

    [dag]
    dag_id = "daily_sales"                 # the DAG that must be there
    [dag.scenarios.main]                   # runs of the DAG, on a fresh database
    dates = [2026-01-05, 2026-01-06]       # in this order, each by dag.test()
    [dag.scenarios.again]
    after = "main"                         # begins with what main wrote; else with nothing
    dates = [2026-01-05]
    [dag.scenarios.flaky]
    dates = [2026-01-05]
    fail_first = ["load"]                  # the first try of these tasks raises
    [dag.scenarios.dirty]
    dates = [2026-01-05]
    input = "dirty"                        # tables are changed as [[dag.inputs.dirty]] says
    [[dag.inputs.dirty]]
    table = "purchases_online"
    column = "quantity"                    # every third row gets this value, where one is named;
    value = -1                             # drop = true takes the whole table away instead
    every = 3

    [answers.parse]
    type = "parse"                         # it can be read, and reading it does nothing else
    points = 1
    [answers.shape]
    type = "graph"
    points = 2
    compare = ["tasks", "order", "schedule", "catchup", "retries", "callbacks"]
    [answers.daily]
    type = "frame"                         # what it wrote: a file, a folder, or a table of SQLite
    points = 2
    scenario = "main"
    path = "daily_sales"
    keys = ["day"]
    [answers.retries]
    type = "runs"
    points = 1
    scenario = "flaky"
    compare = ["states", "tries"]

Knows no file and no run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from autograder.assignment.schema import STRICT, AnswerTable, KindSchema, Name, Tolerance
from autograder.models import AnswerSpec, DataRequest

TaskId = Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=250)]
Inner = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./=-]*$", max_length=200)]
Seconds = Annotated[float, Field(gt=0, le=1800, allow_inf_nan=False)]
Graph = Literal[
    "tasks", "order", "schedule", "catchup", "retries", "callbacks", "tags", "params", "docs"
]
Outcome = Literal["states", "tries", "alerts"]


@dataclass(frozen=True)
class Change:
    """One change of an input: a column's value in every n-th row, or a table that is missing.

    Attributes:
        value: what the column gets; absent for null.
        every: 1 for every row; rows are counted in the order of the table.
    """

    __pydantic_config__ = STRICT

    table: Name
    column: str = ""
    value: str | int | float | None = None
    every: Annotated[int, Field(ge=1)] = 1
    drop: bool = False

    def __post_init__(self) -> None:
        if self.drop == bool(self.column):
            raise ValueError("name a column, or say drop = true")


@dataclass(frozen=True)
class Scenario:
    """Runs of the DAG, one after another.

    Attributes:
        dates: logical dates, in the order in which they are run.
        after: the scenario whose output this one finds; empty for an empty folder.
        fail_first: tasks whose first try raises, in each run.
        input: which changes the tables have; empty for none.
    """

    __pydantic_config__ = STRICT

    dates: Annotated[tuple[date, ...], Field(min_length=1, max_length=31)]
    after: str = ""
    fail_first: tuple[TaskId, ...] = ()
    input: str = ""


@dataclass(frozen=True)
class DagTable:
    """`[dag]`.

    Attributes:
        run_s: wall seconds for all runs of one scenario.
        parse_s: wall seconds for reading the file once.
        parse_cpu_s: reading it may compute no longer than that, or it is work at import.
    """

    __pydantic_config__ = STRICT

    dag_id: TaskId
    scenarios: Mapping[Name, Scenario]
    inputs: Mapping[Name, tuple[Change, ...]] = field(default_factory=dict)
    run_s: Seconds = 45.0
    parse_s: Seconds = 20.0
    parse_cpu_s: Seconds = 3.0

    def __post_init__(self) -> None:
        known: set[str] = set()
        for name, scenario in self.scenarios.items():
            if scenario.after and scenario.after not in known:
                raise ValueError(f"{name} comes after {scenario.after!r}, which is not above it")
            if scenario.input and scenario.input not in self.inputs:
                raise ValueError(f"{name} asks for the input {scenario.input!r}, which is not here")
            known.add(name)

    def needed(self, answers: Sequence[AnswerSpec]) -> list[str]:
        """The scenarios that these answers ask for, with those that come before, in order."""
        wanted = {spec.options["scenario"] for spec in answers if "scenario" in spec.options}
        for name in reversed(list(self.scenarios)):
            if name in wanted:
                wanted.add(self.scenarios[name].after)
        return [name for name in self.scenarios if name in wanted]


@dataclass(frozen=True, kw_only=True)
class ParseAnswer(AnswerTable):
    """The file can be read, holds the one DAG, and reading it has no side effects."""

    type: Literal["parse"]


@dataclass(frozen=True, kw_only=True)
class GraphAnswer(AnswerTable):
    """The DAG is made as the reference is; it may have more tasks.

    Attributes:
        compare: `tasks` by name, `order` of the reference's tasks, `schedule` with its zone,
            `catchup`, `retries` where the reference has some, `callbacks` on failure where the
            reference has one, `tags`, `params` by name, `docs`.
    """

    type: Literal["graph"]
    compare: Annotated[tuple[Graph, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class RunsAnswer(AnswerTable):
    """How the runs of a scenario went.

    Attributes:
        compare: `states` of the runs and of the reference's tasks; `tries` of its tasks that
            tried again; `alerts`: a callback on failure ran where the reference's did.
    """

    type: Literal["runs"]
    scenario: str
    compare: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("states",)


@dataclass(frozen=True, kw_only=True)
class OutputAnswer(AnswerTable):
    """A table that a scenario wrote.

    Attributes:
        path: below the output folder: a Parquet or CSV file, a folder of them, or a SQLite file.
        table: in the SQLite file.
    """

    type: Literal["frame"]
    scenario: str
    path: Inner
    table: str = ""
    order: Literal["any", "strict"] = "any"
    keys: tuple[str, ...] = ()
    tolerance: Tolerance = 1e-9


def _unfit(
    settings: Any, answers: Sequence[AnswerSpec], data: DataRequest | None
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The place, fault and fix of what only the whole file can tell."""
    known = ", ".join(settings.scenarios)
    for spec in answers:
        scenario = spec.options.get("scenario")
        if scenario is not None and scenario not in settings.scenarios:
            where = ("answers", spec.name, "scenario")
            yield where, f"there is no scenario {scenario!r}", f"use one of: {known}"
        if ".." in str(spec.options.get("path", "")).split("/"):
            yield ("answers", spec.name, "path"), "a path that leads out", "leave out .."
    for name, changes in settings.inputs.items():
        for change in changes:
            if data is None or change.table not in data.tables:
                where = ("dag", "inputs", name)
                yield where, f"{change.table!r} is not among [data] tables", "add it there"


DagAnswer = Annotated[
    ParseAnswer | GraphAnswer | RunsAnswer | OutputAnswer, Field(discriminator="type")
]
DAG: Final = KindSchema(DagAnswer, DagTable, tagged=True, unfit=_unfit)
