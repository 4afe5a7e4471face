"""What the rows are like: types, ranges, skew, seasons, and dialects that clean to the truth."""

import re
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from autograder.data import names
from autograder.data.audit import ARROW
from autograder.data.draws import Plan
from autograder.data.draws.texts import Titles
from autograder.data.spec_reader import load

KST = timezone(timedelta(hours=9))
Row = dict[str, Any]


def test_schema_is_the_declared_one_and_says_nothing_else(built: Path) -> None:
    for table in load("games").tables:
        schema = pq.read_schema(next((built / table.name).rglob("part-00000.parquet")))
        assert {field.name: field.type for field in schema} == {
            column.name: ARROW[column.type] for column in table.columns
        }
        assert schema.metadata is None


@pytest.mark.parametrize("name", [t.name for t in load("games").tables if not t.dialect])
def test_any_rows_of_any_table_can_be_drawn_by_themselves(name: str) -> None:
    plan, alone = Plan(load("games"), 0.003, 9), Plan(load("games"), 0.003, 9)
    rows = plan.rows(plan.dataset.table(name))
    whole = plan.part(name, 0, rows).to_arrow()
    step = max(rows // 7, 1) + 3
    for start in reversed(range(0, rows, step)):
        stop = min(start + step, rows)
        assert alone.part(name, start, stop).to_arrow().equals(whole.slice(start, stop - start))
    assert alone.part(name, rows, rows).to_arrow().num_rows == 0


def test_games(tables: dict[str, list[Row]]) -> None:
    games = tables["games"]
    assert [game["game_id"] for game in games] == list(range(1, 121))
    assert len({game["title"].casefold() for game in games}) == 120
    titles = [game["title"] for game in games]
    assert 20 < sum(title.isascii() for title in titles) < 100
    assert all(title == " ".join(title.split()) for title in titles)
    assert all(game["released"] < date(2026, 1, 1) for game in games)


def test_all_titles_that_the_word_lists_make_differ() -> None:
    plan = Plan(load("games"), 1000, 3)
    draw = plan.dataset.table("games").column("title").draw
    assert isinstance(draw, Titles)
    total = sum(map(sum, names.title_space(draw.tiers, plan.dataset.words)))
    titles = plan.part("games", 0, total).column("title").words
    assert titles is not None
    assert len({title.casefold() for title in titles.to_pylist()}) == total


def test_users(tables: dict[str, list[Row]]) -> None:
    users = tables["users"]
    assert [user["user_id"] for user in users] == list(range(1, 501))
    assert {user["country"] for user in users} == {"KR", "US", "JP", "DE", "FR"}
    missing = sum(user["birth_year"] is None for user in users)
    assert 10 < missing < 80


def test_purchases(tables: dict[str, list[Row]]) -> None:
    rows = tables["purchases"]
    country = {user["user_id"]: user["country"] for user in tables["users"]}
    home = {"KR": "KRW", "US": "USD", "JP": "JPY", "DE": "EUR", "FR": "EUR"}
    assert [row["purchase_id"] for row in rows] == list(range(1, 4001))
    for row in rows:
        assert row["amount"] > 0
        assert 1 <= row["game_id"] <= 120
        assert 1 <= row["quantity"] <= 3
        assert date(2026, 1, 1) <= row["purchased_at"].astimezone(KST).date() <= date(2026, 3, 31)
        assert (row["user_id"] is None) <= (row["channel"] == "pos")
        expected = "KRW" if row["channel"] == "pos" else home[country[row["user_id"]]]
        assert row["currency"] == expected
        if row["currency"] == "KRW":
            assert row["amount"] % 100 == 0
        if row["currency"] == "JPY":
            assert row["amount"] % 1 == 0


def test_a_few_games_sell_most_and_nobody_buys_everything(tables: dict[str, list[Row]]) -> None:
    games = Counter(row["game_id"] for row in tables["purchases"]).most_common()
    assert sum(count for _, count in games[:12]) > 0.35 * 4000
    assert games[0][1] < 0.2 * 4000
    buyers = Counter(row["user_id"] for row in tables["purchases"] if row["user_id"])
    assert buyers.most_common(1)[0][1] < 80


def test_weekends_sell_more_and_the_night_is_yesterday_in_utc(tables: dict[str, list[Row]]) -> None:
    times = [row["purchased_at"] for row in tables["purchases"]]
    assert 0.40 < sum(time.hour >= 15 for time in times) / 4000 < 0.47
    local = Counter(time.astimezone(KST).date() for time in times)
    assert len(local) == 90
    weekend = [local[day] for day in local if day.weekday() >= 5]
    weekdays = [local[day] for day in local if day.weekday() < 4]
    assert sum(weekend) / len(weekend) > 1.25 * sum(weekdays) / len(weekdays)
    in_utc = Counter(time.date() for time in times)
    assert sum(local[day] != in_utc[day] for day in local) > 80


def test_rates_cover_every_day_and_have_no_won(tables: dict[str, list[Row]]) -> None:
    rates = tables["exchange_rates"]
    days = {date(2025, 12, 31) + timedelta(days=index) for index in range(92)}
    assert {(row["day"], row["currency"]) for row in rates} == {
        (day, currency) for day in days for currency in ("USD", "JPY", "EUR")
    }
    assert len(rates) == 276
    dollars = [row["krw_per_unit"] for row in rates if row["currency"] == "USD"]
    assert all(Decimal(1000) < rate < Decimal(2000) for rate in dollars)
    assert len(set(dollars)) > 80


def truth(tables: dict[str, list[Row]], channel: str) -> Counter[tuple[Any, ...]]:
    fields = ("user_id", "game_id", "quantity", "amount", "currency", "purchased_at")
    rows = [row for row in tables["purchases"] if row["channel"] == channel]
    return Counter(tuple(row[field] for field in fields) for row in rows)


# The three tests below clean by the rules in plain Python, row by row: a second opinion beside
# `autograder.data.clean`, which `verify` uses.


def test_pos_cleans_to_purchases(tables: dict[str, list[Row]]) -> None:
    rows = tables["purchases_pos"]
    distinct = {tuple(row.items()) for row in rows}
    cleaned: Counter[tuple[Any, ...]] = Counter()
    for row in map(dict, distinct):
        sku = row["sku"].strip().upper()
        if sku == "TEST":
            continue
        won = Decimal(re.sub(r"[₩,원\s]", "", row["amount"]))
        member = int(row["member_no"].removeprefix("M")) if row["member_no"] else None
        sold = datetime.strptime(row["sold_at"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)
        game = int(sku.removeprefix("G-"))
        cleaned[member, game, row["quantity"], won, "KRW", sold] += 1
    assert cleaned == truth(tables, "pos")
    assert len(rows) > len(distinct)
    assert {"TEST"} < {row["sku"] for row in rows}
    assert {row["member_no"] for row in rows} > {None, ""}
    receipts = [row["receipt_no"] for row in map(dict, distinct)]
    assert len(receipts) == len(set(receipts))
    shapes = {re.sub(r"\d+", "9", row["amount"]) for row in rows}
    assert {"₩9,9", " 9원 ", "9,9"} <= shapes


def test_online_cleans_to_purchases(tables: dict[str, list[Row]]) -> None:
    rows = tables["purchases_online"]
    last: dict[int, Row] = {}
    for row in rows:
        assert row["loaded_at"] > row["ordered_at"]
        if row["order_id"] in last:
            assert row["loaded_at"] != last[row["order_id"]]["loaded_at"]
        if row["order_id"] not in last or row["loaded_at"] > last[row["order_id"]]["loaded_at"]:
            last[row["order_id"]] = row
    fields = ("user_id", "game_id", "quantity", "amount", "currency", "ordered_at")
    paid = [row for row in last.values() if row["status"] == "paid"]
    assert Counter(tuple(row[field] for field in fields) for row in paid) == truth(tables, "online")
    # Each shortcut gives something else: no cleaning, the first row of an order, paid rows only.
    first = {row["order_id"]: row for row in reversed(rows)}
    for shortcut in (rows, [row for row in rows if row["status"] == "paid"], first.values()):
        kept = [row for row in shortcut if row["status"] == "paid"]
        sold = Counter(tuple(row[field] for field in fields) for row in kept)
        assert sold != truth(tables, "online")


def test_partner_cleans_to_purchases(tables: dict[str, list[Row]]) -> None:
    rows = tables["purchases_partner"]
    game = {row["title"].lower(): row["game_id"] for row in tables["games"]}
    distinct = [dict(row) for row in {tuple(row.items()) for row in rows}]
    cleaned: Counter[tuple[Any, ...]] = Counter()
    for row in distinct:
        if row["gross_cents"] > 0:
            amount = Decimal(row["gross_cents"]) / 100
            title = game[row["game_title"].strip().lower()]
            sold = datetime.fromisoformat(row["sold_on"])
            buyer, ccy = int(row["buyer"]), row["ccy"].upper()
            cleaned[buyer, title, row["quantity"], amount, ccy, sold] += 1
    assert cleaned == truth(tables, "partner")
    assert len(rows) > len(distinct)
    assert any(row["gross_cents"] < 0 for row in rows)
    assert {row["sold_on"][-6:] for row in rows} == {"-08:00", "+09:00"}
    assert len({row["txn"] for row in distinct}) == len(distinct)
    exact = {row["title"] for row in tables["games"]}
    assert any(row["game_title"] not in exact for row in rows)
