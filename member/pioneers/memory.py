"""Whole tables in memory: read by Arrow, from a disk or a bucket, and handed on as asked.

The bucket's key comes from where AWS's own tools look for it; none is kept or shown here.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path
from typing import Any

from pioneers import listing, places
from pioneers.errors import DataError, fault, one_line
from pioneers.listing import Listing, Table
from pioneers.places import Place, Wanted

LIBRARIES = {"pandas": "pandas", "polars": "polars", "arrow": "pyarrow"}
MOST_BYTES = 16 << 20  # of a list
CONNECT_S, REQUEST_S = 10, 60
SECRETS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
"""Any of these says where a key is."""


def read(name: str, as_: str) -> Any:
    """See `pioneers.data`."""
    if as_ not in list(LIBRARIES):
        raise fault("bad_as", given=as_)
    for library in ("pyarrow", LIBRARIES[as_]):
        if importlib.util.find_spec(library) is None:
            raise fault("no_library", library=library)
    place = places.place()
    table = contents(place, places.wanted()).table(name)
    if table.kind != listing.PARQUET:
        how = {"csv": "pandas.read_csv", "jsonl": "pandas.read_json(…, lines=True)"}
        raise fault("other_format", name=name, kind=table.kind, how=how.get(table.kind, "open"))
    arrow = _arrow(table, place)
    if as_ == "pandas":
        return arrow.to_pandas()
    if as_ == "polars":
        import polars

        return polars.from_arrow(arrow)
    return arrow


def contents(place: Place, wanted: Wanted) -> Listing:
    """What a place holds; that of a bucket is asked once, so that one notebook sees one version."""
    return _remembered(place, wanted) if place.remote else listing.find(place, wanted, from_disk)


@functools.lru_cache(maxsize=8)
def _remembered(place: Place, wanted: Wanted) -> Listing:
    return listing.find(place, wanted, functools.partial(_from_bucket, place))


def from_disk(address: str) -> bytes | None:
    """A file's bytes, None where there is none.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return Path(address).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise fault("not_read", place=address, why=one_line(error)) from None


def _from_bucket(place: Place, address: str) -> bytes | None:
    try:
        with _bucket(place).open_input_stream(_path(address)) as stream:
            return bytes(stream.read(MOST_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(address, str(error)) from None


def _arrow(table: Table, place: Place) -> Any:
    """The table, its rows in the order of its files."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    by = ds.partitioning(pa.schema([(table.by, pa.string())]), flavor="hive") if table.by else None
    files = [_path(each) for each in table.files]
    try:
        found = ds.dataset(
            files or table.folder,
            format="parquet",
            partitioning=by or (None if files else "hive"),
            # A folder above may be called `month=…` as well.
            partition_base_dir=_path(table.folder),
            filesystem=_bucket(place) if place.remote else None,
        )
        return found.to_table()
    except FileNotFoundError:
        why = "a file is missing"
    except (OSError, pa.ArrowException) as error:
        if place.remote:
            raise refused(table.folder, str(error)) from None
        why = one_line(error)
    raise fault("not_read", place=table.folder, why=why)


def _path(address: str) -> str:
    return address.removeprefix("s3://")


@functools.lru_cache(maxsize=8)
def _bucket(place: Place) -> Any:
    """Arrow's client for a bucket.

    Raises:
        DataError: a setting is no address.
    """
    from pyarrow import fs

    endpoint = endpoint_url()
    region = region_name()
    bucket = _path(place.base).partition("/")[0]
    try:
        if not endpoint and not region:
            region = fs.resolve_s3_region(bucket)
        return fs.S3FileSystem(
            anonymous=place.anonymous,
            region=region or None,
            endpoint_override=endpoint or None,
            connect_timeout=CONNECT_S,
            request_timeout=REQUEST_S,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=3),
        )
    except (OSError, ValueError) as error:
        raise refused(place.base, str(error)) from None


def endpoint_url() -> str:
    """Where S3 is, if not at AWS: the variables that AWS's own tools read."""
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""


def region_name() -> str:
    """The region that the variables name, if they do."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""


def has_profile() -> bool:
    """Whether AWS's own file of keys is there."""
    named = os.environ.get("AWS_SHARED_CREDENTIALS_FILE")
    return Path(named).is_file() if named else (Path.home() / ".aws" / "credentials").is_file()


def refused(address: str, said: str) -> DataError:
    """The error for what a bucket answered, whoever asked it."""
    text = said.upper().replace(" ", "_")
    kinds = (kind for kind, words in _ANSWERS.items() if any(word in text for word in words))
    kind = next(kinds, "")
    if kind == "denied" and not any(map(os.environ.get, SECRETS)) and not has_profile():
        kind = "no_credentials"
    if kind:
        return fault(kind, place=address)
    return fault("not_read", place=address, why=" ".join(said.split())[:200])


_ANSWERS = {
    "no_bucket": ("NO_SUCH_BUCKET", "NOSUCHBUCKET", "UNKNOWNSTOREEXCEPTION"),
    "no_credentials": ("NOAUTHWITHAWS", "NOAWSCREDENTIALS", "UNABLE_TO_LOAD_CREDENTIALS"),
    "denied": ("ACCESS_DENIED", "ACCESSDENIED", "FORBIDDEN", "STATUS_CODE:_403", "EXPIREDTOKEN",
               "INVALIDACCESSKEYID", "INVALID_ACCESS_KEY_ID", "SIGNATURE", "EXPIRED_TOKEN"),
    "unreachable": ("NETWORK_CONNECTION", "CONNECTEXCEPTION", "UNKNOWNHOST", "TIMED_OUT",
                    "TIMEOUT", "COULD_NOT_CONNECT", "PERMANENT_REDIRECT", "COULDN'T_RESOLVE"),
}  # fmt: skip
"""What the answers of S3 contain, in the spellings of Arrow and of Hadoop."""
