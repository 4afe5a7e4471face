"""Sample data: declared in `datasets/`, drawn from a seed, the same bytes on every machine.

    build("games", scale=0.01, seed=42, out=folder)     draw the tables and write them as Parquet
    verify(folder)                                      what is wrong with them, a line each
    table_paths(folder)["purchases"]                    what to give to spark.read.parquet

It knows nothing of assignments, submissions or grading.
"""

from __future__ import annotations

from pathlib import Path

from autograder.data import manifest as _manifest
from autograder.data.audit import verify
from autograder.data.generate import build, forecast
from autograder.data.manifest import DataFile, DataTable, Manifest
from autograder.models import dataset_id

__all__ = [
    "DataFile",
    "DataTable",
    "Manifest",
    "build",
    "dataset_id",
    "forecast",
    "table_paths",
    "verify",
]


def table_paths(folder: Path) -> dict[str, Path]:
    """Return each built table's folder of Parquet files, by the table's name.

    Its CSV and JSON, where they were built, lie beside it: "users_csv".

    Raises:
        DataError: `folder` holds no complete dataset, or a table's folder is missing or a link.
    """
    found = _manifest.load(folder)
    return {
        table.name: _manifest.table_folder(folder, table)
        for table in found.tables
        if table.format == "parquet"
    }
