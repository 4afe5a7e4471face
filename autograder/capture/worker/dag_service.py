"""Airflow, imported once before any child begins: each of them would take those seconds again."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import warnings
from typing import Any

PRELOAD = (
    "airflow.sdk",
    "airflow.dag_processing.dagbag",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.models.dagrun",
    "airflow.models.dag_version",
    "airflow.api_fastapi.execution_api.app",
    "airflow.api_fastapi.execution_api.routes",
    "airflow.serialization.serialized_objects",
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.operators.empty",
    "airflow.providers.standard.decorators.python",
    # What a first run imports by the way.
    "a2wsgi",
    "airflow.dag_processing.bundles.local",
    "airflow.dag_processing.collection",
    "airflow.providers.common.compat.openlineage.check",
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.providers.standard.sensors.external_task",
    "airflow.serialization.definitions.mappedoperator",
    "airflow.timetables.trigger",
    "anyio._backends._asyncio",
    "jinja2.ext",
)


UNUSED = ("rfc3987_syntax",)
"""Optional packages that take a second where they are found; see the notebook's worker."""


def preload(more: list[str]) -> None:
    """Import what every child needs, so that none of them takes that time again."""
    gc.disable()  # nothing of this becomes garbage, and looking for it takes a third of the time
    sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*PRELOAD, *more):
            try:
                importlib.import_module(name)
            except ImportError:
                if name in PRELOAD:
                    raise
        prepare()
    gc.freeze()
    gc.enable()


def read_from(folder: str) -> None:
    """Have Airflow take its DAGs from a folder: not every part of it asks the settings again."""
    from airflow import settings

    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = settings.DAGS_FOLDER = folder


def prepare() -> None:
    """Build the service behind a task's calls, and map the tables: here once, for every child.

    The service makes its routes at the first call, for each version of its contract, which takes
    seconds; its thread starts in the child.
    """
    from airflow.api_fastapi.execution_api import versions
    from airflow.sdk.execution_time import supervisor
    from sqlalchemy.orm import configure_mappers

    versions.bundle = _newest(versions.bundle)
    service = supervisor.in_process_api_server()
    for app in (service.app, *(getattr(route, "app", None) for route in service.app.routes)):
        if hasattr(app, "_cadwyn_initialize"):
            app._cadwyn_initialize()
    supervisor.in_process_api_server = lambda: service
    configure_mappers()


def _newest(bundle: Any) -> Any:
    """The contract without the past versions that no task runner here speaks.

    Three are kept: a route that the newest one has dropped must be there in an older one.
    """
    from cadwyn import HeadVersion, Version, VersionBundle

    for version in bundle.versions:
        for change in version.changes:
            change._bound_version_bundle = None
    first, second, third = bundle.versions[:3]
    return VersionBundle(HeadVersion(), first, second, Version(third.value))
