"""The kinds that read something of their own; the others read what a notebook does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autograder.assignment.code import CODE
from autograder.assignment.dag import DAG
from autograder.assignment.schema import NOTEBOOK, KindSchema

KINDS: Final[Mapping[str, KindSchema]] = {"notebook": NOTEBOOK, "code": CODE, "dag": DAG}
