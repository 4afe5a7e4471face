"""The checks that need no test file: each declared answer against the reference's.

A pytest module like any author's; the plugin runs it first.
"""

from __future__ import annotations

from autograder.grade.compare import about, compare_answer, explain
from autograder.grade.evidence import Evidence
from autograder.grade.plugin import CheckFailed
from autograder.models import AnswerSpec


def test_answer(spec: AnswerSpec, evidence: Evidence, reference: Evidence) -> None:
    """The answer equals the reference's, as its declaration says."""
    expected = reference.raw(spec.name)
    actual = evidence.raw(spec.name)
    remarks = evidence.bundle.run.remarks
    findings = explain(spec, compare_answer(spec, actual, expected), remarks)
    if findings:
        raise CheckFailed([*findings, *about(spec, actual, expected)])
