"""Spending in words: a page for the terminal, a warning for Discord, plain values for programs.

Pure; `cloud.cost` and `cloud.warn` of the catalogue have the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from autograder.cloud import chart
from autograder.cloud.explorer import REQUEST_USD, Spending
from autograder.cloud.forecast import Level, Outlook, level
from autograder.text.catalogue import Catalogue

MOST_SERVICES, TOP = 12, 3


@dataclass(frozen=True)
class View:
    """What is told of an account.

    Attributes:
        spending: the days to show.
        seen: the month, as seen from its last settled day.
        budget: US dollars a month, if there is one.
        new: the level that is to be warned of today.
    """

    spending: Spending
    seen: Outlook
    budget: Decimal | None = None
    new: Level = "none"

    @property
    def level(self) -> Level:
        """How the month stands against its budget."""
        return "none" if self.budget is None else level(self.seen, self.budget)

    def money(self, amount: Decimal) -> str:
        """An amount as people read it: `1,234.50 USD`; never a negative zero."""
        return f"{round(amount, 2) + Decimal(0):,.2f} {self.spending.currency}"


def page(view: View, words: Catalogue) -> Iterator[str]:
    """Lines for the terminal: days, services, the month, the budget."""
    spending, seen = view.spending, view.seen
    asked = f"{spending.requests * REQUEST_USD} USD"
    yield _say(
        words,
        "cloud.cost.head",
        first=f"{spending.first}",
        last=f"{spending.last}",
        total=view.money(spending.total),
        asked=asked,
    )
    for day, bar, amount in chart.bars(spending.by_day()):
        yield f"{day} {round(amount, 2) + Decimal(0):>12,.2f} {bar}"
    services = list(spending.by_service().items())
    for service, amount in services[:MOST_SERVICES]:
        yield f"{view.money(amount):>20}  {service}"
    if rest := services[MOST_SERVICES:]:
        others = view.money(sum((amount for _, amount in rest), Decimal(0)))
        yield _say(words, "cloud.cost.rest", count=len(rest), amount=others)
    yield _say(
        words,
        "cloud.cost.month",
        month=f"{seen.settled:%Y-%m}",
        settled=f"{seen.settled}",
        spent=view.money(seen.spent),
        forecast=view.money(seen.forecast),
        rate=view.money(seen.rate),
        left=seen.left,
    )
    if view.budget is not None:
        yield _say(words, f"cloud.cost.{view.level}", budget=view.money(view.budget))


def warning(view: View, everything: Spending, words: Catalogue) -> str:
    """The message for Discord: the level reached, and what the month's money went into.

    Args:
        view: its `new` is any level but `none`, and it has a budget.
        everything: the charges of the whole month.
        words: in the cohort's language.
    """
    seen = view.seen
    lines = [
        words.say(
            f"cloud.warn.{view.new}",
            month=f"{seen.settled:%Y-%m}",
            budget=view.money(view.budget or Decimal(0)),
            spent=view.money(seen.spent),
            forecast=view.money(seen.forecast),
            settled=f"{seen.settled}",
        )
    ]
    month = everything.since(seen.settled.replace(day=1)).by_service()
    for service, amount in list(month.items())[:TOP]:
        told = view.money(amount)
        lines.append(words.say("cloud.warn.service", service=service, amount=told))
    return "\n".join([*lines, words.say("cloud.warn.next")])


def plain(view: View) -> dict[str, Any]:
    """The same for programs; amounts are decimal text, exact as Cost Explorer sent them."""
    spending, seen = view.spending, view.seen
    return {
        "format_version": 1,
        "currency": spending.currency,
        "first": f"{spending.first}",
        "last": f"{spending.last}",
        "total": f"{spending.total:f}",
        "days": {f"{day}": f"{amount:f}" for day, amount in spending.by_day().items()},
        "services": {name: f"{amount:f}" for name, amount in spending.by_service().items()},
        "month": {
            "settled": f"{seen.settled}",
            "spent": f"{seen.spent:f}",
            "rate": f"{seen.rate:f}",
            "forecast": f"{seen.forecast:f}",
        },
        "budget": None if view.budget is None else f"{view.budget:f}",
        "level": view.level,
        "new": view.new,
        "requests": spending.requests,
    }


def _say(words: Catalogue, key: str, **params: Any) -> str:
    """A sentence for the terminal, which shows names without backticks."""
    return words.say(key, **params).replace("`", "")
