"""`python -m autograder.capture.worker JOB`: the first process in the sandbox.

It drops what rights it has, starts Spark's JVM and the kernel, and only then imports the rest,
so that all three come up side by side. Where it has several jobs it first imports what their
kernels need, and forks each of them with that.
"""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from autograder.capture.worker import jobs, jvm, kernel, omitted, rights, wire


def main() -> None:
    """Do the jobs named on the command line; frames go to standard output."""
    gc.disable()  # until the imports are done: none of what they make is garbage
    todo = jobs.read()
    if todo[0]["gives_way"]:
        rights.give_way()  # who has changed its user does not own its own entry in /proc
    rights.drop(todo[0]["uid"], todo[0]["max_processes"])
    stream = rights.claim_stdout()
    gateway = _gateway(todo)
    if len(todo) == 1:
        jobs.do(todo, lambda job: _notebook(job, stream, gateway, jobs.wait_for_go), stream)
    kernel.load(dict.fromkeys(name for job in todo for name in job["preload"]))
    _prepare()
    joining = gateway.wait() if gateway else {}
    jobs.wait_for_go()

    def one(job: jobs.Job) -> None:
        jvm.clear(joining)
        _notebook(job, stream, gateway, lambda: None)

    jobs.do(todo, one, stream, keep=gateway.process.pid if gateway else 0)


def _gateway(todo: list[jobs.Job]) -> jvm.Gateway | None:
    """Spark's JVM, for the jobs that want one."""
    for job in todo:
        if job["java"]:
            folder = Path(job["work"])
            folder.mkdir(parents=True, exist_ok=True)
            return jvm.start(job["java"], folder, job["java_environment"])
    return None


def _prepare() -> None:
    """Import all that a job needs."""
    omitted.leave_out()
    importlib.import_module("autograder.capture.worker.notebook")
    gc.enable()


def _notebook(
    job: jobs.Job, stream: IO[bytes], gateway: jvm.Gateway | None, begin: Callable[[], None]
) -> None:
    waiting = None
    if kernel.can_fork():
        waiting = kernel.Fork(job["preload"], omitted.NAMES, gives_way=job["gives_way"])
    from autograder.capture.worker import manager

    work = Path(job["work"])
    private, cwd = work / "private", work / "cwd"
    for folder in (private, cwd):
        folder.mkdir(parents=True, exist_ok=True)
    _link_files(Path(job["submission"]), cwd)
    own = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    managed = manager.start(waiting, cwd, {**own, **job["environment"]})
    _prepare()
    from autograder.capture.worker import notebook

    if not job["java"]:
        gateway = None
        wire.write(stream, "spare")  # the kernel comes up by itself from here
    progress = notebook.Progress(job, stream, gateway, private, begin)
    notebook.run(progress, managed, Path(job["notebook"]), private / "executed.ipynb")
    wire.write(stream, "done")


def _link_files(submission: Path, cwd: Path) -> None:
    for path in submission.iterdir():
        link = cwd / path.name
        if not link.is_symlink() and not link.exists():
            link.symlink_to(path)


if __name__ == "__main__":
    main()
