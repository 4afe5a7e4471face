"""The reference: the data of a seed, and what the author's solution answers on them.

Expected answers come by the same path as a member's, from the same sandbox, and are cached by
content: the assignment's files, the data, the worker's code and that which notebooks import.

An author may add a second solution that takes less time, such as one without Spark. It may pass
work, and it never fails any: whoever differs from it is graded by the solution itself.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import threading
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from autograder import __version__, bundle, kinds, paths
from autograder.assignment import Assignment
from autograder.capture.captured import Captured
from autograder.capture.patience import Patience
from autograder.errors import (
    BundleError,
    InfrastructureError,
    ReferenceFailed,
    SubmissionInvalid,
)
from autograder.kinds import Surroundings
from autograder.models import Run, dataset_id

_LOCKS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""One for each reference: of two grades at once on one seed, the second waits for the first."""
PUBLIC_SEED = 42
"""The seed of the data that members have; never that of an official grade unless asked for."""
ROOMY = 3
"""With so many processors, a solution that may not be wanted can run beside what is."""


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


class Reference:
    """One seed's tables and the answers on them, found beside the run of a submission.

    Use it as a context manager: it ends what is no longer wanted.

    Args:
        quick: an author's quick solution may have the first word. On a machine that is roomy the
            other one runs as well, with what processor time is left, until it is known whether it
            is wanted.
        thrifty: then it does not run before it is wanted, on any machine.

    Attributes:
        around: what the submission is to be run in.
    """

    def __init__(
        self,
        assignment: Assignment,
        scratch: Path,
        *,
        seed: int,
        sandboxed: bool,
        quick: bool,
        thrifty: bool,
    ) -> None:
        self._pool = ThreadPoolExecutor(max_workers=3)
        self._patience = Patience()
        self._quick: Future[bundle.Bundle | None] | None = None
        data = data_folder(assignment, seed, scratch)
        drawing = self._pool.submit(draw_data, assignment, seed, scratch)
        around = self.around = Surroundings(data, seed, sandboxed, drawing.result)
        if quick and (path := kinds.of(assignment).quick(assignment)) is not None:
            self._quick = self._pool.submit(quick_answers, assignment, path, scratch, around)
        self._answer = functools.partial(expected_answers, assignment, scratch)
        self._beside: Future[bundle.Bundle] | None = None
        if self._quick is None:
            self._beside = self._pool.submit(self._answer, around)
        elif not thrifty and (os.cpu_count() or 1) >= ROOMY:
            patient = replace(around, patience=self._patience)
            self._beside = self._pool.submit(self._answer, patient)

    def __enter__(self) -> Reference:
        return self

    def __exit__(self, *_: object) -> None:
        self._patience.call_off()
        self._pool.shutdown(wait=True)

    def first(self) -> tuple[bundle.Bundle, bool]:
        """The answers that come first, and whether they are only the quick solution's."""
        if self._quick is not None and (found := self._quick.result()) is not None:
            return found, True
        return self.last(), False

    def last(self) -> bundle.Bundle:
        """The solution's answers."""
        self._patience.want()
        try:
            if self._beside is not None:
                return self._beside.result()
        except InfrastructureError:
            if self._quick is None:
                raise  # else it may have had too little of the processors
        return self._answer(self.around)


def expected_answers(assignment: Assignment, scratch: Path, around: Surroundings) -> bundle.Bundle:
    """The reference's sealed answers.

    Raises:
        ReferenceFailed: the solution did not give every answer.
        SandboxUnavailable: as for any capture.
    """
    with _LOCKS[_key(assignment, around.seed)]:
        if (kept := kept_answers(assignment, around.seed)) is not None:
            return kept
        solution, folder = kinds.of(assignment).solution(assignment), scratch / "reference"
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was called off or failed
        return keep_answers(
            assignment, around.seed, _captured(assignment, solution, folder, around)
        )


def kept_answers(assignment: Assignment, seed: int) -> bundle.Bundle | None:
    """The reference's answers of an earlier run; None if there are none that are whole."""
    kept = _kept(assignment, seed)
    try:
        return bundle.open_bundle(kept) if kept.is_dir() else None
    except BundleError:
        shutil.rmtree(kept, ignore_errors=True)  # damaged
        return None


def keep_answers(assignment: Assignment, seed: int, captured: Captured) -> bundle.Bundle:
    """Seal what the solution answered, for this grade and those to come.

    Raises:
        ReferenceFailed: it did not give every answer.
    """
    return _whole(assignment, captured).seal(_kept(assignment, seed))


def quick_answers(
    assignment: Assignment, quick: Path, scratch: Path, around: Surroundings
) -> bundle.Bundle | None:
    """The sealed answers of the author's quick solution at `quick`; None if it failed.

    Kept for nobody: a drawn seed does not come twice.

    Raises:
        SandboxUnavailable: as for any capture.
    """
    try:
        captured = _captured(assignment, quick, scratch / "quick", around)
    except (ReferenceFailed, SubmissionInvalid):
        return None  # its author hears of it from `validate`
    return captured.seal(scratch / "bundle-quick")


def _captured(
    assignment: Assignment, solution: Path, folder: Path, around: Surroundings
) -> Captured:
    kind = kinds.of(assignment)
    staged = kind.stage(assignment, solution, folder)
    return _whole(assignment, kind.capture(staged, assignment, around))


def _whole(assignment: Assignment, captured: Captured) -> Captured:
    why = captured.unfit[:200]
    if captured.problems:
        name, problem = min(captured.problems.items())
        why = f"no {name}: {problem.code} {problem.detail[:120]}".rstrip() + _broke(captured.run)
    if why:
        raise ReferenceFailed(
            f"{assignment.id}: the reference solution failed ({why})",
            fix=f"run pioneers validate {assignment.id}",
        )
    return captured


def _broke(run: Run) -> str:
    """What stopped a run, and the first of its cells that failed; empty if nothing did."""
    told = f"; stopped: {run.stopped}" if run.stopped else ""
    for cell in run.cells:
        if cell.status not in ("ok", "not_run"):
            said = f"{cell.error_type}: {cell.error}" if cell.error_type else cell.status
            return f"{told}; cell {cell.index + 1}: {' '.join(said.split())[:200]}"
    return told


def _kept(assignment: Assignment, seed: int) -> Path:
    return paths.cache() / "expected" / _key(assignment, seed)


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
