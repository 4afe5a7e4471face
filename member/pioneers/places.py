"""Where the data are looked for, and which data are wanted there.

Reads variables, `cohort.toml` and the assignment of the folder that the notebook runs in; it
opens no data.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from pioneers.errors import fault

MOUNT = "PIONEERS_MOUNT"
"""Set by the grader: the folder with the data, or empty where the assignment has none."""

DATASET, SCALE, SEED = "games", 0.01, 42
"""What is wanted where nothing says otherwise; the seed is that of the public data."""

_BUCKET = re.compile(r"s3a?://[a-z0-9][a-z0-9.-]{1,62}(/[^?#\\]*)?")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")


class Place(NamedTuple):
    """Where to look.

    Attributes:
        base: a folder, or an address that begins with `s3://`; no slash at its end.
        found: `mount`, `said` or `cache`.
    """

    base: str
    found: str
    anonymous: bool = False

    @property
    def remote(self) -> bool:
        """Whether it is a bucket."""
        return self.base.startswith("s3://")


class Wanted(NamedTuple):
    """Which data are wanted.

    Attributes:
        tables: those of the assignment; None where the notebook belongs to none.
    """

    dataset: str = DATASET
    scale: float = SCALE
    seed: int = SEED
    tables: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """The name of these data and of their folder, such as "games@0.01#42"."""
        return f"{self.dataset}@{_number(self.scale)}#{self.seed}"

    @property
    def key(self) -> str:
        """Where they are below a published prefix, such as "games/scale=0.01/seed=42"."""
        return f"{self.dataset}/scale={_number(self.scale)}/seed={self.seed}"

    @property
    def command(self) -> str:
        """The command that makes them."""
        if self[:3] == (DATASET, SCALE, SEED):
            return "`./pioneers data build`"
        scale = _number(self.scale)
        return f"`./pioneers data build {self.dataset} --scale {scale} --seed {self.seed}`"


class _Choice(NamedTuple):
    """What `use` was told."""

    place: Place | None = None
    dataset: str | None = None
    scale: float | None = None
    seed: int | None = None


_chosen = _Choice()


def choose(
    place: str | os.PathLike[str] | None,
    dataset: str | None,
    scale: float | None,
    seed: int | None,
    anonymous: bool,
) -> None:
    """Keep what `use` was told.

    Raises:
        DataError: it cannot be used.
    """
    global _chosen
    where = None if place is None else _place(place, anonymous)
    for key, given, good in (
        ("bad_dataset", dataset, _is_name),
        ("bad_scale", scale, _is_scale),
        ("bad_seed", seed, _is_seed),
    ):
        if given is not None and not good(given):
            raise fault(key, given=given)
    _chosen = _Choice(where, dataset, scale, seed)


def place() -> Place:
    """Where to look; the order is told at the top of the package.

    Raises:
        DataError: nowhere, or a variable names what is no place.
    """
    if (mount := os.environ.get(MOUNT)) is not None:
        if not mount:
            raise fault("no_data_here")
        return Place(mount, "mount")
    if _chosen.place is not None:
        return _chosen.place
    if said := os.environ.get("PIONEERS_DATA"):
        return _place(said, anonymous=False)
    if (cache := _cache()) is None:
        raise fault("no_repository")
    return Place(str(cache / "data"), "cache")


def wanted() -> Wanted:
    """Which data: what `use` said, else what the assignment of this folder asks for."""
    asked = _of_assignment()
    return Wanted(
        _chosen.dataset or asked.dataset,
        _chosen.scale or asked.scale,
        asked.seed if _chosen.seed is None else _chosen.seed,
        asked.tables,
    )


def declared(dataset: str) -> frozenset[str]:
    """The tables that the repository declares for a dataset; none outside a repository."""
    if (root := _root()) is None:
        return frozenset()
    files = (root / "datasets" / dataset).glob("*.toml")
    return frozenset(path.stem for path in files) - {"dataset"}


def cohort_language() -> str:
    """The language that `cohort.toml` names; empty where there is none."""
    return str(_toml(folder / "cohort.toml").get("language", "")) if (folder := _root()) else ""


def _place(said: Any, anonymous: bool) -> Place:
    """A folder or a bucket, from what somebody wrote."""
    text = os.fspath(said) if isinstance(said, str | os.PathLike) else ""
    if _BUCKET.fullmatch(text):
        return Place("s3://" + text.partition("://")[2].rstrip("/"), "said", anonymous)
    text = text.removeprefix("file://")
    if not text or "://" in text or "\0" in text:
        raise fault("bad_place", place=said)
    return Place(os.path.abspath(os.path.expanduser(text)), "said")  # noqa: PTH100, PTH111


def _root() -> Path | None:
    """The cohort's repository: `PIONEERS_ROOT`, that of this file, or one around the notebook."""
    if named := os.environ.get("PIONEERS_ROOT"):
        return Path(named)
    here = Path(__file__).resolve()
    folders = [*here.parents[2:3], *_around()]
    return next((each for each in folders if (each / "cohort.toml").is_file()), None)


def _cache() -> Path | None:
    if named := os.environ.get("PIONEERS_CACHE"):
        return Path(named).resolve()
    return root / ".pioneers" if (root := _root()) else None


def _around() -> list[Path]:
    """The folder that the notebook runs in, and those above it."""
    try:
        cwd = Path.cwd()
    except OSError:  # it has been removed
        return []
    return [cwd, *cwd.parents]


def _of_assignment() -> Wanted:
    """What the assignment asks for that this folder, or one above it, is named for."""
    if (root := _root()) is None or MOUNT in os.environ:
        return Wanted()
    for folder in _around():
        for home in (root / "assignments", root / "assignments" / "challenges"):
            if (path := home / folder.name / "assignment.toml").is_file():
                return _read(_toml(path).get("data"))
    return Wanted()


def _read(asked: Any) -> Wanted:
    """The `[data]` of an assignment; what is wrong in it is for `pioneers validate` to say."""
    if not isinstance(asked, dict):
        return Wanted()
    dataset, scale, tables = (asked.get(key) for key in ("dataset", "scale", "tables"))
    return Wanted(
        str(dataset) if _is_name(dataset) else DATASET,
        float(scale or SCALE) if _is_scale(scale) else SCALE,
        SEED,
        tuple(map(str, tables)) if isinstance(tables, list) and tables else None,
    )


def _is_name(given: object) -> bool:
    return isinstance(given, str) and _NAME.fullmatch(given) is not None


def _is_scale(given: object) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return math.isfinite(given) and given > 0


def _is_seed(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 0


def _number(scale: float) -> str:
    return repr(float(scale)).removesuffix(".0")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
