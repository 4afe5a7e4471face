"""Sends a worker into the sandbox with its job, or with several: what is the same for every kind.

Several jobs share one sandbox, one after the other. That is for work which has nothing to hide from
its neighbours, such as an author's golden cases: a member's submission is always alone.
"""

from __future__ import annotations

import compileall
import contextlib
import functools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder import paths
from autograder.capture import sandbox
from autograder.capture.listener import Listener, listen
from autograder.capture.room import INSIDE_UID
from autograder.capture.sandbox import GO, INSIDE, Ended, Link, Mount
from autograder.capture.surroundings import Surroundings
from autograder.models import Limits
from autograder.submission import Submission

WORKER = "autograder.capture.worker"


@dataclass(frozen=True)
class Errand:
    """Where things are for the worker: inside the sandbox, or on the bare machine.

    Attributes:
        private: a folder of this side, for the jobs' files.
        code: the folder that holds the package with the worker.
        work: the folder that it may write to.
        submissions: a folder for each job, in their order.
        data: the folder of tables, or None.
        mounts: what the sandbox shows of this machine.
        around: what the run is given.
    """

    private: Path
    code: Path
    work: Path
    submissions: tuple[Path, ...]
    data: Path | None
    mounts: tuple[Mount | Link, ...]
    around: Surroundings

    def environment(self) -> dict[str, str]:
        """What every worker finds set: nothing of the grader's own but on a bare machine."""
        programs = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        own = {
            "PATH": os.pathsep.join(programs),
            "HOME": str(self.work),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": str(self.code),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
        }
        if self.around.official:
            return own
        del own["PATH" if sys.platform == "win32" else "HOME"]
        return {**{key: os.environ[key] for key in os.environ if not _is_secret(key)}, **own}

    def run(
        self,
        module: str,
        jobs: Sequence[Mapping[str, Any]],
        listeners: Sequence[Listener],
        *,
        limits: Limits,
        environment: Mapping[str, str],
        mounts: Sequence[Mount | Link] = (),
        prepare: Callable[[], object] | None = None,
        go: Callable[[], bytes] = lambda: GO,
    ) -> Ended:
        """Have `module` do the jobs, each heard by its own listener.

        Args:
            limits: of one job.
            mounts: what it needs besides its code, its jobs, the submissions and their tables.
            prepare: done while it starts; None waits for the data.
            go: what it reads then.

        Raises:
            InfrastructureError: it could not be started.
        """
        official, patience = self.around.official, self.around.patience
        user = sandbox.pick_uid() if official else None
        most = limits.processes if official else None
        told = {"uid": user, "max_processes": most, "gives_way": patience is not None}
        files = []
        for number, job in enumerate(jobs, 1):
            path = self.private / f"job-{number}.json"
            path.write_text(json.dumps({**job, **told}), "utf-8")
            path.chmod(0o644)
            files.append(path)
        named = [INSIDE / path.name if official else path for path in files]
        count = len(jobs)
        return sandbox.run(
            [sys.executable, "-P", "-m", module, *map(str, named)],
            mounts=[*self.mounts, *map(Mount, files, named), *mounts] if official else [],
            limits=replace(limits, wall_s=limits.wall_s * count, cpu_s=limits.cpu_s * count),
            environment=environment,
            read=lambda stream, ready: listen(listeners, stream, ready),
            prepare=prepare or self.around.drawn,
            go=go,
            patience=patience,
            user=user or INSIDE_UID,
            official=official,
        )


@contextlib.contextmanager
def errand(submissions: Sequence[Submission], around: Surroundings) -> Iterator[Errand]:
    """Make ready for an errand; what was written for it is removed at the end.

    Raises:
        SandboxUnavailable: it is official, and there is no sandbox here.
    """
    if around.official:
        sandbox.require()
    with tempfile.TemporaryDirectory(prefix="pioneers-run-") as name:
        private = Path(name)
        private.chmod(0o755)
        if around.official:
            yield _inside(private, submissions, around)
            return
        work = private / "work"
        work.mkdir()
        folders = tuple(each.folder for each in submissions)
        yield Errand(private, paths.PACKAGE.parent, work, folders, around.data, (), around)


def _inside(private: Path, submissions: Sequence[Submission], around: Surroundings) -> Errand:
    home = Path("/submission")
    alone = len(submissions) == 1
    folders = [home if alone else home / str(n) for n in range(1, len(submissions) + 1)]
    shown: list[Mount | Link] = [*_worker()]
    shown += [Mount(each.folder, folder) for each, folder in zip(submissions, folders, strict=True)]
    inside = None
    if around.data is not None:
        inside = Path("/data")
        shown += _tables(around.data, inside)
    work = Path("/tmp/pioneers")  # noqa: S108
    return Errand(private, INSIDE, work, tuple(folders), inside, tuple(shown), around)


def _tables(data: Path, inside: Path) -> list[Mount | Link]:
    """The folder of tables at the path `inside`; it may still be being drawn, or drawn anew.

    So its parent is mounted, where it keeps its name, and not the folder of this moment. Nothing
    but data may lie beside it.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    drawn = INSIDE / "drawn"
    return [Mount(data.parent.resolve(), drawn), Link(drawn / data.name, inside)]


def _is_secret(name: str) -> bool:
    """Whether an environment variable is kept from members' code on a bare machine, too."""
    return any(word in name.upper() for word in ("TOKEN", "SECRET", "PASSWORD", "KEY", "WEBHOOK"))


@functools.cache
def _worker() -> list[Mount]:
    """The worker's code, compiled here: in the sandbox it would be compiled at every start."""
    compileall.compile_dir(paths.PACKAGE / "capture" / "worker", quiet=2)
    package = INSIDE / "autograder"
    return [
        Mount(paths.PACKAGE / "__init__.py", package / "__init__.py"),
        Mount(paths.PACKAGE / "capture" / "__init__.py", package / "capture" / "__init__.py"),
        Mount(paths.PACKAGE / "capture" / "worker", package / "capture" / "worker"),
    ]
