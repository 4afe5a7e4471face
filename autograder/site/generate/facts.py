"""What is measured of a dataset for its page: rows, a few of them, and the numbers of its plots.

Measured on the public data, which everybody can build: a page shows what a member has. The result
is plain JSON and kept; nothing is built again while the declaration stays the same.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.data.requests import bytes_told
from autograder.data.spec import Dataset
from autograder.reference import PUBLIC_SEED
from autograder.site.generate import kept

SCALE: Final = 0.01
SCALES: Final = (0.01, 0.1, 1.0, 100.0)
_SHOWN: Final = 4
"""Rows of each table that a page shows."""
_VERSION: Final = 1


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset.

    Attributes:
        rows: of each table at `SCALE`, as built.
        forecast: by scale, the rows of each table before a dialect's dirt, and the size of all
            Parquet files as a person says it.
        samples: the first rows of each table; values as texts, numbers or None.
        plots: the numbers of each plot, by its name.
    """

    rows: Mapping[str, int]
    forecast: Mapping[str, Mapping[str, Any]]
    samples: Mapping[str, list[list[Any]]]
    plots: Mapping[str, Any]


def facts(dataset: Dataset, cache: Path) -> Facts:
    """Measure a dataset, or read what was measured before."""
    made_from = f"{_VERSION}\0{dataset.sha256}\0{kept.digest(Path(__file__))}"
    body = kept.keep(cache / "facts", dataset.id, made_from, lambda: _measure(dataset))
    return Facts(**json.loads(body))


def _measure(dataset: Dataset) -> bytes:
    from autograder import data

    with tempfile.TemporaryDirectory(prefix="pioneers-facts-") as name:
        folder = Path(name) / "data"
        data.build(dataset.id, scale=SCALE, seed=PUBLIC_SEED, out=folder)
        frames = _Frames(data.table_paths(folder))
        found = {
            "rows": {table.name: len(frames[table.name]) for table in dataset.tables},
            "forecast": {f"{scale:g}": _forecast(dataset, scale) for scale in SCALES},
            "samples": {
                table.name: _rows(frames[table.name], [each.name for each in table.columns])
                for table in dataset.tables
            },
            "plots": {name: plot(frames) for name, plot in PLOTS.get(dataset.id, {}).items()},
        }
    return json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def _forecast(dataset: Dataset, scale: float) -> dict[str, Any]:
    from autograder import data

    tables = {table.name for table in dataset.tables}
    needs = [need for need in data.forecast(dataset.id, scale=scale, seed=PUBLIC_SEED)
             if need.name in tables]  # fmt: skip
    return {
        "rows": {need.name: need.rows for need in needs},
        "size": bytes_told(sum(need.bytes for need in needs)),
    }


class _Frames:
    """Tables as pandas, each read once."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            import pandas as pd

            self._read[name] = pd.read_parquet(self._paths[name], dtype_backend="pyarrow")
        return self._read[name]


def _rows(frame: Any, columns: list[str]) -> list[list[Any]]:
    table = frame[columns].head(_SHOWN)
    return [[_plain(value) for value in row] for row in table.itertuples(index=False, name=None)]


def _plain(value: Any) -> Any:
    """A value as JSON; a text stays one, everything else is written as a person reads it."""
    if isinstance(value, list | tuple) or type(value).__name__ == "ndarray":
        return [str(each) for each in value]
    if value is None or type(value).__name__ == "NAType":
        return None
    if isinstance(value, int | str):
        return value
    if hasattr(value, "isoformat"):
        return (
            {"said": value.isoformat(sep=" ")} if hasattr(value, "hour") else {"said": f"{value}"}
        )
    return {"said": str(value)}


def _sessions_by_game(frames: _Frames) -> list[int]:
    """Sessions of each game, the most played first."""
    return [int(n) for n in frames["play_sessions"]["game_id"].value_counts().to_list()]


def _sales_by_day(frames: _Frames) -> dict[str, Any]:
    """Sales of each Seoul day by channel, whole days only."""
    sales = frames["purchases"]
    day = sales["purchased_at"].dt.tz_convert("Asia/Seoul").dt.strftime("%Y-%m-%d")
    counted = sales.groupby([day, "channel"]).size().unstack(fill_value=0).sort_index()
    whole = counted.loc["2026-01-01":"2026-03-31"]
    return {
        "days": whole.index.to_list(),
        "series": {str(name): [int(n) for n in whole[name]] for name in sorted(whole.columns)},
    }


def _minutes(frames: _Frames) -> dict[str, int]:
    """Sessions by how long they took, in steps that double."""
    minutes = frames["play_sessions"]["minutes"]
    edges = [1, 5, 10, 20, 40, 80, 160, 320]
    found = {}
    for low, high in zip(edges, [*edges[1:], None], strict=True):
        inside = (minutes >= low) & (minutes < high if high else minutes > 0)
        found[f"{low}–{high - 1}" if high else f"{low}+"] = int(inside.sum())
    return found


def _skills(frames: _Frames) -> dict[str, int]:
    """The ten skills that most postings name; share in percent of all postings."""
    postings = frames["job_postings"]["skills"]
    counted = postings.explode().value_counts()
    most = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))[:10]
    return {str(name): round(100 * int(count) / len(postings)) for name, count in most}


PLOTS: Final[Mapping[str, Mapping[str, Callable[[_Frames], Any]]]] = {
    "games": {
        "sales": _sales_by_day,
        "skew": _sessions_by_game,
        "minutes": _minutes,
        "skills": _skills,
    }
}
"""The plots of each dataset that has some, by their names."""
