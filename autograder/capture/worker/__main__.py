"""`python -m autograder.capture.worker JOB`: the first process in the sandbox.

It drops what rights it has, starts Spark's JVM and the kernel, and only then imports the rest,
so that all three come up side by side.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

from autograder.capture.worker import rights

UNUSED = (
    "azure",
    "boto3",
    "gcsfs",
    "github",
    "pyarrow",  # of this process, not of the kernel
    "rfc3987_syntax",
)
"""Optional packages that papermill and jsonschema import where they find them, for remote storage
and international addresses; without them the worker is up a second earlier."""


def main() -> None:
    """Do the job named on the command line; frames go to standard output."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    rights.drop(job.get("uid"), job.get("max_processes"))
    stream = rights.claim_stdout()
    work = Path(job["work"])
    private = work / "private"
    cwd = work / "cwd"
    for folder in (private, cwd):
        folder.mkdir(parents=True, exist_ok=True)
    _link_files(Path(job["submission"]), cwd)
    _run(job, stream, private, cwd)


def _run(job: dict[str, Any], stream: IO[bytes], private: Path, cwd: Path) -> None:
    from autograder.capture.worker import jvm, kernel, wire

    gateway = jvm.start(job["java"], private, job["java_environment"]) if job["java"] else None
    own = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    manager = kernel.start(cwd, {**own, **job["environment"]})
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    from autograder.capture.worker import notebook

    if gateway is None:
        wire.write(stream, "spare")  # the kernel comes up by itself from here
    progress = notebook.Progress(job, stream, gateway, private)
    notebook.run(progress, manager, Path(job["notebook"]), private / "executed.ipynb")
    wire.write(stream, "done")
    # Whatever still runs ends with the sandbox; an orderly exit of the interpreter takes longer.
    os._exit(0)


def _link_files(submission: Path, cwd: Path) -> None:
    for path in submission.iterdir():
        link = cwd / path.name
        if not link.is_symlink() and not link.exists():
            link.symlink_to(path)


if __name__ == "__main__":
    main()
