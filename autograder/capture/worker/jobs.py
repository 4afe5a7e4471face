"""The jobs on a worker's command line: one, or several that do not mind each other."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

from autograder.capture.worker import descendants, rights, wire

Job = dict[str, Any]
HANDING_OVER_S = 75.0
"""A job ends itself when its time is up, and then hands over what it has."""


def read() -> list[Job]:
    """The jobs whose files are named."""
    return [json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:]]


def wait_for_go() -> None:
    """Wait for the host's word that everything is there."""
    if sys.stdin.readline() != "go\n":
        raise SystemExit("the host has gone")


def do(
    jobs: Sequence[Job], one: Callable[[Job], None], stream: IO[bytes], *, keep: int = 0
) -> NoReturn:
    """Do the jobs in turn, and leave: alone here, several in a child of this process each.

    Args:
        keep: a process that outlives a job, as everything else that it leaves does not.
    """
    # Whatever still runs ends with the sandbox; an orderly exit of the interpreter takes longer.
    if len(jobs) == 1:
        one(jobs[0])
        os._exit(0)
    rights.adopt_orphans()
    for job in jobs:
        child = os.fork()
        if child == 0:
            _as_child(one, job)
        used = descendants.Used()
        descendants.wait(child, job["wall_s"] + HANDING_OVER_S, used)
        descendants.end_all(child, keep, used)
        wire.write(stream, "next")
    os._exit(0)


def _as_child(one: Callable[[Job], None], job: Job) -> NoReturn:
    status = 1
    try:
        rights.adopt_orphans()
        one(job)
        status = 0
    except BaseException:  # noqa: BLE001 - a child never goes on as its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
