"""Reads `datasets/<id>/*.toml` into a `Dataset`, or says which file, column and key is wrong.

It checks each table by itself; `spec_rules` checks what holds between columns and tables.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from autograder.data.spec import (
    FORMATS,
    PARTITIONS,
    TYPES,
    Between,
    Choice,
    Column,
    Dataset,
    Dates,
    Dialect,
    Draw,
    Grid,
    GridDay,
    GridValue,
    Lookup,
    Nulls,
    Paid,
    Partition,
    Reference,
    Rows,
    SaleTime,
    Serial,
    Table,
    Target,
    Titles,
    Value,
    Walk,
    When,
    Words,
)
from autograder.data.spec_fields import Fields, closest, one_of
from autograder.data.spec_rules import check
from autograder.errors import DataError, UsageError
from autograder.models import FORMAT_VERSION

ROOT = Path(__file__).resolve().parents[2] / "datasets"
"""Where the repository keeps its datasets."""

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_SPEC_BYTES = 1 << 20


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
    words_in = head.inner("words")
    words = {name: words_in.texts(name) for name in words_in.names()}
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
    dialect = _dialect(at) if at.has("dialect") else None
    if sum(part is not None for part in (rows, grid, dialect)) != 1:
        at.fail("rows come from nowhere or twice", "Give one of: rows, grid, dialect")
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
    return Table(name, about, key, width, made, rows, grid, dialect, partition, also)


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


def _partition(at: Fields) -> Partition:
    by, of = at.text("by"), at.text("of")
    if by not in PARTITIONS:
        at.fail(f"by = {by!r} is not known", f"Use: {one_of(PARTITIONS)}")
    at.finish()
    return Partition(by, of)


def _dialect(at: Fields) -> Dialect:
    dirt_in = at.inner("dirt")
    dirt = {name: dirt_in.rate(name) for name in dirt_in.names()}
    return Dialect(at.text("dialect"), at.text("of"), _when(at, "where"), dirt)


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
        inner = at.inner("nulls")
        when = _when(inner, "when") if inner.has("when") else None
        nulls = Nulls(inner.rate("rate"), when)
        inner.finish()
    at.finish()
    return Column(name, kind, about, draw, nulls)


def _when(at: Fields, key: str) -> When:
    pairs = at.mapping(key)
    (column, value), *more = pairs.items()
    if more or not isinstance(value, str):
        at.fail(f"key {key!r} is not one condition", 'Write it as { column = "value" }')
    return When(column, value)


def _target(at: Fields, key: str) -> Target:
    table, dot, column = at.text(key).partition(".")
    if not (dot and table and column):
        at.fail(f"key {key!r} is not a column", 'Write it as "table.column"')
    return Target(table, column)


def _choice(at: Fields, key: str, integer: bool) -> Choice:
    weights = at.integers(key)
    if not 0 < sum(weights.values()) < 2**32:
        at.fail(f"key {key!r}: the weights add up to nothing", "Give some weight above 0")
    values: tuple[Value, ...] = tuple(weights)
    if integer:
        if not all(re.fullmatch(r"-?\d{1,18}", name) for name in weights):
            at.fail(f"key {key!r}: not a number", "Give whole numbers as keys in a number column")
        values = tuple(int(name) for name in weights)
    return Choice(values, tuple(weights.values()))


def _reference(at: Fields, _: str) -> Draw:
    to, skew = _target(at, "to"), at.text("skew")
    if skew not in ("even", "square", "zipf"):
        at.fail(f"skew {skew!r} is not known", "Use one of: even, square, zipf")
    return Reference(to, skew)


def _lookup(at: Fields, _: str) -> Draw:
    pairs = Fields(at.mapping("map"), f"{at.where}: map")
    mapped = {name: pairs.text(name) for name in pairs.names()}
    unless = _when(at, "unless") if at.has("unless") else None
    otherwise = at.text("otherwise") if unless else ""
    return Lookup(at.text("through"), _target(at, "from"), mapped, unless, otherwise)


def _sale_time(at: Fields, _: str) -> Draw:
    first, last = at.days()
    hours_in = at.inner("hours")
    hours = {name: hours_in.weights(name, 24) for name in hours_in.names()}
    special = {}
    for text, percent in at.integers("special_percent").items():
        try:
            special[date.fromisoformat(text)] = percent
        except ValueError:
            at.fail(f"special_percent: {text!r} is no day", "Write it as 2026-01-31 = 150")
    return SaleTime(
        first=first,
        last=last,
        utc_offset_h=at.integer("utc_offset_h", -12, 14),
        weekday=at.weights("weekday", 7),
        day_noise_percent=at.integer("day_noise_percent", 0, 90),
        special_percent=special,
        by=at.text("by"),
        hours=hours,
    )


def _paid(at: Fields, _: str) -> Draw:
    return Paid(
        price=_target(at, "price"),
        game=at.text("game"),
        quantity=at.text("quantity"),
        currency=at.text("currency"),
        discounts=_choice(at, "discount_percent", True),
        won_per_unit=at.integers("won_per_unit", 1),
        step=at.integers("step", 1),
    )


def _between(at: Fields, _: str) -> Draw:
    low, high = at.integer("low"), at.integer("high")
    if not 0 <= high - low < 2**32:
        at.fail("low and high make no range", "Give low <= high, less than 2**32 apart")
    return Between(low, high)


def _words(at: Fields, _: str) -> Draw:
    chosen = _choice(at, "patterns", False)
    return Words(tuple(str(value) for value in chosen.values), chosen.weights)


def _titles(at: Fields, _: str) -> Draw:
    tiers = at.take("tiers")
    if not isinstance(tiers, list) or not tiers:
        at.fail("tiers is no list", 'Write it as [["{list} {list}"]]')
    return Titles(tuple(Fields({"tier": tier}, at.where).texts("tier") for tier in tiers))


_DRAWS: dict[str, Callable[[Fields, str], Draw]] = {
    "serial": lambda at, _: Serial(at.integer("start", 0, 2**31)),
    "choice": lambda at, kind: _choice(at, "values", kind.startswith("int")),
    "between": _between,
    "dates": lambda at, _: Dates(*at.days()),
    "titles": _titles,
    "words": _words,
    "reference": _reference,
    "lookup": _lookup,
    "paid": _paid,
    "sale_time": _sale_time,
    "grid_day": lambda at, _: GridDay(),
    "grid_value": lambda at, _: GridValue(),
    "walk": lambda at, _: Walk(at.integers("start", 1), at.integer("step_ppm", 0, 500_000)),
}


def _draw(at: Fields, kind: Any) -> Draw:
    name = at.text("kind")
    if name not in _DRAWS:
        at.fail(f"kind {name!r} is not known", closest(name, _DRAWS))
    draw = _DRAWS[name](at, kind)
    at.finish()
    return draw
