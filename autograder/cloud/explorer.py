"""What was spent, by day and service, as Cost Explorer tells it.

Without credits and refunds: they would hide what is used up until the day they end. What it sends
is read as hostile input: an amount that is no number is no amount. Each request costs 0.01 US
dollars (https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from autograder.cloud import aws
from autograder.errors import RemoteError, UsageError
from autograder.text import escape

METRIC = "UnblendedCost"
REQUEST_USD = Decimal("0.01")
DOLLARS = "USD"
MOST_PAGES = 50
_MOST = Decimal(10) ** 12
"""No cohort spends a million millions; whoever says so is wrong."""


@dataclass(frozen=True)
class Charge:
    """What one service cost on one day; negative where something was given back."""

    day: date
    service: str
    amount: Decimal


@dataclass(frozen=True)
class Spending:
    """All charges of some days.

    Attributes:
        currency: of every amount.
        first, last: the days asked for, both among them; days are days of UTC.
        requests: how many it took to ask.
    """

    currency: str
    first: date
    last: date
    charges: tuple[Charge, ...]
    requests: int = 1

    @property
    def total(self) -> Decimal:
        """The sum of all."""
        return sum((charge.amount for charge in self.charges), Decimal(0))

    def by_day(self) -> dict[date, Decimal]:
        """Each day's sum, in order; a day without charges is zero."""
        sums = dict.fromkeys(_days(self.first, self.last), Decimal(0))
        for charge in self.charges:
            sums[charge.day] += charge.amount
        return sums

    def by_service(self) -> dict[str, Decimal]:
        """Each service's sum, the greatest first."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for charge in self.charges:
            sums[charge.service] += charge.amount
        return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

    def since(self, first: date) -> Spending:
        """The charges of that day and later ones."""
        kept = tuple(charge for charge in self.charges if charge.day >= first)
        return Spending(self.currency, max(first, self.first), self.last, kept, self.requests)


def fetch(first: date, last: date, client: Any | None = None) -> Spending:
    """Ask what was spent from the first day to the last, both among them.

    Raises:
        ConfigError: the credentials are absent, wrong or expired.
        RemoteError: this key may not ask, AWS is busy or does not answer, or what it says is no
            sum of money.
        UsageError: it counts in more than one currency.
    """
    client = client or aws.connect("ce")
    charges: list[Charge] = []
    currencies: set[str] = set()
    requests = 0
    for page in _pages(client, first, last):
        requests += 1
        for charge, currency in _charges(page, first, last):
            currencies.add(currency)
            charges.append(charge)
    if len(currencies) > 1:
        raise UsageError(
            f"the account is billed in {' and '.join(sorted(currencies))}, which cannot be added",
            fix="ask for each with Cost Explorer itself",
        )
    return Spending(next(iter(currencies), DOLLARS), first, last, tuple(charges), requests)


def _pages(client: Any, first: date, last: date) -> Iterator[Mapping[str, Any]]:
    """Every page; the client has no paginator for this question."""
    token: dict[str, str] = {}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        with aws.faults("what was spent", right="ce:GetCostAndUsage"):
            page: Mapping[str, Any] = client.get_cost_and_usage(
                # The end is not among the days.
                TimePeriod={"Start": f"{first}", "End": f"{last + timedelta(days=1)}"},
                Granularity="DAILY",
                Metrics=[METRIC],
                GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
                Filter={
                    "Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}
                },
                **token,
            )
        yield page
        following = str(page.get("NextPageToken") or "")
        if not following:
            return
        if following in seen:
            break
        seen.add(following)
        token = {"NextPageToken": following}
    # Every further page would cost money.
    raise RemoteError(
        f"Cost Explorer's answer does not end after {len(seen)} pages", fix="ask for fewer --days"
    )


def _charges(page: Mapping[str, Any], first: date, last: date) -> Iterator[tuple[Charge, str]]:
    """The charges of a page, each with its currency; amounts of nothing count in none."""
    try:
        for result in page["ResultsByTime"]:
            day = date.fromisoformat(str(result["TimePeriod"]["Start"])[:10])
            if not first <= day <= last:
                raise RemoteError(f"Cost Explorer told of {day}, which was not asked")
            for group in result.get("Groups") or ():
                told = group["Metrics"][METRIC]
                amount = _amount(str(told["Amount"]))
                if amount:
                    service = escape.clean(str(group["Keys"][0]), limit=80) or "?"
                    yield Charge(day, service, amount), _currency(str(told["Unit"]))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise RemoteError(
            f"Cost Explorer's answer is not what it must be: {type(error).__name__}"
        ) from error


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) > _MOST:
        raise RemoteError(f"Cost Explorer sent {escape.clean(text, limit=40)!r} as an amount")
    return amount


def _currency(text: str) -> str:
    if re.fullmatch(r"[A-Z]{3}", text) is None:
        raise RemoteError(f"Cost Explorer sent {escape.clean(text, limit=40)!r} as a currency")
    return text


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
