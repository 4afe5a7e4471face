"""`cohort init` makes what is missing, once, and leaves alone what people made."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from autograder import assignment, hub
from autograder.cohort import Cohort, setup
from autograder.standin import StandIn
from tests.cohort.conftest import NAME, Run


def test_init_makes_everything_and_a_second_time_nothing(hub: StandIn, cohort: Run) -> None:
    first = cohort("init")
    assert (first.returncode, first.stderr) == (0, "")
    home = hub.repository(NAME)
    assert {label.name for label in home.labels.values()} >= {
        *("week-1", "week-2", "passed", "needs-work", "late", "appeal", "score", "bug")
    }
    days = {each.title: each.due_on.date() for each in home.milestones.values() if each.due_on}
    assert days == {"Week 1": date(2026, 6, 5), "Week 2": date(2026, 6, 10)}
    assert list(hub.files(NAME, "ledger")) == ["README.md"]
    written = len([seen for seen in hub.requests if seen.method != "GET"])
    again = cohort("init")
    assert again.returncode == 0
    assert "made or changed: 0" in again.stdout
    assert len([seen for seen in hub.requests if seen.method != "GET"]) == written


def test_a_dry_run_writes_nothing(hub: StandIn, cohort: Run) -> None:
    done = cohort("init", "--dry-run")
    assert done.returncode == 0
    assert "`week-1`: would be made" in done.stdout
    assert {seen.method for seen in hub.requests} == {"GET"}


def test_what_people_made_stays_and_a_moved_deadline_moves(
    hub: StandIn, cohort: Run, home: Path
) -> None:
    assert cohort("init").returncode == 0
    state = hub.repository(NAME)
    passed = next(label for label in state.labels.values() if label.name == "passed")
    passed.color = "000000"
    file = home / "assignments" / "w2d1-dags" / "assignment.toml"
    file.write_text(file.read_text("utf-8").replace("2026-06-10", "2026-06-12"), "utf-8")
    done = cohort("init")
    assert "`Week 2`: due date brought up to date" in done.stdout
    days = {each.title: each.due_on.date() for each in state.milestones.values() if each.due_on}
    assert days["Week 2"] == date(2026, 6, 12)
    assert passed.color == "000000"


def test_somebody_without_rights_is_told_in_one_line(hub: StandIn, cohort: Run) -> None:
    done = cohort("init", login="haneul-kim")
    assert done.returncode == 3
    assert done.stderr.startswith("pioneers: GitHub answered 40")
    assert len(done.stderr.splitlines()) == 1


def test_an_answer_that_is_late_is_waited_for(hub: StandIn, cohort: Run) -> None:
    hub.fail("GET", "/labels", "secondary_limit", times=1)
    hub.fail("POST", "/milestones", "bad_gateway", times=1)
    assert cohort("init").returncode == 0
    assert len(hub.repository(NAME).milestones) == 2


@pytest.mark.parametrize("words", [("--repository", "nothing"), ("--repository", "a/b/c")])
def test_a_wrong_name_is_a_wrong_call(cohort: Run, words: tuple[str, str]) -> None:
    done = cohort("init", *words)
    assert done.returncode == 2
    assert "owner/name" in done.stderr


def test_the_week_of_a_day_is_that_of_the_cohort_s_zone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIONEERS_ROOT", str(home))
    all_of_them = [assignment.load(path) for path in sorted((home / "assignments").iterdir())]
    assert setup.weeks(all_of_them) == {"week-1": date(2026, 6, 5), "week-2": date(2026, 6, 10)}
    assert setup.weeks(all_of_them, "America/New_York")["week-1"] == date(2026, 6, 4)
    assert setup.weeks([]) == {}


def test_a_due_date_as_github_keeps_it_is_the_same_day(
    hub: StandIn, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub cuts a due date down to midnight, Pacific time: 07:00 or 08:00 UTC."""
    from datetime import UTC, datetime

    monkeypatch.setenv("PIONEERS_ROOT", str(home))
    work = [assignment.load(home / "assignments" / "w1d3-joins")]
    cohort = Cohort(language="en", ledger="folder:x")
    client = hub_client(hub)
    for step in setup.plan(client, cohort, work):
        setup.carry_out(step)
    (milestone,) = hub.repository(NAME).milestones.values()
    for hour in (7, 8):
        milestone.due_on = datetime(2026, 6, 5, hour, tzinfo=UTC)
        assert {step.state for step in setup.plan(client, cohort, work)} == {"there"}
    milestone.due_on = datetime(2026, 6, 4, 7, tzinfo=UTC)
    states = {step.name: step.state for step in setup.plan(client, cohort, work)}
    assert states["Week 1"] == "outdated"


def hub_client(here: StandIn) -> hub.Repository:
    token = here.user_token("garam-example")
    return hub.repository(NAME, hub.connect(token=token, address=here.url))
