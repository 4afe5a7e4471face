"""A member's desk: JupyterLab with everything a notebook needs, on a machine that has no Java.

Knows nothing of grading.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder import paths
from autograder.capture import java
from autograder.errors import UsageError


def lab(arguments: Sequence[str], say: Callable[[str], None] = lambda _: None) -> int:
    """Run JupyterLab on the repository until it is closed; its exit status.

    Notebooks start Spark with the pinned Java, as the grader does.

    Raises:
        UsageError: JupyterLab is not installed.
        InfrastructureError: there is no Java.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise UsageError(
            "JupyterLab is not installed", fix="run ./pioneers with PIONEERS_REQUIREMENTS=desk"
        )
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, **java.environment(), "PATH": programs}
    say("JupyterLab starts; Ctrl-C ends it")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={paths.root()}"]
    done = subprocess.run([*command, *arguments], env=environment, check=False)  # noqa: S603
    return done.returncode
