"""`python -m autograder.grade.session REQUEST CHECKS [MODULE…]`: the trusted grading process.

It never imports the member's code; it has no network need and no secrets. The modules are those
that the request will want, imported while it waits.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import pyarrow as pa
import pytest

from autograder.grade.plugin import DECLARED, GradePlugin
from autograder.grade.request import read_request, write_checks

DATA_BYTES = 4 * 2**30
FAULT = 70


def main() -> int:
    """Grade one request; 0 if the checks were written."""
    request_path, checks_path = Path(sys.argv[1]), Path(sys.argv[2])
    _limit_memory()
    for name in sys.argv[3:]:
        importlib.import_module(name)
    if sys.stdin.readline() != "go\n":
        return FAULT
    request = read_request(request_path)
    plugin = GradePlugin(request, checks_path.with_suffix(".decoding"))
    files = [str(DECLARED)] if request.answers else []
    if request.tests is not None:
        files.append(str(request.tests))
    else:
        _leave_out_pandas()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main([*_OPTIONS, f"--rootdir={checks_path.parent}", *files], plugins=[plugin])
    if plugin.faults or code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        sys.stderr.write("; ".join(plugin.faults) or said.getvalue()[-2000:])
        return FAULT
    write_checks(plugin.checks, checks_path)
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
    status = main()
    sys.stderr.flush()
    # The verdicts are written: an orderly exit of the interpreter would only take longer.
    os._exit(status)
