"""A Spark of few rows for tests that start it by its own launcher."""

from __future__ import annotations

import shlex

from autograder.capture import java


def lean_environment() -> dict[str, str]:
    """Variables for a process that starts Spark: the pinned Java, with the quick compiler."""
    flags = shlex.quote(" ".join(java.LEAN))
    submit = f"--driver-java-options {flags} pyspark-shell"
    return {**java.environment(), "PYSPARK_SUBMIT_ARGS": submit}
