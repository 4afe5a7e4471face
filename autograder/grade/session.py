"""`python -m autograder.grade.session [MODULE…]`: the trusted grading process.

It never imports the member's code; it has no network need and no secrets. Each line that it reads
names a folder with a request; it answers with an exit status once the folder holds the verdicts.
Every request is graded in a fork of its own, so that none meets what another has decoded; where
there are no forks it serves one request and leaves. The modules are those that the requests will
want, imported while it waits.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pyarrow as pa
import pytest

from autograder.grade.plugin import DECLARED, GradePlugin
from autograder.grade.request import (
    CHECKS,
    DECODING,
    REQUEST,
    SAID,
    STAYS,
    read_request,
    write_checks,
)

DATA_BYTES = 4 * 2**30
FAULT = 70


def main() -> None:
    """Serve requests until nobody asks any more."""
    _limit_memory()
    for name in sys.argv[1:]:
        importlib.import_module(name)
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        folder = Path(line.rstrip("\n"))
        if not STAYS:
            print(_served(folder), file=answers, flush=True)
            break
        child = os.fork()
        if not child:
            answers.close()  # so that the end of its parent alone is seen at the other side
            os._exit(_served(folder))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(status, file=answers, flush=True)
    # Nothing is left to do: an orderly exit of the interpreter would only take longer.
    os._exit(0)


def _served(folder: Path) -> int:
    """Grade with all complaints kept in the folder; the exit status."""
    os.chdir(folder)
    said = os.open(SAID, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    try:
        return grade(folder)
    except BaseException as error:  # noqa: BLE001 - a fork never goes on as its parent
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return FAULT
    finally:
        sys.stderr.flush()


def grade(folder: Path) -> int:
    """Grade the folder's request; 0 if the checks were written."""
    request = read_request(folder / REQUEST)
    plugin = GradePlugin(request, folder / DECODING)
    files = [str(DECLARED)] if request.answers else []
    if request.tests is not None:
        files.append(str(request.tests))
    else:
        _leave_out_pandas()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main([*_OPTIONS, f"--rootdir={folder}", *files], plugins=[plugin])
    if plugin.faults or code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.stderr.write("; ".join(plugin.faults) or said.getvalue()[-2000:])
        return FAULT
    write_checks(plugin.checks, folder / CHECKS)
    return 0


_OPTIONS = (
    *("-c", "/dev/null", "--noconftest", "-q", "--no-header", "--tb=no", "--strict-markers"),
    *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-o", "python_files=*.py"),
    *("--disable-plugin-autoload", "--import-mode=importlib"),
    # What a grading run has no use for; the first collects garbage twice at the end.
    *("-p", "no:unraisableexception", "-p", "no:threadexception", "-p", "no:junitxml"),
    *("-p", "no:doctest", "-p", "no:pastebin", "-p", "no:stepwise"),
)


def _leave_out_pandas() -> None:
    """Have Arrow decide, once and for all, that there is no pandas.

    Else it imports it at its first scalar, only to see whether it was given a series.
    """
    sys.meta_path.insert(0, _NoPandas())
    pa.array([0])
    del sys.meta_path[0]


class _NoPandas(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Find nothing, and for one name nobody else shall."""
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (DATA_BYTES, DATA_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
