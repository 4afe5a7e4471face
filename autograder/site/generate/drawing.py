"""Plots as inline SVG: lines, steps and bars that take the page's own colours, light and dark.

No library draws them: a plot is a few paths, weighs a few kilobytes and needs no font of its own.
Each has a text alternative. Labels come as plain text and are escaped here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

WIDTH, HEIGHT = 520, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 64, 22, 34
_SERIES: Final = ("s0", "s1", "s2", "s3")
"""Classes that the theme gives the page's own colours; dashes tell them apart without any."""
_DASHES: Final = ("none", "7 3", "2 3", "9 3 2 3")


def lines(
    series: Mapping[str, Sequence[float]], ticks: Mapping[int, str], *, title: str, unit: str
) -> str:
    """One line for each series over the same places.

    Args:
        ticks: labels of places along the horizontal axis.
        title: the text alternative.
        unit: what is counted, along the vertical axis.
    """
    count = max(len(values) for values in series.values())
    top = nice(max(max(values) for values in series.values()))
    parts = [_vertical(top, unit)]
    parts += [_tick(_across(place, count), label) for place, label in ticks.items()]
    ends = _apart([_up(values[-1], top) for values in series.values()])
    for number, ((name, values), end) in enumerate(zip(series.items(), ends, strict=True)):
        path = " ".join(
            f"{'M' if not place else 'L'}{_across(place, count):.1f} {_up(value, top):.1f}"
            for place, value in enumerate(values)
        )
        kind, dash = _SERIES[number % 4], _DASHES[number % 4]
        parts.append(f'<path class="{kind}" d="{path}" stroke-dasharray="{dash}"/>')
        x = WIDTH - _RIGHT + 6
        parts.append(f'<text class="{kind}" x="{x}" y="{end + 4:.1f}">{escape(name)}</text>')
    return _svg(parts, title)


def columns(values: Mapping[str, float], *, title: str, unit: str, every: int = 1) -> str:
    """Upright bars with a label below the first and every so many-th of them."""
    top, count = nice(max(values.values())), len(values)
    width = (WIDTH - _LEFT - _RIGHT) / count
    parts = [_vertical(top, unit)]
    for number, (label, value) in enumerate(values.items()):
        x, y = _LEFT + number * width, _up(value, top)
        gap = 0 if count > 30 else width * 0.15
        parts.append(
            f'<rect class="s0" x="{x + gap:.1f}" y="{y:.1f}" width="{width - 2 * gap:.1f}"'
            f' height="{HEIGHT - _BOTTOM - y:.1f}"/>'
        )
        if number == 0 or (number + 1) % every == 0:
            parts.append(_tick(x + width / 2, label))
    return _svg(parts, title)


def bars(values: Mapping[str, float], *, title: str, mark: str) -> str:
    """Lying bars, each with its name before it and its value behind it."""
    step, left = 26, 108
    height = step * len(values) + 12
    most = max(values.values())
    parts = []
    for number, (label, value) in enumerate(values.items()):
        y, width = 6 + number * step, (WIDTH - left - 60) * value / most
        parts.append(
            f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="s0" x="{left}" y="{y + 3}" width="{width:.1f}" height="{step - 7}"/>'
            f'<text x="{left + width + 6:.1f}" y="{y + 15}">{value:g}{escape(mark)}</text>'
        )
    return _svg(parts, title, height)


def nice(value: float) -> float:
    """A round number not below `value`: the end of an axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10):
        if value <= step * power:
            return float(step * power)
    return float(ceil(value))


def _across(place: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * place / max(count - 1, 1)


def _up(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / top


def _vertical(top: float, unit: str) -> str:
    """Four lines across, each with its number, and what is counted."""
    parts = []
    for quarter in range(5):
        value = top * quarter / 4
        y = _up(value, top)
        strength = 0.5 if not quarter else 0.15
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="currentColor"'
            f' stroke-opacity="{strength}"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,.4g}</text>'
        )
    parts.append(f'<text x="{_LEFT}" y="{_TOP - 9}" font-size="12">{escape(unit)}</text>')
    return "".join(parts)


def _tick(x: float, label: str) -> str:
    y = HEIGHT - _BOTTOM + 18
    return f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{escape(label)}</text>'


def _apart(places: Sequence[float]) -> list[float]:
    """Heights of labels, moved so that none lies on another."""
    moved = list(places)
    order = sorted(range(len(moved)), key=lambda number: moved[number])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + 15)
    return moved


def _svg(parts: Sequence[str], title: str, height: int = HEIGHT) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}"'
        f' fill="currentColor" font-size="12">{"".join(parts)}</svg>'
    )
