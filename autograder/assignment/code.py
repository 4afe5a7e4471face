"""What a coding test adds to `assignment.toml`: `[code]`, and groups of cases or a growth limit.

    [code]
    mode = "function"          # or "stdio": a program that reads its input and prints its answer
    entry = "solution"         # function mode: the name that solution.py defines
    keep_arguments = true      # function mode: changing an argument is a mistake
    [code.limits]              # of one case
    cpu_s = 2.0
    [answers.examples]         # a group of cases is one check
    type = "cases"
    points = 2
    cases = "examples"         # cases/examples.json, or examples(random) in cases.py
    [answers.speed]
    type = "growth"
    points = 2
    at_most = "n log n"
    sizes = "sizes"            # sizes(random, n) in cases.py: the input of size n

Knows no file and no run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from autograder.assignment.schema import STRICT, AnswerTable, BothTexts, KindSchema, Name

Growth = Literal["1", "log n", "n", "n log n", "n^2", "n^3", "2^n"]
Checker = Literal["exact", "tokens", "floats", "any_order", "custom"]


@dataclass(frozen=True)
class CaseLimits:
    """`[code.limits]`: what one case may use. Seconds, mebibytes, kibibytes."""

    __pydantic_config__ = STRICT

    cpu_s: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] = 2.0
    wall_s: Annotated[float, Field(gt=0, le=120, allow_inf_nan=False)] = 6.0
    memory_mb: Annotated[int, Field(ge=32, le=8192)] = 256
    output_kb: Annotated[int, Field(ge=1, le=8192)] = 256


@dataclass(frozen=True)
class CodeTable:
    """`[code]`.

    Attributes:
        language: a row of the table of languages.
        keep_arguments: True fails a function that changes what it was given.
    """

    __pydantic_config__ = STRICT

    mode: Literal["function", "stdio"] = "function"
    entry: Name = "solution"
    language: str = "python"
    keep_arguments: bool = False
    limits: CaseLimits = CaseLimits()


@dataclass(frozen=True, kw_only=True)
class CasesAnswer(AnswerTable):
    """A group of cases, one check: all of them must be accepted.

    Attributes:
        cases: `cases/NAME.json`, or else the generator `NAME(random)` of `cases.py`.
        checker: how an output is compared; `custom` is `check(case, got, expected)` of
            `checker.py`, which runs in the grading process. `case` is the list of arguments, or
            the text of the input.
        tolerance: of `floats`, absolute or relative.
        property: what hidden cases are about, said when one fails.
    """

    type: Literal["cases"]
    cases: Name
    checker: Checker = "exact"
    tolerance: Annotated[float, Field(gt=0, le=1)] = 1e-6
    property: BothTexts | None = None


@dataclass(frozen=True, kw_only=True)
class GrowthAnswer(AnswerTable):
    """How time may grow with the size of the input.

    Attributes:
        sizes: the generator `NAME(random, n)` of `cases.py`: one input of size n.
        largest: the greatest n that is tried.
        checker: how an output is compared meanwhile, as for cases; there is no `custom` here.
    """

    type: Literal["growth"]
    at_most: Growth
    sizes: Name = "sizes"
    largest: Annotated[int, Field(ge=64, le=2_000_000)] = 131_072
    checker: Literal["exact", "tokens", "floats", "any_order"] = "exact"
    tolerance: Annotated[float, Field(gt=0, le=1)] = 1e-6


CodeAnswer = Annotated[CasesAnswer | GrowthAnswer, Field(discriminator="type")]
CODE: Final = KindSchema(CodeAnswer, CodeTable, tagged=True)
