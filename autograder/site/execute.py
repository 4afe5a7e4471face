"""Runs the notebooks that lessons show, and keeps their outputs or compares them: an author's tool.

    python -m autograder.site.execute curriculum/ko/week1/day2.ipynb
    python -m autograder.site.execute --check

The site is built from what is kept; CI runs the notebooks again and compares. What a library says
on standard error is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from autograder import paths
from autograder.capture import java
from autograder.capture.worker import jvm
from autograder.errors import PioneersError, UsageError
from autograder.files import write_whole
from autograder.site.widgets import notebook as shown

TIMEOUT_S = 300
HEAP_MB = 1024
DIFFERS = 1
# One thread is enough for a handful of rows; all else is as a member has it.
SPARK = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def execute(path: Path, body: str) -> str:
    """What is kept of the notebook at `path`, run anew in its folder; Java only for Spark.

    Raises:
        UsageError: a cell fails or takes too long; the message names file, cell and error.
        InfrastructureError: there is no Java.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.reads(body, as_version=4)  # type: ignore[no-untyped-call]
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=folder)
    try:
        with _spark(body) as joining:
            client.execute(env={**os.environ, **java.environment(), **joining, "TZ": "UTC"})
    except CellExecutionError as error:
        failed = next(
            number for number, cell in enumerate(notebook.cells, start=1)
            if any(each.output_type == "error" for each in cell.get("outputs", ()))
        )  # fmt: skip
        raise UsageError(
            f"{path}: cell {failed} ended in {error.ename}: {' '.join(error.evalue.split())[:120]}",
            fix="mend the cell",
        ) from error
    except (CellTimeoutError, DeadKernelError) as error:
        raise UsageError(
            f"{path}: {str(error).splitlines()[0][:120]}", fix="make the notebook smaller"
        ) from error
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times, which differ from run to run
        if cell.cell_type == "code":
            cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr"]
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def _read(path: Path) -> str:
    try:
        body = path.read_bytes()
        shown.said(body)
        return body.decode("utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path}: {why}", fix="name a notebook of a lesson") from error


@contextlib.contextmanager
def _spark(body: str) -> Iterator[dict[str, str]]:
    """A Spark that starts fast, as the variables that make a notebook join it; if it asks."""
    if "pyspark" not in body:
        yield {}
        return
    command = java.gateway_command(HEAP_MB, cache=java.prepare(), settings=SPARK, learns=True)
    with tempfile.TemporaryDirectory() as name:
        gateway = jvm.start(command, Path(name), java.environment())
        try:
            yield gateway.wait()
        finally:
            gateway.stop()


def lessons() -> list[Path]:
    """The lessons' notebooks, of two mirrors the Korean one: both have the same code."""
    return sorted((paths.root() / "curriculum" / "ko").rglob("*.ipynb"))


def _keep(path: Path) -> int:
    write_whole(path, execute(path, _read(path)))
    print(f"written: {path}")
    return 0


def _check(path: Path) -> int:
    kept = _read(path)
    runs = (shown.said(text.encode()) for text in (kept, execute(path, kept)))
    each = enumerate(zip_longest(*runs), start=1)
    cells = [number for number, (before, now) in each if before != now]
    for number in cells:
        print(f"✗ {path}: code cell {number} no longer says what the lesson shows")
    if not cells:
        print(f"✓ {path}")
    return DIFFERS if cells else 0


def main(words: list[str] | None = None) -> int:
    """Run each notebook and store it with its outputs, or compare them; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder.site.execute",
        description="Run the notebooks of lessons and keep what they say.",
    )
    parser.add_argument("notebook", nargs="*", type=Path)
    parser.add_argument(
        "--check", action="store_true",
        help="write nothing; exit code 1 if one says something else now; by default all lessons'",
    )  # fmt: skip
    told = parser.parse_args(words)
    if not told.notebook and not told.check:
        parser.error("name a notebook, or --check for all")
    try:
        return max(map(_check if told.check else _keep, told.notebook or lessons()), default=0)
    except PioneersError as error:
        print(f"execute: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
