"""Spending as pictures: bars of each day in the terminal, and a file drawn by matplotlib.

Labels of the file are English: the fonts that come with matplotlib know no Hangul.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from autograder.cloud.explorer import Spending
from autograder.errors import UsageError
from autograder.files import write_whole

FORMATS = (".png", ".svg")
_SHOWN = 5
_WIDTH = 40


def bars(by_day: dict[date, Decimal]) -> Iterator[tuple[date, str, Decimal]]:
    """Each day with a bar as long as its share of the dearest day; no bar for what was given back.

    Yields:
        day, bar of 0 to 40 blocks, amount.
    """
    dearest = max(by_day.values(), default=Decimal(0))
    for day, amount in by_day.items():
        length = round(_WIDTH * amount / dearest) if amount > 0 else 0
        # What cost anything at all is to be seen.
        yield day, "█" * max(length, 1 if amount > 0 else 0), amount


def proven(path: Path) -> Path:
    """The path itself.

    Raises:
        UsageError: matplotlib would not know from its ending what to draw, or there is no folder.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: no picture ends like that", fix=f"use {' or '.join(FORMATS)}")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: no place for a file", fix="name a file in a folder that exists")
    return path


def save(spending: Spending, path: Path) -> bool:
    """Draw the days as stacked bars, the dearest services apart; False without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    axes = figure.subplots()
    days = list(spending.by_day())
    positive, negative = [0.0] * len(days), [0.0] * len(days)
    for service, amounts in _layers(spending, days):
        heights = [float(amount) for amount in amounts]
        bottoms = [
            positive[each] if height >= 0 else negative[each] for each, height in enumerate(heights)
        ]
        axes.bar([f"{day:%m-%d}" for day in days], heights, bottom=bottoms, label=_plain(service))
        for each, height in enumerate(heights):
            (positive if height >= 0 else negative)[each] += height
    axes.set_ylabel(f"{spending.currency} a day")
    axes.tick_params(axis="x", labelrotation=90, labelsize=7)
    axes.grid(axis="y", alpha=0.3)
    if spending.charges:
        for text in axes.legend(fontsize=8).get_texts():
            text.set_parse_math(False)  # a dollar sign in a name begins no formula
    held = io.BytesIO()
    figure.savefig(
        held,
        format=path.suffix[1:].lower(),
        dpi=150,
        metadata={"Date": None} if path.suffix.lower() == ".svg" else None,
    )
    write_whole(path, held.getvalue())
    return True


def _layers(spending: Spending, days: list[date]) -> Iterator[tuple[str, list[Decimal]]]:
    """The dearest services one by one, then all others as one; each with an amount a day."""
    names = list(spending.by_service())
    apart = names[:_SHOWN] if len(names) > _SHOWN + 1 else names
    sums: dict[str, dict[date, Decimal]] = {name: {} for name in apart}
    for charge in spending.charges:
        layer = sums.setdefault(charge.service if charge.service in apart else "others", {})
        layer[charge.day] = layer.get(charge.day, Decimal(0)) + charge.amount
    for name, by_day in sums.items():
        yield name, [by_day.get(day, Decimal(0)) for day in days]


def _plain(service: str) -> str:
    """A legend entry: ASCII, since a missing glyph is a warning, and none that hides itself."""
    return service.encode("ascii", "replace").decode().lstrip("_") or "?"
