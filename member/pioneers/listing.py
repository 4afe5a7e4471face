"""Which tables a place holds, and in which files: from the list that was written with them.

Knows the layout of a built folder and of a published prefix. How bytes are fetched it is told:
from a disk, from a bucket by Arrow, or by Spark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pioneers import places
from pioneers.errors import fault, one_line, unknown
from pioneers.places import Place, Wanted

MANIFEST, POINTER = "manifest.json", "current.json"
PARQUET = "parquet"
_VERSION = re.compile(r"[0-9A-Za-z_-]{1,64}")
_FILE = re.compile(
    r"(?P<table>[a-z][a-z0-9_]{0,62})/((?P<by>[a-z][a-z0-9_]{0,39})=[\w.-]{1,40}/)?"
    r"[\w-]{1,80}\.(?P<kind>[a-z]{1,10})"
)

Fetch = Callable[[str], bytes | None]
"""The bytes at an address, or None where there is nothing; raises DataError for all else."""


class Table(NamedTuple):
    """One table.

    Attributes:
        rows: None where no list says it.
        files: addresses, in the order of the rows; empty where no list names them.
        kind: `parquet`, `csv` or `jsonl`.
        by: the column that its folders are named for, as "month"; empty where it has no such.
    """

    name: str
    folder: str
    rows: int | None
    files: tuple[str, ...]
    kind: str = PARQUET
    by: str = ""


class Listing(NamedTuple):
    """What was found.

    Attributes:
        tables: those that the notebook may use, by name.
        hidden: names of others that are there but not for this assignment.
        declared: names of all that a build of today makes, where it was made here.
    """

    folder: str
    tables: dict[str, Table]
    hidden: frozenset[str]
    wanted: Wanted
    declared: frozenset[str] = frozenset()

    def table(self, name: Any) -> Table:
        """The table of this name.

        Raises:
            UnknownTable: there is none.
        """
        if isinstance(name, str) and name in self.tables:
            return self.tables[name]
        if name in [*self.hidden]:
            key = "not_in_assignment"
        elif name in [*(self.wanted.tables or ()), *self.declared]:
            key = "not_here"
        else:
            key = "unknown"
        known = [each.name for each in self.tables.values() if each.kind == PARQUET]
        raise unknown(key, name, known, place=self.folder, command=self.wanted.command)


def find(place: Place, wanted: Wanted, fetch: Fetch) -> Listing:
    """List what `place` holds of the data that are `wanted`.

    Raises:
        DataError: nothing, or a list that cannot be read.
    """
    for folder in _folders(place, wanted, fetch):
        text = fetch(f"{folder}/{MANIFEST}")
        if text is not None:
            return _limited(folder, _parse(folder, text, place, wanted), place, wanted)
    if not place.remote and (tables := _look(Path(place.base))):
        return _limited(place.base, tables, place, wanted)
    if place.found == "cache":
        raise fault("no_data", place=f"{place.base}/{wanted.id}", command=wanted.command)
    raise fault("nothing_there", place=place.base, wanted=wanted.id)


def _folders(place: Place, wanted: Wanted, fetch: Fetch) -> Iterator[str]:
    """The folders in which the tables may lie, the likeliest first."""
    if place.found == "mount":
        yield place.base
        return
    if place.found == "cache":
        yield f"{place.base}/{wanted.id}"
        yield from _made_by_check(Path(place.base), wanted)
        return
    for base in (f"{place.base}/{wanted.key}", place.base):
        text = fetch(f"{base}/{POINTER}")
        if text is not None:
            yield f"{base}/versions/{_version(base, text, place, wanted)}"
    yield place.base
    if not place.remote:
        yield f"{place.base}/{wanted.id}"


def _made_by_check(cache: Path, wanted: Wanted) -> Iterator[str]:
    """Folders with some tables only, as `check` makes them; those of this assignment first."""
    found = []
    for path in sorted(cache.glob(f"{wanted.id}-*/{MANIFEST}")):
        try:
            tables = json.loads(path.read_bytes())["tables"]
            lacking = len(set(wanted.tables or ()) - set(tables))
            found.append((lacking, -len(tables), str(path.parent)))
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            continue
    return (folder for *_, folder in sorted(found))


def _version(base: str, text: bytes, place: Place, wanted: Wanted) -> str:
    try:
        version = json.loads(text)["version"]
        if _VERSION.fullmatch(version):
            return str(version)
        raise ValueError(f"version {version!r}")
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _damaged(base, error, place, wanted) from None


def _parse(folder: str, text: bytes, place: Place, wanted: Wanted) -> dict[str, Table]:
    try:
        return {
            name: _table(folder, name, told) for name, told in json.loads(text)["tables"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(folder, error, place, wanted) from None


def _table(folder: str, name: str, told: dict[str, Any]) -> Table:
    """A table as the list tells it; a name that leads elsewhere is refused."""
    files, kinds, keys = [], set(), set()
    for each in told["files"]:
        parts = _FILE.fullmatch(each["path"])
        if parts is None or parts["table"] != name:
            raise ValueError(f"file {each['path']!r}"[:120])
        files.append(f"{folder}/{each['path']}")
        kinds.add(parts["kind"])
        keys.add(parts["by"] or "")
    (kind,), (by,) = kinds, keys
    return Table(name, f"{folder}/{name}", int(told["rows"]), tuple(files), kind, by)


def _look(folder: Path) -> dict[str, Table]:
    """Tables of a folder that has no list: its folders with Parquet files in them."""
    return {
        path.name: Table(path.name, str(path), None, ())
        for path in sorted(folder.glob("*"))
        if path.is_dir() and any(path.rglob("*.parquet"))
    }


def _limited(folder: str, tables: dict[str, Table], place: Place, wanted: Wanted) -> Listing:
    """What the notebook may use: no more than it will have when it is graded."""
    declared = places.declared(wanted.dataset) if place.found == "cache" else frozenset()
    if wanted.tables is None or place.found == "mount":
        return Listing(folder, tables, frozenset(), wanted, declared)
    allowed = {*wanted.tables}
    kept = {
        name: table
        for name, table in tables.items()
        if name in allowed or (table.kind != PARQUET and name.rpartition("_")[0] in allowed)
    }
    hidden = (frozenset(tables) | declared) - allowed - frozenset(kept)
    return Listing(folder, kept, hidden, wanted, declared)


def _damaged(folder: str, error: Exception, place: Place, wanted: Wanted) -> Exception:
    key = "damaged_there" if place.remote else "damaged"
    return fault(key, place=folder, why=one_line(error), command=wanted.command)
