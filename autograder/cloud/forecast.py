"""What a month will have cost, and whether today is the day to warn. Pure.

The rule, in one line: what the month has cost so far, and for each day left the greater of two
medians, that of the last seven days and that of the last three. A median lets one odd day pass, a
subscription billed on the first or a test that was cleaned up; the shorter one sees on its second
day that something was left running.

Only settled days count. Cost Explorer is up to a day behind and goes on mending a day's sum, so a
judgement on younger days would change under a warning's feet.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal

Level = Literal["none", "near", "over", "spent"]
"""`near`: the month will cost 80 % of the budget or more. `over`: all of it. `spent`: it has."""
LEVELS: tuple[Level, ...] = ("none", "near", "over", "spent")
NEAR = Decimal("0.8")
SETTLE_DAYS = 2
LONG, SHORT = 7, 3


@dataclass(frozen=True)
class Outlook:
    """A month as seen from its last settled day.

    Attributes:
        settled: that day; the month is its month.
        spent: what the month has cost up to that day.
        rate: what each day left is taken to cost.
        left: how many days are left.
    """

    settled: date
    spent: Decimal
    rate: Decimal
    left: int

    @property
    def forecast(self) -> Decimal:
        """What the whole month will have cost."""
        return self.spent + self.rate * self.left


def settled_on(today: date) -> date:
    """The last day whose sum no longer changes."""
    return today - timedelta(days=SETTLE_DAYS)


def first_needed(settled: date) -> date:
    """The first day that `warning` looks at."""
    return settled.replace(day=1) - timedelta(days=LONG - 1)


def outlook(by_day: Mapping[date, Decimal], settled: date) -> Outlook:
    """The month of a day, as seen from that day; days not told of are taken as zero."""
    spent = sum(
        (_on(by_day, settled.replace(day=day + 1)) for day in range(settled.day)), Decimal(0)
    )
    rate = max(_median(by_day, settled, LONG), _median(by_day, settled, SHORT), Decimal(0))
    length = calendar.monthrange(settled.year, settled.month)[1]
    return Outlook(settled, spent, rate, length - settled.day)


def level(seen: Outlook, budget: Decimal) -> Level:
    """How a month stands against its budget."""
    if seen.spent >= budget:
        return "spent"
    if seen.forecast >= budget:
        return "over"
    return "near" if seen.forecast >= NEAR * budget else "none"


def warning(by_day: Mapping[date, Decimal], settled: date, budget: Decimal) -> Level:
    """The level to warn of today: reached today, and on no earlier day of the month.

    Asked once a day, it warns once of each level in a month, and needs no memory for that: earlier
    days are judged again from the same settled sums. A day on which nobody asks is a warning lost;
    the budget's own mail from AWS does not depend on it.
    """
    now = level(outlook(by_day, settled), budget)
    days = (settled.replace(day=number) for number in range(1, settled.day))
    before = max((LEVELS.index(level(outlook(by_day, day), budget)) for day in days), default=0)
    return now if LEVELS.index(now) > before else "none"


def _median(by_day: Mapping[date, Decimal], settled: date, days: int) -> Decimal:
    return median(_on(by_day, settled - timedelta(days=number)) for number in range(days))


def _on(by_day: Mapping[date, Decimal], day: date) -> Decimal:
    return by_day.get(day, Decimal(0))
