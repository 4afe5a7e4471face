"""Nothing leaves the stand-in, and nothing is let in, that GitHub's schema does not allow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from github.Repository import Repository

from autograder.standin import ContractBroken, StandIn, contract
from autograder.standin.routes import Route
from autograder.standin.shapes import Shapes
from autograder.standin.views import ROUTES
from tests.standin.conftest import Ask


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_endpoint_is_githubs(route: Route) -> None:
    group, _, word = route.operation.partition("/")
    method = getattr(contract._client(group), word.replace("-", "_"))
    told = re.search(r"^\s*(GET|POST|PUT|PATCH|DELETE) (/\S*)", method.__doc__ or "", re.MULTILINE)
    assert told is not None
    theirs = re.sub(r"{[^}]*}", "*", told[2])
    ours = re.sub(r"<[^>]*>", "*", route.path)
    missing = "/*" if route.fixed else ""
    assert (told[1], theirs) == (route.method, ours + missing)


def break_comments(monkeypatch: pytest.MonkeyPatch, **wrong: Any) -> None:
    whole = Shapes.comment
    monkeypatch.setattr(Shapes, "comment", lambda *told: {**whole(*told), **wrong})


@pytest.mark.parametrize(
    "wrong", [{"id": "17"}, {"user": {"login": "x"}}, {"created_at": "yesterday"}, {"url": None}]
)
def test_an_answer_that_breaks_the_schema_is_seen(
    hub: StandIn, ask: Ask, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    break_comments(monkeypatch, **wrong)
    answer = ask("POST", "/issues/1/comments", json={"body": "x"})
    assert answer.status_code == 500
    assert next(iter(wrong)) in hub.violations[0]
    hub.violations.clear()


@pytest.mark.parametrize(
    "body", [{}, {"body": 7}, {"body": None}, {"body": "x", "bdoy": "y"}, ["x"], None]
)
def test_a_body_that_breaks_the_schema_is_refused_and_noted(
    hub: StandIn, ask: Ask, body: Any
) -> None:
    answer = ask("POST", "/issues/1/comments", json=body)
    assert answer.status_code == 422
    assert len(hub.violations) == 1
    assert hub.comments(1) == []
    hub.violations.clear()


def test_an_unknown_key_deep_inside_is_seen(hub: StandIn, ask: Ask) -> None:
    output = {"title": "t", "summary": "s", "sumary": "s"}
    body = {"name": "grade", "head_sha": hub.head(), "output": output}
    assert ask("POST", "/check-runs", json=body).status_code == 422
    assert "output.sumary" in hub.violations.pop()


def test_unknown_endpoints_and_parameters_are_noted(hub: StandIn, ask: Ask) -> None:
    assert ask("GET", "/no/such/thing").status_code == 404
    assert ask("GET", "/pulls?stat=all").status_code == 422
    assert ["no/such/thing" in hub.violations[0], "stat" in hub.violations[1]] == [True, True]
    hub.violations.clear()


def test_a_body_that_is_no_json_is_400(ask: Ask) -> None:
    assert ask("POST", "/issues/1/comments", data=b"{").status_code == 400


def test_a_fault_of_the_stand_ins_own_is_noted(
    hub: StandIn, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shapes, "comment", lambda *_: 1 / 0)
    assert ask("POST", "/issues/1/comments", json={"body": "x"}).status_code == 500
    assert "ZeroDivisionError" in hub.violations.pop()


def test_the_end_tells_of_violations() -> None:
    with pytest.raises(ContractBroken, match="was said"), StandIn() as hub:
        hub.violations.append("was said")


def test_an_error_of_the_tests_own_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), StandIn() as hub:  # noqa: PT012 - the end is tested
        hub.violations.append("was said")
        raise ZeroDivisionError


PULL_ACTIONS = (
    "opened", "synchronize", "reopened", "closed", "edited", "ready_for_review",
    "converted_to_draft", "labeled", "unlabeled",
)  # fmt: skip


@pytest.mark.parametrize("action", PULL_ACTIONS)
def test_payloads_of_pull_requests(hub: StandIn, action: str) -> None:
    hub.add_labels(1, ["late"])
    body = hub.payload("pull_request_target", action, 1, label="late")
    assert (body["action"], body["number"], body["sender"]["login"]) == (
        action, 1, "haneul-example",
    )  # fmt: skip
    assert body["pull_request"]["head"]["sha"] == hub.pull(1)[1].head_sha


@pytest.mark.parametrize("action", ["created", "edited", "deleted"])
def test_payloads_of_comments(hub: StandIn, action: str) -> None:
    hub.comment(1, "haneul-example", "one")
    number = hub.comment(1, "bada-example", "/regrade")
    body = hub.payload("issue_comment", action, 1)
    assert (body["comment"]["id"], body["sender"]["id"]) == (number, 13)
    assert body["issue"]["pull_request"]["url"].endswith("/pulls/1")


def test_other_payloads(hub: StandIn) -> None:
    assert hub.payload("push")["after"] == hub.head()
    assert hub.payload("workflow_dispatch", inputs={"a": "b"})["inputs"] == {"a": "b"}
    assert hub.payload("schedule", schedule="0 0 * * 1")["schedule"] == "0 0 * * 1"


def test_a_payload_that_breaks_the_schema_is_seen(
    hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.comment(1, "haneul-example", "one")
    break_comments(monkeypatch, author_association="FRIEND")
    with pytest.raises(ContractBroken, match="author_association"):
        hub.payload("issue_comment", "created", 1)


def test_requests_are_remembered(hub: StandIn, repository: Repository) -> None:
    repository.get_pull(1).create_issue_comment("x")
    seen = hub.requests[-1]
    assert (seen.method, seen.body, seen.login, seen.status) == (
        "POST", {"body": "x"}, "github-actions[bot]", 201,
    )  # fmt: skip
