"""The Airflow that DAGs run under: whether it is here, its settings, and its empty database.

Making the database takes ten seconds, so it is made once for each version of Airflow, kept in the
cache, and copied for every scenario of runs. Knows nothing of a submission.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder import paths
from autograder.errors import InfrastructureError
from autograder.files import locked, write_whole

MIGRATE_S = 300
QUIET = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "True",
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACK_DEPTH": "20",
    "AIRFLOW__CORE__FERNET_KEY": "",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__API_AUTH__JWT_SECRET": "not-a-secret-nobody-listens",
    "AIRFLOW__METRICS__STATSD_ON": "False",
    "AIRFLOW__METRICS__LEGACY_NAMES_ON": "False",
    "SCARF_ANALYTICS": "false",
    "NO_COLOR": "1",
}
"""Nothing that is not asked for: no examples, no telemetry, no colours."""


def is_here() -> bool:
    """Whether this interpreter has Airflow."""
    return importlib.util.find_spec("airflow") is not None


def settings(home: Path, dags: Path) -> dict[str, str]:
    """The environment of an Airflow whose files lie in `home` and whose DAGs in `dags`."""
    return {
        **QUIET,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
    }


@functools.cache
def _database() -> Path:
    """Where the empty database of this Airflow is kept, made or not."""
    found = {  # once each: a folder may be on the path twice
        f"{each.name}=={each.version}"
        for each in importlib.metadata.distributions()
        if each.name.lower().startswith("apache-airflow")
    }
    parts = sorted(found)
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return paths.cache() / "airflow" / key / "airflow.db"


def prepare(say: Callable[[str], None] = lambda _: None) -> Path:
    """The empty database, made if it is not there yet; who asks meanwhile waits for it.

    Raises:
        InfrastructureError: there is no Airflow, or it cannot make its database.
    """
    if not is_here():
        raise InfrastructureError(
            "no Airflow in this environment",
            fix="run: PIONEERS_REQUIREMENTS=all ./pioneers doctor",
        )
    kept = _database()
    if not kept.is_file():
        say("preparing Airflow's database, once")
        with locked(kept.parent):
            if not kept.is_file():
                _make(kept)
    return kept


def _make(kept: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pioneers-airflow-") as name:
        home = Path(name)
        own = {key: os.environ[key] for key in ("PATH", "LANG", "HOME") if key in os.environ}
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "airflow", "db", "migrate"],
                env={**own, **settings(home, home / "dags")},
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=MIGRATE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InfrastructureError(
                f"airflow db migrate did not end: {error}", fix="run it again"
            ) from error
        made = home / "airflow.db"
        if done.returncode or not made.is_file():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise InfrastructureError(
                f"airflow db migrate failed: {said[-1][:200] if said else done.returncode}",
                fix="run pioneers doctor",
            )
        write_whole(kept, made.read_bytes())
