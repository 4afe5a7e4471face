"""Grades every submission that is merged: in shards, side by side, and never the same work twice.

A report of the same files, the same assignment and the same grader version stands; one submission's
fault, or ours with it, never voids the rest. Knows nothing of ledgers or pull requests.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder import __version__, cohort, kinds, paths, pipeline
from autograder import assignment as assignments
from autograder.assignment import Assignment
from autograder.errors import PioneersError, UsageError
from autograder.models import Report
from autograder.report import failed_report, from_json, to_json, to_markdown
from autograder.text.catalogue import catalogue

LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
_MAX_REPORT_BYTES = 16 * 2**20

Grade = Callable[[Assignment, Path], Report]
"""How one submission is graded; `grade_officially` unless a test says otherwise."""


@dataclass(frozen=True)
class Work:
    """One merged submission: whose, for what, and where."""

    login: str
    assignment: Assignment
    path: Path

    @property
    def name(self) -> str:
        """`haneul-example/w1d3-joins`, which is also where its report goes below the output."""
        return f"{self.login}/{self.assignment.id}"


@dataclass(frozen=True)
class Done:
    """What became of one work; `kept` if an earlier report still stands."""

    work: Work
    status: Literal["graded", "invalid", "infra_error", "kept"]
    report: Report


@dataclass(frozen=True)
class Shard:
    """Part `index` (from 1) of `count`."""

    index: int = 1
    count: int = 1

    def holds(self, name: str) -> bool:
        """Whether a work belongs here: by its name alone, so that all shards agree."""
        digest = hashlib.sha256(name.lower().encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.index - 1


def read_shard(word: str) -> Shard:
    """The shard that `I/N` names, such as `2/4`.

    Raises:
        UsageError: it names none.
    """
    found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", word)
    if found is None or int(found[1]) > int(found[2]):
        raise UsageError(f"no shard {word[:40]!r}", fix="write I/N, from 1/N to N/N")
    return Shard(int(found[1]), int(found[2]))


def find(assignment: str = "", shard: Shard | None = None) -> tuple[list[Work], list[str]]:
    """All merged submissions of this shard in the order of their names, and what was passed over.

    Args:
        assignment: an id; empty for all.
        shard: None for everything.

    Raises:
        AssignmentError: there is no such assignment, or one that somebody handed in is broken.
    """
    wanted = assignments.load(assignment).id if assignment else ""
    part = shard or Shard()
    known: dict[str, Assignment | None] = {}
    found: list[Work] = []
    strange: list[str] = []
    for member in _folders(paths.submissions()):
        for folder in _folders(member):
            name = f"{member.name}/{folder.name}"
            if wanted and folder.name != wanted:
                continue
            if folder.name not in known:
                known[folder.name] = _assignment(folder.name)
            target = known[folder.name]
            if target is None or not LOGIN.fullmatch(member.name):
                strange.append(name)
            elif part.holds(name):
                found.append(Work(member.name, target, folder))
    return found, strange


def _folders(parent: Path) -> Iterator[Path]:
    """The folders in a folder, by name; links are none."""
    if parent.is_dir():
        with os.scandir(parent) as entries:
            names = [each.name for each in entries if each.is_dir(follow_symlinks=False)]
        yield from (parent / name for name in sorted(names) if not name.startswith("."))


def _assignment(name: str) -> Assignment | None:
    """The assignment a folder is named for; a broken one stops everything, an unknown one not."""
    if not assignments.ID.fullmatch(name):
        return None
    homes = (paths.assignments() / name, paths.assignments() / "challenges" / name)
    if not any((home / assignments.FILE).is_file() for home in homes):
        return None
    return assignments.load(name)


def grade_officially(target: Assignment, path: Path) -> Report:
    """One official grade on fresh data, in the cohort's language."""
    # Most merged work is right, and many grades share the processors: what is not run is won.
    return pipeline.grade(target, path, language=cohort.language(), thrifty=True)


def run(
    works: Sequence[Work], out: Path, *, jobs: int = 1, grade: Grade = grade_officially
) -> Iterator[Done]:
    """Grade the works, `jobs` at a time, and yield each as it is done.

    Writes `out/<login>/<assignment>/report.json` and `report.md`, each whole or not at all.
    """
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = [pool.submit(_one, work, out / work.name, grade) for work in works]
        try:
            for each in as_completed(waiting):
                yield each.result()
        finally:  # whoever stops listening wants no more of it
            pool.shutdown(wait=False, cancel_futures=True)


def _one(work: Work, folder: Path, grade: Grade) -> Done:
    old = _standing(work, folder / "report.json")
    if old is not None:
        return Done(work, "kept", old)
    try:
        report = grade(work.assignment, work.path)
    except PioneersError as error:
        report = _ours(work, str(error))
    except Exception as error:  # noqa: BLE001 - one submission never voids the batch
        report = _ours(work, f"{type(error).__name__}: {error}"[:300])
    folder.mkdir(parents=True, exist_ok=True)
    lesson = cohort.load().lesson_address(work.assignment.lesson, report.language)
    shown = f"submissions/{work.name}"
    _write(folder / "report.md", to_markdown(report, lesson=lesson, path=shown))
    _write(folder / "report.json", to_json(report))
    return Done(work, report.status, report)


def _ours(work: Work, why: str) -> Report:
    language = cohort.language()
    message = catalogue(language).say("infra.detail", error=why)
    points = work.assignment.max_points
    return failed_report(work.assignment.id, message, max_score=points, language=language)


def _standing(work: Work, path: Path) -> Report | None:
    """The report at a path if it was made of the same things and graded them."""
    try:
        if path.stat().st_size > _MAX_REPORT_BYTES:
            return None
        report = from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, UsageError):
        return None
    made_of = report.provenance
    same = (report.assignment, made_of.assignment_sha256, made_of.grader_version) == (
        work.assignment.id,
        work.assignment.sha256,
        __version__,
    )
    if report.status != "graded" or not same:
        return None
    return report if made_of.submission_sha256 == _sha256(work.assignment, work.path) else None


def _sha256(assignment: Assignment, path: Path) -> str:
    """The hash of a submission's files, or nothing if they cannot be graded."""
    with tempfile.TemporaryDirectory(prefix="pioneers-") as scratch:
        try:
            staged = kinds.of(assignment).stage(assignment, path, Path(scratch) / "submission")
            return staged.sha256
        except PioneersError:
            return ""


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_text(text, "utf-8")
    scratch.replace(path)
