"""The pytest plugin: fixtures for tests, points for marks, a `Check` for each test.

It decides by pytest's own outcome: a check passes only if its call phase positively passed.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.bundle import open_bundle
from autograder.grade.evidence import (
    AnswerMissing,
    Answers,
    Data,
    Evidence,
    Reference,
    ReferenceMissing,
    first_line,
)
from autograder.grade.request import Request
from autograder.models import AnswerSpec, Check, CheckStatus, Finding, Run
from autograder.text.catalogue import describe

# What a test says with assert, and with pytest.fail or an unmet pytest.raises.
_FAILURES = (AssertionError, pytest.fail.Exception)
DECLARED = Path(__file__).with_name("declared.py")
_NOT_OUR_FAULT = (
    "answer.cell_failed",
    "answer.cell_timeout",
    "answer.not_run",
    "bundle.",
    "stopped.",
)


class CheckFailed(AssertionError):
    """A comparison found something; `findings` says what, most telling first."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = findings


class GradePlugin:
    """One grade: gives tests their fixtures and keeps their verdicts."""

    def __init__(self, request: Request, marker: Path) -> None:
        self._request = request
        specs = {spec.name: spec for spec in request.answers}
        self._bundle = open_bundle(request.bundle)
        self._evidence = Evidence(self._bundle, specs, poisoned=request.poisoned, marker=marker)
        self._reference = Reference(open_bundle(request.expected), specs)
        self.checks: list[Check] = []
        self.faults: list[str] = []

    @pytest.fixture(scope="session", name="evidence")
    def fixture_evidence(self) -> Evidence:
        """The member's answers as comparators take them."""
        return self._evidence

    @pytest.fixture(scope="session", name="reference")
    def fixture_reference(self) -> Evidence:
        """The reference's answers as comparators take them."""
        return self._reference

    @pytest.fixture(scope="session", name="answers")
    def fixture_answers(self) -> Answers:
        """The member's answers by name; frames as pandas."""
        return Answers(self._evidence)

    @pytest.fixture(scope="session", name="expected")
    def fixture_expected(self) -> Answers:
        """The reference's answers by name; frames as pandas."""
        return Answers(self._reference)

    @pytest.fixture(scope="session", name="run")
    def fixture_run(self) -> Run:
        """Cells, seconds and limits of the member's run."""
        return self._bundle.run

    @pytest.fixture(scope="session", name="data")
    def fixture_data(self) -> Data:
        """The tables of this grade."""
        return Data(self._request.data)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the mark, so that strict markers hold."""
        config.addinivalue_line(
            "markers", "points(value, hint, title, visibility): what a check is worth"
        )

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One declared check for each answer."""
        if "spec" in metafunc.fixturenames and Path(str(metafunc.module.__file__)) == DECLARED:
            specs = self._request.answers
            metafunc.parametrize("spec", specs, ids=[spec.name for spec in specs])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be imported is a fault of ours."""
        if report.failed:
            self.faults.append(str(report.longrepr).strip().splitlines()[-1][:300])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the outcome of a test into a check."""
        report = yield
        raised = call.excinfo.value if call.excinfo is not None else None
        if call.when == "call" or (call.when == "setup" and raised is not None):
            self._record(item, raised)
        return report

    def _record(self, item: pytest.Item, raised: BaseException | None) -> None:
        spec = _spec(item)
        if isinstance(raised, pytest.FixtureLookupError):
            self.faults.append(f"{item.nodeid} asks for a fixture that does not exist"[:300])
        check = _marked(item) if spec is None else _declared(spec, self._request.language)
        if check is None or (self._request.public_only and check.visibility == "hidden"):
            return
        if isinstance(raised, ReferenceMissing):
            self.faults.append(f"the reference has no answer {raised}")
        elif spec is not None and not isinstance(raised, AssertionError | AnswerMissing | None):
            self.faults.append(
                f"{type(raised).__name__} while comparing {spec.name}: {raised}"[:300]
            )
        cell = self._bundle.run.defined_in.get(check.id)
        check = replace(check, cell=None if cell is None else cell + 1)
        self.checks.append(_judge(check, raised, self._request))


def _spec(item: pytest.Item) -> AnswerSpec | None:
    spec = getattr(item, "callspec", None) and item.callspec.params.get("spec")  # type: ignore[attr-defined]
    return spec if isinstance(spec, AnswerSpec) else None


def _declared(spec: AnswerSpec, language: Any) -> Check:
    title = spec.title[language] if spec.title else spec.name
    hint = spec.hint[language] if spec.hint else ""
    return Check(spec.name, title, 0.0, spec.points, "fail", spec.visibility, hint=hint)


def _marked(item: pytest.Item) -> Check | None:
    """The check that a marked test stands for; a test without points is none."""
    mark = item.get_closest_marker("points")
    if mark is None:
        return None
    value = float(mark.args[0] if mark.args else mark.kwargs.get("value", 0))
    title = str(mark.kwargs.get("title") or item.name)
    return Check(
        id=item.name,
        title=title,
        points=0.0,
        max_points=value / _cases(item),
        status="fail",
        visibility="public" if mark.kwargs.get("visibility") == "public" else "hidden",
        hint=str(mark.kwargs.get("hint", "")),
    )


def _cases(item: pytest.Item) -> int:
    """How many tests of this session come from the same function."""
    function = getattr(item, "function", None)
    return max(
        1, sum(1 for other in item.session.items if getattr(other, "function", None) is function)
    )


def _judge(check: Check, raised: BaseException | None, request: Request) -> Check:
    if raised is None:
        return replace(check, status="pass", points=check.max_points, hint="")
    findings, status = _findings(raised)
    message, _ = describe(findings, check.visibility, request.language)
    said = first_line(str(raised)) if isinstance(raised, _FAILURES) else ""
    if said and not isinstance(raised, CheckFailed) and check.visibility == "public":
        message = said
    return replace(check, status=status, message=message, findings=tuple(findings))


def _findings(raised: BaseException) -> tuple[list[Finding], CheckStatus]:
    if isinstance(raised, CheckFailed):
        return raised.findings, "fail"
    if isinstance(raised, AnswerMissing):
        code = raised.finding.code
        skipped = code == "answer.skipped_because"
        broke = code.startswith(_NOT_OUR_FAULT)
        return [raised.finding], "skipped" if skipped else "error" if broke else "fail"
    if isinstance(raised, pytest.skip.Exception):
        return [Finding("check.no_verdict", {})], "skipped"
    if isinstance(raised, _FAILURES):
        return [Finding("check.failed", {})], "fail"
    return [Finding("check.error", {"error": type(raised).__name__})], "error"
