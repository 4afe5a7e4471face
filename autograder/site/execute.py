"""Runs the notebooks that lessons show and keeps their outputs: an author's tool.

    python -m autograder.site.execute curriculum/ko/week1/day2.ipynb

The site is built from what is kept; a test runs the notebooks again and compares. What a library
says on standard error is left out.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.capture import java
from autograder.capture.worker import jvm
from autograder.errors import PioneersError, UsageError

TIMEOUT_S = 300
HEAP_MB = 1024
# One thread is enough for a handful of rows; all else is as a member has it.
SPARK = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def execute(path: Path) -> Any:
    """The notebook at `path` as nbformat 4, run anew in its folder.

    Raises:
        UsageError: a cell fails or takes too long; the message names file, cell and error.
        InfrastructureError: there is no Java.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=folder)
    try:
        with _spark() as joining:
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
    return notebook


@contextlib.contextmanager
def _spark() -> Iterator[dict[str, str]]:
    """A Spark that starts fast, as the variables that make a notebook join it."""
    command = java.gateway_command(HEAP_MB, cache=java.prepare(), settings=SPARK, learns=True)
    with tempfile.TemporaryDirectory() as name:
        gateway = jvm.start(command, Path(name), java.environment())
        try:
            yield gateway.wait()
        finally:
            gateway.stop()


def main(paths: list[str]) -> int:
    """Run each notebook and store it with its outputs; the exit status."""
    import nbformat

    from autograder.files import write_whole

    for path in map(Path, paths):
        try:
            body = nbformat.writes(execute(path))  # type: ignore[no-untyped-call]
            write_whole(path, body + "\n")
        except PioneersError as error:
            print(f"execute: {error}", file=sys.stderr)
            return error.exit_code
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
