"""A check run for each assignment, with annotations on the notebook's cells.

A partial score is *neutral*, not red: it says how far somebody has come, and a red cross on a
first try is what makes beginners stop. Red is for work that cannot be graded at all, which has to
be mended before anything else. A fault of ours is neutral, too: it is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from github.CheckRun import CheckRun
from github.GithubObject import NotSet
from github.Repository import Repository

from autograder.models import Language, Report
from autograder.publish.again import make_once
from autograder.text import escape, markdown
from autograder.text.catalogue import catalogue
from autograder.text.wording import passed, tell

BATCH = 50
"""Annotations that GitHub takes in one request."""
MAX_ANNOTATIONS = 200
SUMMARY_LIMIT = 20_000

Conclusion = Literal["success", "neutral", "failure"]


@dataclass(frozen=True)
class Annotation:
    """A remark on a line of the notebook's file, in plain text."""

    path: str
    line: int
    title: str
    message: str
    level: Literal["warning", "notice"] = "warning"

    def request(self) -> dict[str, str | int]:
        """As GitHub wants it."""
        return {
            "path": self.path,
            "start_line": self.line,
            "end_line": self.line,
            "annotation_level": self.level,
            "title": self.title,
            "message": self.message,
        }


@dataclass(frozen=True)
class Verdict:
    """All that a check run says."""

    name: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()


def verdict(
    report: Report,
    language: Language,
    *,
    path: str = "",
    cell_lines: Sequence[int] = (),
    lesson: str = "",
) -> Verdict:
    """What a report says as a check run.

    Args:
        report: of any status.
        language: of the words.
        path: the notebook's path in the repository; empty for no annotations.
        cell_lines: line in that file, from 1, at which each cell begins.
        lesson: address of the lesson.
    """
    words = catalogue(language)
    title = words.say(
        f"publish.check.{report.status}",
        **(
            {
                "score": report.score,
                "max_score": report.max_score,
                "passed": passed(report),
                "total": len(report.checks),
            }
            if report.status == "graded"
            else {}
        ),
    )
    return Verdict(
        name=f"pioneers / {report.assignment}",
        conclusion=_conclusion(report),
        title=title,
        summary=markdown.body(
            report,
            language,
            lesson=lesson,
            pointer=words.say("publish.check.more"),
            limit=SUMMARY_LIMIT,
        ),
        annotations=tuple(_annotations(report, language, path, cell_lines)),
    )


def _conclusion(report: Report) -> Conclusion:
    if report.status == "invalid":
        return "failure"
    whole = report.status == "graded" and report.score >= report.max_score
    return "success" if whole and passed(report) == len(report.checks) else "neutral"


def _annotations(
    report: Report, language: Language, path: str, cell_lines: Sequence[int]
) -> list[Annotation]:
    """One for each check that did not pass and whose cell is known."""
    found = []
    for check in report.checks:
        cell = check.cell or 0
        if check.status == "pass" or not path or not 0 < cell <= len(cell_lines):
            continue
        told = tell(check, report, language)
        said = "\n\n".join(escape.clean(part, limit=1000) for part in (told.message, told.next))
        found.append(
            Annotation(
                path,
                cell_lines[cell - 1],
                escape.clean(check.title, limit=200) or report.assignment,
                escape.neutral(said),
                "notice" if check.status == "skipped" else "warning",
            )
        )
    return found[:MAX_ANNOTATIONS]


def upsert(
    repository: Repository,
    commit: str,
    wanted: Verdict,
    *,
    external_id: str,
    started_at: datetime,
    details_url: str = "",
    pause_s: float = 1.0,
) -> None:
    """Bring the check run of a commit to what is wanted; make it if there is none.

    Args:
        repository: whose client does not repeat a POST by itself.
        commit: the graded head of the pull request.
        wanted: what it says.
        external_id: why the commit was graded; a commit graded for two reasons has two.
        started_at: when the work arrived, which the grading job reads from here again.
        details_url: the job's page.
        pause_s: the first pause between tries.

    Raises:
        GithubException: GitHub refused.
        requests.RequestException: GitHub did not answer.
    """

    def ours() -> list[CheckRun]:
        runs = repository.get_commit(commit).get_check_runs(check_name=wanted.name, filter="all")
        return [run for run in runs if run.external_id == external_id]

    def make() -> CheckRun:
        return repository.create_check_run(
            wanted.name,
            commit,
            external_id=external_id,
            details_url=details_url or NotSet,
            status="completed",
            # The client writes a Z behind whatever zone it is given.
            started_at=started_at.astimezone(UTC),
            conclusion=wanted.conclusion,
            output=_output(wanted, wanted.annotations[:BATCH]),
        )

    found = ours() or [make_once(lambda: next(iter(ours()), None), make, pause_s=pause_s)]
    for run in found:
        _bring(run, wanted)


def _bring(run: CheckRun, wanted: Verdict) -> None:
    """GitHub adds annotations to those that are there: only what is missing is sent."""
    there = run.output.annotations_count or 0
    missing = wanted.annotations[there:]
    batches = [missing[at : at + BATCH] for at in range(0, len(missing), BATCH)]
    if not batches and not _says(run, wanted):
        batches = [()]
    for batch in batches:
        run.edit(status="completed", conclusion=wanted.conclusion, output=_output(wanted, batch))


def _says(run: CheckRun, wanted: Verdict) -> bool:
    output = run.output
    said = (run.status, run.conclusion, output.title, (output.summary or "").strip())
    return said == ("completed", wanted.conclusion, wanted.title, wanted.summary.strip())


def _output(wanted: Verdict, annotations: Sequence[Annotation]) -> dict[str, Any]:
    said: dict[str, Any] = {"title": wanted.title, "summary": wanted.summary}
    if annotations:
        said["annotations"] = [each.request() for each in annotations]
    return said
