"""Tables as Spark DataFrames, on a laptop, in the sandbox, on a cluster, over Spark Connect.

Only `spark.read` and `spark.conf` are used, which every kind of session has. Lists of files in a
bucket are read by Spark as well, with the rights that the cluster has.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pioneers import listing, memory, places
from pioneers.errors import DataError, fault, one_line
from pioneers.listing import Listing, Table
from pioneers.places import Place

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

HADOOP_AWS = "org.apache.hadoop:hadoop-aws:"
_AUTH = "org.apache.hadoop.fs.s3a."
_CREDENTIALS = "fs.s3a.aws.credentials.provider"
_WITH_PROFILE = (
    f"{_AUTH}TemporaryAWSCredentialsProvider",
    f"{_AUTH}SimpleAWSCredentialsProvider",
    "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
    "software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider",
    f"{_AUTH}auth.IAMInstanceCredentialsProvider",
)
"""S3A's own chain, and AWS's file of keys, which it leaves out."""


class Tables(Mapping[str, "DataFrame"]):
    """The tables of one place: `tables.purchases`, `tables["purchases"]`, `list(tables)`.

    A table is looked at when it is first asked for, and not before.
    """

    def __init__(self, spark: Any, found: Listing, options: dict[str, str]) -> None:
        self._spark = spark
        self._found = found
        self._options = options
        self._made: dict[str, DataFrame] = {}

    def __getitem__(self, name: str) -> DataFrame:
        if name not in self._made:
            self._made[name] = self._read(self._found.table(name))
        return self._made[name]

    def __getattr__(self, name: str) -> DataFrame:
        if name.startswith("_"):  # IPython and copy ask for much that nobody has
            raise AttributeError(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names()]

    def __repr__(self) -> str:
        rows = {name: self._found.tables[name].rows for name in self._names()}
        lines = [
            f"{name:<24}{'' if n is None else f'{n:>14,}'}".rstrip() for name, n in rows.items()
        ]
        return "\n".join([_for_spark(self._found.folder), *(f"  {line}" for line in lines)])

    def _ipython_key_completions_(self) -> list[str]:
        return self._names()

    def path(self, name: str) -> str:
        """The address of a table's folder, for `spark.read.csv` and the like.

        Raises:
            UnknownTable: there is no such table.
        """
        return _for_spark(self._found.table(name).folder)

    def _names(self) -> list[str]:
        return [t.name for t in self._found.tables.values() if t.kind == listing.PARQUET]

    def _read(self, table: Table) -> DataFrame:
        if table.kind != listing.PARQUET:
            what = "json" if table.kind.startswith("json") else table.kind
            how = f'spark.read.{what}(tables.path("{table.name}"))'
            raise fault("other_format", name=table.name, kind=table.kind, how=how)
        try:
            reader = self._spark.read.options(**self._options)
            frame: DataFrame = reader.parquet(_for_spark(table.folder))
            _ = frame.columns  # over Spark Connect nothing is looked at before
            return frame
        except Exception as error:  # noqa: BLE001 - each kind of session has errors of its own
            raise _told(self._spark, table.folder, error) from None


def open_tables(spark: Any) -> Tables:
    """See `pioneers.tables`."""
    if not (hasattr(spark, "read") and hasattr(spark, "createDataFrame")) or isinstance(
        spark, type
    ):
        given = f"class {spark.__name__}" if isinstance(spark, type) else type(spark).__name__
        raise fault("no_session", given=given)
    place, wanted = places.place(), places.wanted()
    if not place.remote:
        return Tables(spark, memory.contents(place, wanted), {})
    options = _options(spark, place)
    reader = spark.read.options(**options)

    def fetch(address: str) -> bytes | None:
        try:
            row = reader.text(_for_spark(address), wholetext=True).first()
        except Exception as error:  # noqa: BLE001 - each kind of session has errors of its own
            if "PATH_NOT_FOUND" in str(error):
                return None
            raise _told(spark, address, error) from None
        return row[0].encode() if row else b""

    return Tables(spark, listing.find(place, wanted, fetch), options)


def _options(spark: Any, place: Place) -> dict[str, str]:
    """What S3A has to be told, for these reads alone; what the session says already stays.

    Nothing for a session over Spark Connect: the variables here are not those of the cluster. No
    key is among them, for options are shown on Spark's pages.
    """
    if _is_elsewhere(spark):
        return {}
    options = {}
    if endpoint := memory.endpoint_url():
        options["fs.s3a.endpoint"] = endpoint
        options["fs.s3a.path.style.access"] = "true"
        options["fs.s3a.connection.ssl.enabled"] = str(not endpoint.startswith("http:")).lower()
    if region := memory.region_name():
        options["fs.s3a.endpoint.region"] = region
    if place.anonymous:
        options[_CREDENTIALS] = f"{_AUTH}AnonymousAWSCredentialsProvider"
    elif not os.environ.get("AWS_ACCESS_KEY_ID") and memory.has_profile():
        options[_CREDENTIALS] = ",".join(_WITH_PROFILE)
    said = [key for key in options if any(spark.conf.get(f"{p}{key}", None) for p in _PREFIXES)]
    return {key: value for key, value in options.items() if key not in said}


_PREFIXES = ("", "spark.hadoop.")


def _for_spark(address: str) -> str:
    """An address as Spark writes it."""
    return address.replace("s3://", "s3a://", 1) if address.startswith("s3://") else address


def hadoop_aws() -> str:
    """The package that this Spark reads S3 with: that of the Hadoop which it brings along."""
    spec = importlib.util.find_spec("pyspark")
    jars = Path(spec.origin).parent / "jars" if spec and spec.origin else Path()
    found = sorted(jars.glob("hadoop-client-api-*.jar"))
    version = found[0].stem.rpartition("-")[2] if found else "<Hadoop>"
    return HADOOP_AWS + version


def _is_elsewhere(spark: Any) -> bool:
    """Whether it is a session over Spark Connect."""
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _told(spark: Any, address: str, error: Exception) -> DataError:
    """What Spark said, in words."""
    said = str(error)
    if isinstance(error, DataError):
        return error
    if "S3AFileSystem not found" in said or "No FileSystem for scheme" in said:
        key = "no_hadoop_aws_there" if _is_elsewhere(spark) else "no_hadoop_aws"
        return fault(key, package=hadoop_aws())
    if "stopped SparkContext" in said or "NO_ACTIVE_SESSION" in said or "NoneType" in said:
        return fault("stopped")
    if address.startswith("s3://"):
        return memory.refused(address, said)
    if "PATH_NOT_FOUND" in said:
        return fault("elsewhere", place=address)
    return fault("not_read", place=address, why=one_line(error))
