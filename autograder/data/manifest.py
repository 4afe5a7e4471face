"""The list of a built dataset's files: written last, and read as hostile input.

It knows names, sizes and hashes, not what the files hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from autograder.errors import DataError
from autograder.files import read_regular
from autograder.models import FORMAT_VERSION, dataset_id

NAME: Final = "manifest.json"
MAX_BYTES: Final = 16 << 20
_PATH = re.compile(r"[a-z][a-z0-9_]{0,39}/part-\d{5}\.parquet")
OURS: Final = re.compile(rf"manifest\.json|[a-z][a-z0-9_]{{0,39}}|{_PATH.pattern}")
"""What the entries of a dataset's folder are called."""

_HASH = re.compile(r"[0-9a-f]{64}")
_FIX: Final = "Delete the folder and build it again"


@dataclass(frozen=True)
class DataFile:
    """One Parquet file: its path below the folder, as "users/part-00000.parquet"."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class DataTable:
    """One table's files, in row order."""

    name: str
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """Return the rows of all files."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class Manifest:
    """What a folder holds. Equal manifests mean equal bytes.

    Attributes:
        spec_sha256: of the dataset's declaration that it was built from.
        writer: library and version that wrote the Parquet files; another may write other bytes.
    """

    dataset: str
    scale: float
    seed: int
    spec_sha256: str
    writer: str
    tables: tuple[DataTable, ...]
    format_version: int = FORMAT_VERSION

    @property
    def id(self) -> str:
        """Return the name of this data, such as "games@0.01#42"."""
        return dataset_id(self.dataset, self.scale, self.seed)

    @property
    def files(self) -> tuple[DataFile, ...]:
        """Return the files of all tables."""
        return tuple(file for table in self.tables for file in table.files)

    def dump(self) -> bytes:
        """Return the JSON text of manifest.json."""
        tables = {
            table.name: {"rows": table.rows, "files": [asdict(file) for file in table.files]}
            for table in self.tables
        }
        head = {"format_version": self.format_version, "id": self.id}
        rest = {**asdict(self), "tables": tables}
        text = json.dumps({**head, **rest}, indent=1, ensure_ascii=True, allow_nan=False)
        return (text + "\n").encode()


def load(folder: Path) -> Manifest:
    """Read and check `folder`/manifest.json; the files themselves are not looked at.

    Raises:
        DataError: there is none, or it is not one that a build writes.
    """
    path = folder / NAME
    try:
        data = read_regular(path, MAX_BYTES)
    except FileNotFoundError:
        raise DataError(f"{folder}: no {NAME}, so no data", fix="Build the data there") from None
    except (ValueError, OSError) as error:
        raise DataError(f"{path}: cannot be read: {_line(error)}", fix=_FIX) from None
    return parse(data, str(path))


def parse(data: bytes, where: str, *, fix: str = _FIX) -> Manifest:
    """Read the JSON text of a manifest, wherever it comes from.

    Args:
        where: its path or address, for the error.
        fix: what to do if it is wrong.

    Raises:
        DataError: it is not one that a build writes.
    """
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: cannot be read: {_line(error)}", fix=fix) from None
    try:
        return _parse(parsed)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{where}: not a manifest of version 1: {_line(error)}", fix=fix) from None


def table_folder(folder: Path, table: DataTable) -> Path:
    """Return a table's folder; DataError if one of its files is missing or anything a link."""
    path = folder / table.name
    for file in table.files:
        part = folder / file.path
        if path.is_symlink() or part.is_symlink() or not part.is_file():
            raise DataError(f"{part}: missing, or not a file of its own", fix=_FIX)
    return path


def damage(folder: Path, file: DataFile) -> str:
    """Return what is wrong with one file's kind, size or hash; empty if nothing is."""
    path = folder / file.path
    try:
        if path.parent.is_symlink():
            return f"{file.path}: its folder is a link"
        data = read_regular(path, max(file.bytes, 1) * 2 + 4096)
    except FileNotFoundError:
        return f"{file.path}: missing"
    except (OSError, ValueError) as error:
        return f"{file.path}: cannot be read: {_line(error)}"
    if len(data) != file.bytes:
        return f"{file.path}: {len(data)} bytes where {file.bytes} were written"
    if hashlib.sha256(data).hexdigest() != file.sha256:
        return f"{file.path}: its bytes have changed (sha256 differs)"
    return ""


def _line(error: BaseException) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return " ".join(str(error).split())[:120] or type(error).__name__


def _parse(parsed: Any) -> Manifest:
    if _typed(parsed, "format_version", int) != FORMAT_VERSION:
        raise ValueError("format_version")
    tables = []
    for name, table in _typed(parsed, "tables", dict).items():
        files = tuple(_file(item) for item in _typed(table, "files", list))
        for index, file in enumerate(files):
            if file.path != f"{name}/part-{index:05d}.parquet":
                raise ValueError(f"path {file.path!r} in table {name!r}")
        tables.append(DataTable(name, files))
        if tables[-1].rows != _typed(table, "rows", int):
            raise ValueError(f"rows of {name}")
    scale = parsed["scale"]
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale < 1e9:
        raise ValueError("scale")
    return Manifest(
        dataset=_typed(parsed, "dataset", str),
        scale=float(scale),
        seed=_typed(parsed, "seed", int),
        spec_sha256=_matching(parsed, "spec_sha256", _HASH),
        writer=_typed(parsed, "writer", str),
        tables=tuple(tables),
    )


def _file(item: Any) -> DataFile:
    size, rows = _typed(item, "bytes", int), _typed(item, "rows", int)
    if size < 0 or rows < 0:
        raise ValueError("negative size")
    return DataFile(_matching(item, "path", _PATH), _matching(item, "sha256", _HASH), size, rows)


def _typed(parsed: Any, key: str, kind: type) -> Any:
    if not isinstance(parsed, Mapping) or type(parsed.get(key)) is not kind:
        raise ValueError(f"{key!r} is missing or of another type")
    return parsed[key]


def _matching(parsed: Any, key: str, pattern: re.Pattern[str]) -> str:
    value: str = _typed(parsed, key, str)
    if not pattern.fullmatch(value):
        raise ValueError(f"{key} {value[:80]!r}")
    return value
