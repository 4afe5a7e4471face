"""The environment that a command runs in, made larger when an assignment needs more than it has.

A job that grades notebooks need not install Airflow. When an assignment of a kind that needs it is
met, the command starts anew by the project's script, which installs the missing packages and
shows how far it is. Knows no kind; must not be called once work has begun.
"""

from __future__ import annotations

import importlib.util
import json
import os
import runpy
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder import paths

STAMP = "pioneers-stamp.json"
STARTED_ANEW = "PIONEERS_EXTENDED"
SET_OF = {"nbgrader": "desk"}
"""The requirement set of a module that has none of its own name."""


def fit(needs: Iterable[str]) -> None:
    """Return if all that is needed can be imported, or if this environment is not ours to extend.

    Else the command starts anew in an environment that has it, and this does not return.

    Args:
        needs: names of modules, each also a requirement set's or in `SET_OF`; empty ones need
            nothing.
    """
    missing = sorted({each for each in needs if each and importlib.util.find_spec(each) is None})
    script = paths.PACKAGE.parent / "pioneers"
    if not missing or os.environ.get(STARTED_ANEW) or not script.is_file():
        return
    name = covering(runpy.run_path(str(script), run_name="pioneers"), Path(sys.prefix), missing)
    if name:
        own = {"PIONEERS_REQUIREMENTS": name, "PIONEERS_VENV": sys.prefix, STARTED_ANEW: "1"}
        python = getattr(sys, "_base_executable", None) or sys.executable
        sys.stderr.flush()
        os.execve(python, [python, str(script), *sys.argv[1:]], {**os.environ, **own})


def covering(script: Mapping[str, Any], prefix: Path, missing: Iterable[str]) -> str:
    """The smallest requirement set with what an environment has and lacks; empty if unknown.

    Args:
        script: the names that the project's script defines.
        prefix: the environment's folder, whose stamp names the set that it holds.
        missing: as the needs of `fit`.
    """
    covers: Mapping[str, set[str]] = script["COVERS"]
    try:
        held = json.loads((prefix / STAMP).read_text("utf-8"))["set"]
        wanted = set(covers[held]).union(SET_OF.get(each, each) for each in missing)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return next((name for name, covered in covers.items() if covered >= wanted), "")
