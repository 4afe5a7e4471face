"""Proves a coding test: inputs drawn the same again, and a reference that agrees with brute force.

`brute.py` beside the reference solves the same task in a slow but obviously right way. Both run by
the members' own path on many inputs of several seeds: those of `small(random)` in `cases.py`, or of
every group; what brute force cannot do in time is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment
from autograder.capture.drawing import Group, draw, draw_anew
from autograder.errors import PioneersError
from autograder.grade.compare.cases import compare_cases
from autograder.models import AnswerSpec, Finding

SEEDS = (1, 2)
SMALL = "small"
LEAST = 20
"""Fewer inputs than this prove too little."""
Answers = Callable[[Assignment, Path, int], Mapping[str, bytes]]


def same_again(
    groups: Sequence[Group], assignment: Assignment, stdio: bool, seed: int
) -> tuple[bool, str]:
    """Whether the generators draw the same inputs from the same seed, in two processes."""
    try:
        asked = (assignment.folder, assignment.sha256, tuple(groups), stdio, seed)
        same = draw(*asked).body == draw_anew(*asked).body
    except PioneersError as error:
        return False, str(error)
    said = "the same inputs from the same seed" if same else "other inputs from the same seed"
    return same, f"generators draw {said}"


def agree(
    assignment: Assignment, answers: Answers, brute: Path, solution: Path
) -> tuple[bool, str]:
    """Whether brute force and the reference give the same on many inputs."""
    target = _small(assignment)
    compared = 0
    for seed in SEEDS:
        try:
            ours, slow = answers(target, solution, seed), answers(target, brute, seed)
        except PioneersError as error:
            return False, f"brute force: {error}"
        for spec in target.answers:
            right, other = json.loads(ours[spec.name]), json.loads(slow[spec.name])
            done = [row["index"] for row in other["cases"] if _ended(row, right["limits"])]
            compared += len(done)
            for document in (right, other):
                document["cases"] = [row for row in document["cases"] if row["index"] in done]
            if found := compare_cases(spec, other, right):
                return False, f"brute force differs, seed {seed}, {spec.name}: {_told(found[0])}"
    if compared < LEAST:
        return False, f"brute force was compared on {compared} inputs only; write {SMALL}(random)"
    return True, f"brute force agrees on {compared} inputs"


def _small(assignment: Assignment) -> Assignment:
    """The assignment with the one group of small inputs if there is one, or all its groups."""
    groups = tuple(spec for spec in assignment.answers if spec.type == "cases")
    own = assignment.folder / "cases.py"
    if own.is_file() and f"def {SMALL}(" in own.read_text("utf-8"):
        options = {**(groups[0].options if groups else {"checker": "exact"}), "cases": SMALL}
        tolerance = groups[0].tolerance if groups else 1e-6
        groups = (AnswerSpec(SMALL, "cases", 1.0, tolerance=tolerance, options=options),)
    return replace(assignment, answers=groups)


def _ended(row: Mapping[str, Any], limits: Mapping[str, Any]) -> bool:
    """Whether a case ended within its limits, rightly or not."""
    ran = row["status"] == "ran" and not row["late"]
    return ran and float(row["cpu_s"]) <= float(limits["cpu_s"])


def _told(finding: Finding) -> str:
    shown = ", ".join(f"{key} {value}" for key, value in finding.params.items())
    return f"{finding.code} ({shown[:300]})"
