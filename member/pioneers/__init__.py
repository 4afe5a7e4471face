"""The one way to reach the shared data, the same line of code in every place.

    import pioneers

    tables = pioneers.tables(spark)           # every table as a Spark DataFrame
    tables.purchases.show()                   # or tables["purchases"]
    purchases = pioneers.data("purchases")    # the same table for pandas

Where the data come from, the first of these that there is:

1. while graded: what the grader put there, whatever the notebook says;
2. what `pioneers.use(…)` said: a folder, or `s3://bucket/prefix`;
3. the environment variable `PIONEERS_DATA`: the same;
4. on your own machine: what `./pioneers data build`, `data pull` or `check` made.

Messages are in Korean or English, as `PIONEERS_LANGUAGE` says, or `cohort.toml`, or the locale.

It needs nothing but Python to be imported; Spark, pandas, polars and Arrow are loaded when they
are asked for. It knows files and addresses, and nothing of grading: the very same files run on a
laptop, in the grader's sandbox and on a cluster.
"""

from __future__ import annotations

from pioneers.errors import DataError, UnknownTable

TYPE_CHECKING = False  # the module `typing` would cost more time than everything else here
if TYPE_CHECKING:
    import os
    from typing import Any

    from pioneers.spark import Tables

__all__ = ["DataError", "UnknownTable", "data", "tables", "use"]


def tables(spark: Any = None) -> Tables:
    """Every table as a Spark DataFrame: `tables.purchases`, `tables["purchases"]`, `list(tables)`.

    Args:
        spark: the session, be it local, on a cluster, or over Spark Connect.

    Raises:
        DataError: there are no data, or the session cannot read them; the message says what to do.
    """
    from pioneers.spark import open_tables

    return open_tables(spark)


def data(name: str, as_: str = "pandas") -> Any:
    """One whole table in memory.

    Args:
        name: the table, such as "purchases".
        as_: "pandas" or "polars" for a DataFrame of that library, "arrow" for a `pyarrow.Table`.

    Raises:
        UnknownTable: there is no such table; the message names those that there are.
        DataError: there are no data, or they cannot be read; the message says what to do.
    """
    from pioneers.memory import read

    return read(name, as_)


def use(
    place: str | os.PathLike[str] | None = None,
    *,
    dataset: str | None = None,
    scale: float | None = None,
    seed: int | None = None,
    anonymous: bool = False,
) -> None:
    """Choose where the data come from, or which; `use()` forgets the choice.

    It does nothing while a notebook is graded, so a line with it may stay where it is.

    Args:
        place: a folder, or an address such as "s3://bucket/prefix".
        dataset: "games" if not said.
        scale: of the data; that of the assignment, or 0.01, if not said.
        seed: of the data; 42 if not said.
        anonymous: read a public bucket without any key.

    Raises:
        DataError: that is no place which can be read.
    """
    from pioneers.places import choose

    choose(place, dataset, scale, seed, anonymous)
