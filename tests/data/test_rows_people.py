"""What the rows of friends, parties and job postings are like."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from autograder.data.draws import Plan, to_array
from autograder.data.draws.several import Subset
from autograder.data.spec_reader import load

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def circle(tables: Tables) -> dict[int, set[int]]:
    """Return everybody's friends."""
    friends: dict[int, set[int]] = defaultdict(set)
    for row in tables["friendships"]:
        friends[row["user_a"]].add(row["user_b"])
        friends[row["user_b"]].add(row["user_a"])
    return friends


def test_each_pair_of_friends_stands_once(tables: Tables) -> None:
    rows = tables["friendships"]
    assert all(1 <= row["user_a"] < row["user_b"] <= 500 for row in rows)
    assert len({(row["user_a"], row["user_b"]) for row in rows}) == len(rows) == 1954
    joined = {user["user_id"]: user["joined"] for user in tables["users"]}
    for row in rows:
        assert row["since"] >= max(joined[row["user_a"]], joined[row["user_b"]])


def test_few_have_many_friends_and_friends_of_friends_are_friends(tables: Tables) -> None:
    friends = circle(tables)
    degrees = sorted((len(found) for found in friends.values()), reverse=True)
    assert degrees[0] > 100
    assert np.median(degrees) < 10
    assert sum(degrees[:50]) > 0.3 * sum(degrees)
    shares = []
    for found in friends.values():
        pairs = list(combinations(sorted(found), 2))
        if pairs:
            shares.append(sum(high in friends[low] for low, high in pairs) / len(pairs))
    by_chance = np.mean(degrees) / 500
    assert np.mean(shares) > 6 * by_chance


@pytest.mark.parametrize("scale", [1e-6, 0.0013, 0.03])
def test_pairs_are_unique_however_few_people_there_are(scale: float) -> None:
    plan = Plan(load("games"), scale, 5)
    rows = plan.rows(plan.dataset.table("friendships"))
    part = plan.part("friendships", 0, rows)
    low, high = part.column("user_a").values, part.column("user_b").values
    assert (low < high).all()
    assert len({*zip(low.tolist(), high.tolist(), strict=True)}) == rows > 0


def test_parties_have_a_host_and_guests_who_are_mostly_friends(tables: Tables) -> None:
    friends = circle(tables)
    members: dict[int, list[int]] = defaultdict(list)
    for row in tables["party_members"]:
        members[row["party_id"]].append(row["user_id"])
    parties = {row["party_id"]: row for row in tables["parties"]}
    assert list(parties) == list(range(1, 601)) == list(members)
    assert Counter(map(len, members.values())) == {2: 270, 3: 180, 4: 120, 5: 30}
    known = guests = 0
    for party, found in members.items():
        assert len(set(found)) == len(found)
        assert found[0] == parties[party]["host_id"]
        guests += len(found) - 1
        known += sum(guest in friends[found[0]] for guest in found[1:])
    assert 0.75 < known / guests < 0.97
    times = [row["formed_at"] for row in parties.values()]
    assert times[0] < times[300] < times[-1]


def test_job_postings(tables: Tables) -> None:
    rows = tables["job_postings"]
    assert {row["year"] for row in rows} == set(range(2020, 2027))
    for row in rows:
        assert row["skills"]
        assert len(set(row["skills"])) == len(row["skills"])
        assert (row["salary_min"] is None) == (row["salary_max"] is None)
        if row["salary_min"] is not None:
            assert 20_000_000 <= row["salary_min"] < row["salary_max"] < 200_000_000
            assert row["salary_min"] % 1_000_000 == 0
        assert "{" not in row["description"]
    assert 0.30 < sum(row["salary_min"] is None for row in rows) / 1200 < 0.55
    assert any(row["role"] in row["description"] for row in rows)
    assert any(row["company"] in row["description"] for row in rows)


def test_skills_asked_for_move_with_the_years() -> None:
    plan = Plan(load("games"), 1, 2)
    rows = plan.part("job_postings", 0, 12_000).to_arrow().to_pylist()

    def share(skill: str, year: int) -> float:
        of_year = [row for row in rows if (row["role"], row["year"]) == ("Data Engineer", year)]
        return sum(skill in row["skills"] for row in of_year) / len(of_year)

    assert share("dbt", 2020) < 0.05 < 0.25 < share("dbt", 2026)
    assert share("Hadoop", 2020) > 0.4 > 0.2 > share("Hadoop", 2026)
    assert 0.3 < share("Airflow", 2023) < 0.65
    spelt = {skill for row in rows for skill in row["skills"]}
    assert {"Spark", "Apache Spark", "스파크", "k8s", "Kubernetes"} <= spelt


def test_every_posting_asks_for_something() -> None:
    dataset = load("games")
    table = dataset.table("job_postings")
    column = table.column("skills")
    assert isinstance(column.draw, Subset)
    rare = {role: {"SQL": (1, 1), "Python": (2, 2)} for role in column.draw.percent}
    draw = replace(column.draw, percent=rare, spellings={})
    found = draw.draw(Plan(dataset, 0.01, 1).part("job_postings", 0, 1200), column)
    lists = to_array(found, column.type).to_pylist()
    assert lists.count(["Python"]) > 1100  # what is asked for most, where chance gave nothing
    assert [] not in lists
