"""Makes a member's starter, and the public data that it reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from autograder import data as datasets
from autograder import kinds, paths
from autograder.assignment import Assignment
from autograder.authoring import source
from autograder.errors import UsageError
from autograder.reference import PUBLIC_SEED


def release(
    assignment: Assignment,
    out: Path,
    *,
    force: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write what members begin with into the folder `out`; the path of its file.

    The public data are built if they are not there; the module `pioneers` finds them. Where a
    notebook takes them by the parameter `data_dir` instead, that is pointed at them.

    Raises:
        UsageError: a file is there already and `force` is not given.
    """
    kind = kinds.of(assignment)
    target = out / kind.solution(assignment).name
    if target.exists() and not force:
        raise UsageError(
            f"{target} is there already", fix="use another --out, or --force to replace it"
        )
    kind.write_starter(assignment, out)
    if assignment.data is not None:
        folder = public_data(assignment, say)
        if target.suffix == ".ipynb":
            _point_at(folder, target)
    return target


def _point_at(folder: Path, target: Path) -> None:
    """Set the parameters of a starter notebook: the public data, and their seed."""
    notebook = source.read(target)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            where = Path(os.path.relpath(folder, target.resolve().parent)).as_posix()
            cell.source = f'data_dir = "{where}"\nseed = {PUBLIC_SEED}'
    source.write(notebook, target)


def public_data(assignment: Assignment, say: Callable[[str], None]) -> Path:
    """Build the public data of an assignment where members' notebooks look for them."""
    request = assignment.data
    if request is None:
        raise UsageError(f"{assignment.id} reads no data", fix="nothing to build")
    say("building the public data")
    name = datasets.dataset_id(request.dataset, request.scale, PUBLIC_SEED)
    folder = paths.cache() / "data" / name
    datasets.build(request.dataset, scale=request.scale, seed=PUBLIC_SEED, out=folder)
    return folder
