"""Comparators: pure functions from (actual, expected) to findings; no finding means equal.

They get plain, validated values and tables and know nothing of submissions, sandboxes or points.
`compare_answer` picks the one for a declared answer.
"""

from __future__ import annotations

from autograder.grade.compare.answers import compare_answer
from autograder.grade.compare.calls import CallResult, compare_calls
from autograder.grade.compare.dag_explain import explain
from autograder.grade.compare.figures import compare_figures
from autograder.grade.compare.frames import compare_frames
from autograder.grade.compare.nested import compare_dicts, compare_lists
from autograder.grade.compare.shapes import about, arrived, asked
from autograder.grade.compare.texts import compare_text
from autograder.grade.compare.values import compare_scalars
from autograder.text.disclosure import hide

__all__ = [
    "CallResult",
    "about",
    "arrived",
    "asked",
    "compare_answer",
    "compare_calls",
    "compare_dicts",
    "compare_figures",
    "compare_frames",
    "compare_lists",
    "compare_scalars",
    "compare_text",
    "explain",
    "hide",
]
