"""Reads `datasets/<id>/*.toml` into a `Dataset`, or says which file, column and key is wrong.

It checks each table by itself; `spec_rules` checks what holds between columns and tables.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from autograder.data.draws import KINDS
from autograder.data.spec import (
    FORMATS,
    PARTITIONS,
    TYPES,
    Column,
    Dataset,
    Dialect,
    Draw,
    Each,
    Grid,
    Nulls,
    Partition,
    Rows,
    Table,
    Target,
    When,
)
from autograder.data.spec_fields import Fields, closest, one_of
from autograder.data.spec_rules import check
from autograder.errors import DataError, UsageError
from autograder.models import FORMAT_VERSION

ROOT = Path(__file__).resolve().parents[2] / "datasets"
"""Where the repository keeps its datasets."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_SPEC_BYTES = 1 << 20
MAX_EACH = 10_000
MAX_PACK = 10_000


def load(dataset: str, root: Path = ROOT) -> Dataset:
    """Read and check a dataset's folder.

    Raises:
        UsageError: there is no dataset of this name.
        DataError: a file is missing or wrong.
    """
    if not NAME.fullmatch(dataset) or not (root / dataset / "dataset.toml").is_file():
        known = sorted(path.parent.name for path in root.glob("*/dataset.toml"))
        raise UsageError(f"there is no dataset {dataset!r}", fix=closest(dataset, known))
    folder = root / dataset
    digest = hashlib.sha256()
    head = _fields(folder / "dataset.toml", digest.update)
    head_version = head.integer("format_version")
    if head_version != FORMAT_VERSION:
        head.fail(f"format_version is {head_version}", f"Write format_version = {FORMAT_VERSION}")
    if (found := head.text("id")) != dataset:
        head.fail(f"id is {found!r}", f"Write id = {dataset!r}, the folder's name")
    title, about, licence = head.about("title"), head.about("about"), head.text("licence")
    names = head.texts("tables")
    words = _words(head.inner("words"))
    head.finish()
    tables = []
    for name in names:
        if not NAME.fullmatch(name):
            head.fail(f"table name {name!r}", "Use lower-case letters, digits and _")
        tables.append(_table(name, _fields(folder / f"{name}.toml", digest.update)))
    result = Dataset(dataset, title, about, licence, words, tuple(tables), digest.hexdigest())
    check(result, f"datasets/{dataset}")
    return result


def _fields(path: Path, seen: Callable[[bytes], None]) -> Fields:
    """Read one TOML file, telling its bytes to `seen`."""
    where = f"datasets/{path.parent.name}/{path.name}"
    try:
        data = path.read_bytes()
        if len(data) > MAX_SPEC_BYTES:
            raise DataError(f"{where}: over {MAX_SPEC_BYTES} bytes", fix="Split the table")
        parsed = tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        raise DataError(f"{where}: missing", fix="Add it, or drop it from `tables`") from None
    except OSError as error:
        raise DataError(f"{where}: {error.strerror}", fix="Make it a readable file") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: byte {error.start} is not UTF-8", fix="Save as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataError(f"{where}: not TOML: {error}", fix="Mend that line") from None
    seen(f"{path.name} {len(data)}\n".encode() + data)
    return Fields(parsed, where)


def _table(name: str, at: Fields) -> Table:
    if (found := at.text("name")) != name:
        at.fail(f"name is {found!r}", f"Write name = {name!r}, the file's name")
    about, key = at.about("about"), at.texts("key")
    width = at.integer("bytes_per_row", 1, 10_000)
    rows = _rows(at.inner("rows")) if at.has("rows") else None
    grid = _grid(at.inner("grid")) if at.has("grid") else None
    each = _each(at.inner("each")) if at.has("each") else None
    dialect = _dialect(at) if at.has("dialect") else None
    if sum(part is not None for part in (rows, grid, each, dialect)) != 1:
        at.fail("rows come from nowhere or twice", "Give one of: rows, grid, each, dialect")
    words = _words(at.inner("words")) if at.has("words") else {}
    partition = _partition(at.inner("partition")) if at.has("partition") else None
    also = at.texts("also") if at.has("also") else ()
    if strange := [name for name in also if name not in FORMATS]:
        at.fail(f"also names {strange[0]!r}", f"Use: {one_of(FORMATS)}")
    columns = at.inner("columns")
    made = tuple(
        _column(column, columns.inner(column), f"{at.where}: column {column}", dialect is None)
        for column in columns.names()
    )
    at.finish()
    return Table(name, about, key, width, made, rows, grid, each, dialect, partition, also, words)


def _rows(at: Fields) -> Rows:
    found = {
        key: at.integer(key)
        for key in ("base", "per_scale", "per_sqrt_scale", "min")
        if at.has(key)
    }
    at.finish()
    return Rows(**found)


def _grid(at: Fields) -> Grid:
    first, last = at.days()
    each = at.texts("each")
    at.finish()
    return Grid(first, last, each)


def _each(at: Fields) -> Each:
    of, weights = Target.read(at, "of"), at.integers("count")
    count = {int(text): weight for text, weight in weights.items() if text.isdecimal()}
    if len(count) < len(weights) or not any(number * count[number] for number in count):
        at.fail("key 'count' counts nothing", "Write numbers of rows and weights: { 1 = 3, 2 = 7 }")
    if max(count) > MAX_EACH or sum(count.values()) > MAX_PACK:
        at.fail(
            "key 'count' is too large", f"Stay within {MAX_EACH} rows and {MAX_PACK} in weights"
        )
    at.finish()
    return Each(of, count)


def _words(at: Fields) -> dict[str, tuple[str, ...]]:
    return {name: at.texts(name) for name in at.names()}


def _partition(at: Fields) -> Partition:
    by, of = at.text("by"), at.text("of")
    if by not in PARTITIONS:
        at.fail(f"by = {by!r} is not known", f"Use: {one_of(PARTITIONS)}")
    at.finish()
    return Partition(by, of)


def _dialect(at: Fields) -> Dialect:
    dirt_in = at.inner("dirt")
    dirt = {name: dirt_in.rate(name) for name in dirt_in.names()}
    return Dialect(at.text("dialect"), at.text("of"), When.read(at, "where"), dirt)


def _column(name: str, at: Fields, where: str, drawn: bool) -> Column:
    at.where = where
    if not NAME.fullmatch(name):
        at.fail("not a column name", "Use lower-case letters, digits and _")
    kind = at.text("type")
    if kind not in TYPES:
        at.fail(f"type {kind!r} is not known", f"Use one of: {one_of(TYPES)}")
    about = at.about("about")
    draw = _draw(at.inner("draw"), kind) if drawn else None
    nulls = None
    if drawn and at.has("nulls"):
        nulls = _nulls(at.inner("nulls"))
    at.finish()
    return Column(name, kind, about, draw, nulls)


def _nulls(at: Fields) -> Nulls:
    if at.has("like"):
        nulls = Nulls(like=at.text("like"))
    else:
        when = When.read(at, "when") if at.has("when") else None
        nulls = Nulls(at.rate("rate"), when)
    at.finish()
    return nulls


def _draw(at: Fields, kind: str) -> Draw:
    name = at.text("kind")
    if name not in KINDS:
        at.fail(f"kind {name!r} is not known", closest(name, KINDS))
    draw = KINDS[name].read(at, kind)
    at.finish()
    return draw
