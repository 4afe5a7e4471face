"""The reference: the data of a seed, and what the author's solution answers on them.

Expected answers come by the same path as a member's, from the same sandbox, and are cached by
content: the assignment's files, the data, the worker's code and that which notebooks import.

An author may add a second solution that takes less time, such as one without Spark. It may pass
work, and it never fails any: whoever differs from it is graded by the solution itself.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from autograder import __version__, bundle, kinds, paths
from autograder.assignment import Assignment
from autograder.capture.captured import Captured
from autograder.errors import BundleError, ReferenceFailed, SubmissionInvalid
from autograder.kinds import Surroundings
from autograder.models import dataset_id

_LOCKS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""One for each reference: of two grades at once on one seed, the second waits for the first."""
PUBLIC_SEED = 42
"""The seed of the data that members have; never that of an official grade unless asked for."""


def data_folder(assignment: Assignment, seed: int, scratch: Path) -> Path | None:
    """Where an assignment's tables for a seed are, or will be; None where it reads none.

    The public seed's are kept in the cache, others live in `scratch`.
    """
    request = assignment.data
    if request is None:
        return None
    tables = hashlib.sha256("\0".join(sorted(request.tables)).encode()).hexdigest()[:8]
    base = paths.cache() / "data" if seed == PUBLIC_SEED else scratch / "data"
    return base / f"{dataset_id(request.dataset, request.scale, seed)}-{tables}"


def draw_data(assignment: Assignment, seed: int, scratch: Path) -> Path | None:
    """Build those tables.

    Raises:
        DataError: they cannot be drawn, or not be written.
    """
    # Numpy and Arrow take their time: whoever starts a sandbox first need not wait for them.
    from autograder import data as datasets

    request, folder = assignment.data, data_folder(assignment, seed, scratch)
    if request is None or folder is None:
        return None
    datasets.build(
        request.dataset, scale=request.scale, seed=seed, out=folder, tables=request.tables
    )
    return folder


def expected_answers(
    assignment: Assignment,
    scratch: Path,
    *,
    seed: int,
    sandboxed: bool = True,
    drawn: Callable[[], object] = lambda: None,
) -> bundle.Bundle:
    """The reference's sealed answers.

    Args:
        drawn: returns when the data are there; meanwhile the reference's sandbox starts.

    Raises:
        ReferenceFailed: the solution did not give every answer.
        SandboxUnavailable: as for any capture.
    """
    kept = paths.cache() / "expected" / _key(assignment, seed)
    with _LOCKS[kept.name]:
        return _kept_or_made(kept, assignment, scratch, seed=seed, sandboxed=sandboxed, drawn=drawn)


def _kept_or_made(
    kept: Path,
    assignment: Assignment,
    scratch: Path,
    *,
    seed: int,
    sandboxed: bool,
    drawn: Callable[[], object],
) -> bundle.Bundle:
    if kept.is_dir():
        try:
            return bundle.open_bundle(kept)
        except BundleError:
            shutil.rmtree(kept, ignore_errors=True)  # damaged: made again below
    solution = kinds.of(assignment).solution(assignment)
    folder = scratch / "reference"
    around = Surroundings(data_folder(assignment, seed, scratch), seed, sandboxed, drawn)
    return _captured(assignment, solution, folder, around).seal(kept)


def quick_answers(
    assignment: Assignment,
    scratch: Path,
    *,
    seed: int,
    sandboxed: bool = True,
    drawn: Callable[[], object] = lambda: None,
) -> bundle.Bundle | None:
    """The sealed answers of the author's quick solution; None if there is none, or it failed.

    Kept for nobody: a drawn seed does not come twice.

    Raises:
        SandboxUnavailable: as for any capture.
    """
    quick = kinds.of(assignment).quick(assignment)
    if quick is None:
        return None
    folder = scratch / "quick"
    around = Surroundings(data_folder(assignment, seed, scratch), seed, sandboxed, drawn)
    try:
        captured = _captured(assignment, quick, folder, around)
    except (ReferenceFailed, SubmissionInvalid):
        return None  # its author hears of it from `validate`
    return captured.seal(scratch / "bundle-quick")


def _captured(
    assignment: Assignment, solution: Path, folder: Path, around: Surroundings
) -> Captured:
    kind = kinds.of(assignment)
    captured = kind.capture(kind.stage(assignment, solution, folder), assignment, around)
    if captured.problems:
        name, problem = min(captured.problems.items())
        raise ReferenceFailed(
            f"{assignment.id}: the reference has no {name} ({problem.code} {problem.detail[:120]})",
            fix=f"run pioneers validate {assignment.id}",
        )
    if captured.unfit:
        raise ReferenceFailed(
            f"{assignment.id}: the reference solution failed ({captured.unfit[:200]})",
            fix=f"run pioneers validate {assignment.id}",
        )
    return captured


def _key(assignment: Assignment, seed: int) -> str:
    names = [answer.name for answer in assignment.answers]
    text = f"{assignment.sha256}\0{assignment.data}\0{seed}\0{_worker_sha256()}\0{names}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _worker_sha256() -> str:
    digest = hashlib.sha256(__version__.encode())
    capture = paths.PACKAGE / "capture"
    for folder in (capture, capture / "worker", paths.MEMBER / "pioneers"):
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
