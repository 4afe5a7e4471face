"""What every worker is sent into the sandbox with."""

from __future__ import annotations

from importlib.util import cache_from_source
from pathlib import Path

from autograder import paths
from autograder.capture import errand


def test_the_workers_code_is_compiled_before_it_is_shown() -> None:
    sources = sorted((paths.PACKAGE / "capture" / "worker").glob("*.py"))
    compiled = [Path(cache_from_source(str(each))) for each in sources]
    compiled[-1].unlink(missing_ok=True)
    errand._worker.cache_clear()
    errand._worker()
    assert [each.name for each in compiled if not each.is_file()] == []
