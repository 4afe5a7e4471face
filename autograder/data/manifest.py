"""The list of a built dataset's files: written last, and read as hostile input.

It knows names, sizes and hashes, not what the files hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from autograder.errors import DataError
from autograder.files import digest_regular, read_regular
from autograder.models import FORMAT_VERSION, dataset_id

NAME: Final = "manifest.json"
MAX_BYTES: Final = 16 << 20
MAX_SIZE: Final = 1 << 50
"""A file has neither more bytes nor more rows than this."""

ENDINGS: Final = {"parquet": "parquet", "csv": "csv", "json": "jsonl"}
"""How files of each format end; "json" is a JSON object a line."""

_NAME, _PARTITION = r"[a-z][a-z0-9_]{0,45}", r"[a-z][a-z0-9_]{0,39}=[0-9A-Za-z-]{1,40}"
_PATH = re.compile(
    rf"(?P<table>{_NAME})/(?:(?P<partition>{_PARTITION})/)?"
    rf"part-(?P<index>[0-9]{{5}})\.(?P<ending>{'|'.join(ENDINGS.values())})"
)
OURS: Final = re.compile(
    rf"manifest\.json|{_NAME}(/{_PARTITION})?(/part-[0-9]{{5}}\.({'|'.join(ENDINGS.values())}))?"
)
"""What the entries of a dataset's folder are called."""

_HASH = re.compile(r"[0-9a-f]{64}")
_FIX: Final = "Delete the folder and build it again"


@dataclass(frozen=True)
class DataFile:
    """One file: its path below the folder, as "users/part-00000.parquet"."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class DataTable:
    """One folder of files, in row order: a table, or a table told again in another format.

    A table `users` in another format is a folder of its own, such as `users_csv`.
    """

    name: str
    files: tuple[DataFile, ...]

    @property
    def format(self) -> str:
        """Return the format of the files, "parquet" or another key of `ENDINGS`."""
        ending = self.files[0].path.rpartition(".")[2]
        return next(name for name, known in ENDINGS.items() if known == ending)

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
        parsed = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: cannot be read: {_line(error)}", fix=fix) from None
    try:
        return _parse(parsed)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError(f"{where}: not a manifest of version 1: {_line(error)}", fix=fix) from None


def table_folder(folder: Path, table: DataTable) -> Path:
    """Return a table's folder; DataError if one of its files is missing or anything a link."""
    for file in table.files:
        part = folder / file.path
        if _linked(folder, file) or part.is_symlink() or not part.is_file():
            raise DataError(f"{part}: missing, or not a file of its own", fix=_FIX)
    return folder / table.name


def damage(folder: Path, file: DataFile) -> str:
    """Return what is wrong with one file's kind, size or hash; empty if nothing is."""
    path = folder / file.path
    try:
        if _linked(folder, file):
            return f"{file.path}: its folder is a link"
        size = path.lstat().st_size
        if path.is_file() and not path.is_symlink() and size != file.bytes:  # told without reading
            return f"{file.path}: {size} bytes where {file.bytes} were written"
        _, sha256 = digest_regular(path)
    except FileNotFoundError:
        return f"{file.path}: missing"
    except (OSError, ValueError) as error:
        return f"{file.path}: cannot be read: {_line(error)}"
    if sha256 != file.sha256:
        return f"{file.path}: its bytes have changed (sha256 differs)"
    return ""


def _linked(folder: Path, file: DataFile) -> bool:
    """Tell whether a folder between `folder` and the file is a link."""
    inner = Path(file.path).parents
    return any((folder / path).is_symlink() for path in inner if path.name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dictionary of a JSON object; ValueError if a key is in it twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


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
        _in_order(name, files)
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


def _in_order(name: str, files: tuple[DataFile, ...]) -> None:
    """Check that a table's paths are those of a build: each folder's parts, counted from 0.

    Raises:
        ValueError: they are not, so that a path may be there twice.
    """
    if not files:
        raise ValueError(f"table {name!r} has no file")
    before: tuple[str, int] | None = None
    parts = [match for file in files if (match := _PATH.fullmatch(file.path))]
    shapes = {(part["ending"], (part["partition"] or "").partition("=")[0]) for part in parts}
    for part in parts:
        partition, index = part["partition"] or "", int(part["index"])
        follows = before is not None and (partition, index) == (before[0], before[1] + 1)
        begins = index == 0 and (before is None or partition > before[0])
        if part["table"] != name or len(shapes) > 1 or not (follows or begins):
            raise ValueError(f"path {part.string!r} in table {name!r}")
        before = (partition, index)


def _file(item: Any) -> DataFile:
    size, rows = _typed(item, "bytes", int), _typed(item, "rows", int)
    if not (0 <= size <= MAX_SIZE and 0 <= rows <= MAX_SIZE):
        raise ValueError("no such size")
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
