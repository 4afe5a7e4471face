"""Issues, comments, reactions, labels and milestones through PyGithub."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from github import GithubException
from github.Repository import Repository

from autograder.standin import StandIn
from tests.standin.conftest import HOME, Ask, Open, refused


def test_a_comment_written_changed_removed(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    made = pull.create_issue_comment("안녕 <b>")
    assert (made.body, made.user.login, made.user.type) == (
        "안녕 <b>",
        "github-actions[bot]",
        "Bot",
    )
    hub.comment(1, "haneul-example", "thanks")
    made.edit("bye")
    assert [(one.body, one.user.id) for one in pull.get_issue_comments()] == [
        ("bye", 41898282), ("thanks", 12),
    ]  # fmt: skip
    assert repository.get_pull(1).comments == 2
    made.delete()
    assert [one.body for one in hub.comments(1)] == ["thanks"]
    with refused(404):
        made.edit("again")


def test_how_long_a_comment_may_be(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    assert len(pull.create_issue_comment("가" * 65_536).body) == 65_536
    with refused(422, "maximum is 65536 characters"):
        pull.create_issue_comment("x" * 65_537)
    with refused(422):
        hub.comments(1) and next(iter(pull.get_issue_comments())).edit("x" * 65_537)
    with refused(422):
        pull.create_issue_comment("  ")
    with refused(404):
        repository.get_issue(99).create_comment("x")


def test_many_comments_come_in_pages(hub: StandIn, repository: Repository, ask: Ask) -> None:
    for number in range(130):
        hub.comment(1, "haneul-example", str(number))
    found = [one.body for one in repository.get_pull(1).get_issue_comments()]
    assert found == [str(number) for number in range(130)]
    assert len(ask("GET", "/issues/comments?per_page=100").json()) == 100


def test_comments_since(hub: StandIn, repository: Repository) -> None:
    hub.state.clock = lambda: datetime(2026, 6, 3, 9, tzinfo=UTC)
    hub.comment(1, "haneul-example", "old")
    hub.state.clock = lambda: datetime(2026, 6, 3, 10, tzinfo=UTC)
    hub.comment(1, "haneul-example", "new")
    since = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)
    found = repository.get_issue(1).get_comments(since=since)
    assert [(one.body, one.created_at.hour) for one in found] == [("new", 10)]


def test_one_reaction_of_a_kind_from_each(hub: StandIn, opened: Open, ask: Ask) -> None:
    number = hub.comment(1, "haneul-example", "/regrade")
    path = f"/issues/comments/{number}/reactions"
    assert [ask("POST", path, json={"content": "eyes"}).status_code for _ in range(2)] == [201, 200]
    comment = opened("bada-example").get_pull(1).get_issue_comment(number)
    comment.create_reaction("eyes")
    assert [(one.content, one.user.login) for one in comment.get_reactions()] == [
        ("eyes", "github-actions[bot]"), ("eyes", "bada-example"),
    ]  # fmt: skip


def test_an_unknown_label_is_made(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    repository.create_label("Passed", "0e8a16", "well done")
    pull.add_to_labels("week-1", "passed")
    assert hub.labels(1) == ["Passed", "week-1"], "case does not matter"
    assert {one.name: one.color for one in repository.get_labels()} == {
        "Passed": "0e8a16", "week-1": "ededed",
    }  # fmt: skip
    pull.remove_from_labels("week-1")
    with refused(404, "Label does not exist"):
        pull.remove_from_labels("week-1")
    pull.set_labels("late", "주 1/2")
    assert hub.labels(1) == ["late", "주 1/2"]
    pull.remove_from_labels("주 1/2")
    assert hub.labels(1) == ["late"]
    pull.delete_labels()
    assert hub.labels(1) == []


def test_labels_of_the_repository(hub: StandIn, repository: Repository) -> None:
    label = repository.create_label("late", "d93f0b")
    for name, color in (("LATE", "ffffff"), ("x" * 51, "ffffff"), ("new", "red")):
        with refused(422):
            repository.create_label(name, color)
    with refused(422):
        repository.create_label("long", "ffffff", "x" * 101)
    hub.add_labels(1, ["late"])
    label.edit("very late", "ffffff", "after the deadline")
    assert hub.labels(1) == ["very late"]
    label.delete()
    assert hub.labels(1) == []


def test_issues(hub: StandIn, repository: Repository) -> None:
    hub.setup(HOME)
    milestone = repository.create_milestone("Week 1", due_on=datetime(2026, 6, 7, tzinfo=UTC))
    issue = repository.create_issue(
        "Appeal", body="why", labels=["appeal"], milestone=milestone, assignees=["bada-example"]
    )
    assert (issue.number, issue.milestone.title, issue.milestone.due_on.day) == (2, "Week 1", 7)
    assert [one.login for one in issue.assignees] == ["bada-example"]
    issue.edit(state="closed", state_reason="not_planned")

    def numbers(**told: object) -> list[int]:
        return [one.number for one in repository.get_issues(**told)]  # type: ignore[arg-type]

    assert numbers() == [1], "a pull request is an issue"
    assert numbers(state="all") == [2, 1]
    assert numbers(state="all", labels=["APPEAL"]) == [2]
    assert numbers(state="all", creator="haneul-example") == [1]
    assert numbers(state="closed", milestone=milestone) == [2]
    assert repository.get_issue(2).state_reason == "not_planned"
    assert repository.get_issue(1).pull_request is not None
    with pytest.raises(GithubException) as caught:
        _ = repository.get_pull(2).title
    assert caught.value.status == 404


def test_milestones(repository: Repository) -> None:
    made = repository.create_milestone("Week 1", description="Spark")
    with refused(422):
        repository.create_milestone("Week 1")
    made.edit("Week one", state="closed")
    assert [one.title for one in repository.get_milestones()] == []
    assert [one.title for one in repository.get_milestones(state="all")] == ["Week one"]


def test_a_locked_issue_takes_no_comments(hub: StandIn, repository: Repository) -> None:
    hub.pull(1)[0].locked = True
    with refused(403, "locked"):
        repository.get_pull(1).create_issue_comment("x")
