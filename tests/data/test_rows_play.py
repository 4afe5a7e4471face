"""What the rows of sessions and tags are like: clocks, seasons, skew, tastes, packs of counts."""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from autograder.data.draws import Plan
from autograder.data.draws.calendar import LocalTime
from autograder.data.seasons import day_number
from autograder.data.spec_reader import load

Row = dict[str, Any]
Tables = dict[str, list[Row]]

ZONES = {
    "KR": {"Asia/Seoul"},
    "JP": {"Asia/Tokyo"},
    "DE": {"Europe/Berlin"},
    "FR": {"Europe/Paris"},
    "US": {"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"},
}


def test_sessions(tables: Tables) -> None:
    rows = tables["play_sessions"]
    assert [row["session_id"] for row in rows] == list(range(1, 10_001))
    assert all(1 <= row["user_id"] <= 500 and 1 <= row["game_id"] <= 120 for row in rows)
    assert all(1 <= row["minutes"] < 900 and 0 <= row["achievements"] <= 5 for row in rows)
    assert 0.31 < sum(row["score"] is None for row in rows) / 10_000 < 0.39


def test_sessions_go_through_the_days_in_order_and_months_are_in_utc(tables: Tables) -> None:
    rows = tables["play_sessions"]
    days = [row["started_at"].date() for row in rows]
    assert days == sorted(days)
    assert len(set(days)) == 90
    assert {row["month"] for row in rows} == {"2026-01", "2026-02", "2026-03"}
    assert all(row["month"] == f"{row['started_at']:%Y-%m}" for row in rows)


def test_players_keep_the_clock_of_where_they_live(tables: Tables) -> None:
    country = {user["user_id"]: user["country"] for user in tables["users"]}
    zones: dict[int, set[str]] = defaultdict(set)
    hours: dict[str, Counter[int]] = defaultdict(Counter)
    for row in tables["play_sessions"]:
        zones[row["user_id"]].add(row["zone"])
        if row["device"] == "console":
            local = row["started_at"].astimezone(ZoneInfo(row["zone"]))
            hours[country[row["user_id"]]][local.hour] += 1
    for user, found in zones.items():
        assert len(found) == 1
        assert found <= ZONES[country[user]]
    # Nobody wakes at four for a console: whatever the zone, the local night is empty.
    for of_hour in hours.values():
        assert of_hour[4] == of_hour[5] == of_hour[6] == 0
        evening = sum(of_hour[hour] for hour in range(18, 24))
        assert evening / of_hour.total() > 0.4


def test_declared_zones_are_those_of_the_time_zone_database() -> None:
    draw = load("games").table("play_sessions").column("started_at").draw
    assert isinstance(draw, LocalTime)
    for name, zone in draw.zones.items():
        for day, offset in zip(draw.season.days, zone.offsets(draw.season).tolist(), strict=True):
            # At noon: the hour at which clocks change is that of no day as a whole.
            noon = datetime.combine(day, time(12), ZoneInfo(name))
            assert noon.utcoffset() == timedelta(hours=offset), (name, day)


def test_most_sessions_are_short_and_phones_are_quick(tables: Tables) -> None:
    minutes: dict[str, list[int]] = defaultdict(list)
    for row in tables["play_sessions"]:
        minutes[row["device"]].append(row["minutes"])
    median = {device: np.median(found) for device, found in minutes.items()}
    assert 9 <= median["mobile"] <= 15
    assert 45 <= median["pc"] <= 60
    assert np.percentile(minutes["pc"], 99) > 6 * median["pc"]


def test_weekends_and_seollal_are_busy(tables: Tables) -> None:
    of_day = Counter(row["started_at"].date() for row in tables["play_sessions"])
    weekdays = [count for day, count in of_day.items() if day.weekday() < 4]
    usual = float(np.median(weekdays))
    assert np.mean([of_day[day] for day in of_day if day.weekday() == 5]) > 1.4 * usual
    assert of_day[date(2026, 2, 17)] > 1.15 * usual  # a Tuesday


def test_what_sells_is_played_and_friends_share_a_taste(tables: Tables) -> None:
    sold = Counter(row["game_id"] for row in tables["purchases"]).most_common(10)
    played = Counter(row["game_id"] for row in tables["play_sessions"]).most_common(10)
    assert len({game for game, _ in sold} & {game for game, _ in played}) >= 5
    assert 0.07 < played[0][1] / 10_000 < 0.2
    genre = {game["game_id"]: game["genre"] for game in tables["games"]}
    tastes: dict[int, Counter[str]] = defaultdict(Counter)
    for row in tables["play_sessions"]:
        tastes[row["user_id"]][genre[row["game_id"]]] += 1
    favourite = {user: found.most_common(1)[0][0] for user, found in tastes.items()}
    overall = Counter(favourite.values())
    by_chance = sum((count / len(favourite)) ** 2 for count in overall.values())
    pairs = [(row["user_a"], row["user_b"]) for row in tables["friendships"]]
    known = [pair for pair in pairs if pair[0] in favourite and pair[1] in favourite]
    same = sum(favourite[low] == favourite[high] for low, high in known) / len(known)
    assert same > by_chance + 0.08


def test_a_few_games_get_most_of_a_million_sessions() -> None:
    plan = Plan(load("games"), 1, 3)
    games = plan.part("play_sessions", 300_000, 360_000).column("game_id").values
    counts = np.sort(np.bincount(games))[::-1]
    assert 0.30 < counts[:20].sum() / 60_000 < 0.50


def test_tags(tables: Tables) -> None:
    rows = tables["tags"]
    assert len({(row["game_id"], row["tag"]) for row in rows}) == len(rows)
    of_game = Counter(row["game_id"] for row in rows)
    # 120 games are six packs of twenty, and each pack is as declared.
    assert Counter(of_game.values()) == {1: 6, 2: 24, 3: 48, 4: 30, 5: 12}
    assert list(of_game) == sorted(of_game)
    genre = {game["game_id"]: game["genre"] for game in tables["games"]}
    puzzles = {row["tag"] for row in rows if genre[row["game_id"]] == "puzzle"}
    assert "축구" not in puzzles
    assert any(tag.isascii() for tag in puzzles)
    assert any(not tag.isascii() for tag in puzzles)


def test_months_begin_where_their_first_row_is() -> None:
    plan = Plan(load("games"), 0.01, 11)
    table = plan.dataset.table("play_sessions")
    days = plan.part("play_sessions", 0, plan.rows(table)).column("started_at").values // 86_400
    for month, start in plan.months(table):
        first = day_number(date.fromisoformat(f"{month}-01"))
        assert days[start] >= first
        assert start == 0 or days[start - 1] < first
