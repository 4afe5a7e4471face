"""Labels, of the repository and of issues, and milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from autograder.standin import talk
from autograder.standin.refusal import invalid, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.state import Label, Milestone

NEEDS = ["issues", "pull_requests"]
ON_ISSUE = "issues/<int:issue_number>/labels"


@route("GET", "labels", "issues/list-labels-for-repo", NEEDS)
def listed(call: Call) -> Answer:
    """The repository's labels, by name."""
    found = sorted(call.repository.labels.values(), key=lambda one: one.name.lower())
    return call.page(found, lambda one: call.shapes.label(call.repository, one))


@route("POST", "labels", "issues/create-label", NEEDS)
def create(call: Call) -> Answer:
    """A new label."""
    body = call.body
    color = body.get("color", "ededed")
    _check_color(color)
    made = talk.add_label(call.state, call.repository, body["name"], color, body.get("description"))
    return Answer(call.shapes.label(call.repository, made), 201)


def _check_color(color: str) -> None:
    if len(color) != 6 or set(color.lower()) - set("0123456789abcdef"):
        raise invalid("Label", "color", "invalid")


def _label(call: Call) -> Label:
    label = call.repository.label(call.args["name"])
    if label is None:
        raise not_found()
    return label


@route("GET", "labels/<path:name>", "issues/get-label", NEEDS)
def get(call: Call) -> Answer:
    """One label."""
    return Answer(call.shapes.label(call.repository, _label(call)))


@route("PATCH", "labels/<path:name>", "issues/update-label", NEEDS)
def update(call: Call) -> Answer:
    """Another name, colour or description."""
    label, body = _label(call), call.body
    name, color = body.get("new_name", label.name), body.get("color", label.color)
    _check_color(color)
    other = call.repository.label(name)
    if other is not None and other is not label:
        raise invalid("Label", "name", "already_exists")
    label.name, label.color = name, color
    label.description = body.get("description", label.description)
    return Answer(call.shapes.label(call.repository, label))


@route("DELETE", "labels/<path:name>", "issues/delete-label", NEEDS)
def delete(call: Call) -> Answer:
    """Remove a label, from all issues as well."""
    label = _label(call)
    del call.repository.labels[label.id]
    for issue in call.repository.issues.values():
        issue.labels = [one for one in issue.labels if one != label.id]
    return Answer(None, 204)


# ------------------------------------------------------------------ on issues


def _names(body: Any) -> list[str]:
    told = body.get("labels", []) if isinstance(body, dict) else body
    return [one if isinstance(one, str) else one["name"] for one in told]


def _labels(call: Call) -> Answer:
    issue = call.repository.issue(call.args["issue_number"])
    return Answer(call.shapes.labels(call.repository, issue))


@route("GET", ON_ISSUE, "issues/list-labels-on-issue", NEEDS)
def on_issue(call: Call) -> Answer:
    """The labels of an issue."""
    issue = call.repository.issue(call.args["issue_number"])
    return call.page(call.shapes.labels(call.repository, issue), lambda shape: shape)


@route("POST", ON_ISSUE, "issues/add-labels", NEEDS, role="triage")
def add(call: Call) -> Answer:
    """More labels; unknown ones are made."""
    issue = call.repository.issue(call.args["issue_number"])
    talk.put_labels(call.state, call.repository, issue, _names(call.body))
    return _labels(call)


@route("PUT", ON_ISSUE, "issues/set-labels", NEEDS, role="triage")
def replace(call: Call) -> Answer:
    """These labels and no others."""
    issue = call.repository.issue(call.args["issue_number"])
    issue.labels = []
    talk.put_labels(call.state, call.repository, issue, _names(call.body))
    return _labels(call)


@route("DELETE", ON_ISSUE, "issues/remove-all-labels", NEEDS, role="triage")
def clear(call: Call) -> Answer:
    """No labels."""
    call.repository.issue(call.args["issue_number"]).labels = []
    return Answer(None, 204)


@route("DELETE", f"{ON_ISSUE}/<path:name>", "issues/remove-label", NEEDS, role="triage")
def remove(call: Call) -> Answer:
    """One label less."""
    issue = call.repository.issue(call.args["issue_number"])
    talk.remove_label(call.state, call.repository, issue, call.args["name"])
    return _labels(call)


# ------------------------------------------------------------------ milestones


@route("GET", "milestones", "issues/list-milestones", NEEDS)
def milestones(call: Call) -> Answer:
    """Milestones, open ones unless `state` says otherwise, by when they are due."""
    wanted = call.query.get("state", "open")
    found = [one for one in call.repository.milestones.values() if wanted in ("all", one.state)]
    return call.page(found, lambda one: call.shapes.milestone(call.repository, one))


@route("POST", "milestones", "issues/create-milestone", NEEDS)
def create_milestone(call: Call) -> Answer:
    """A new milestone; its title is its own."""
    known, now = call.repository.milestones, call.state.now()
    _check_title(call, call.body["title"], 0)
    number = max(known, default=0) + 1
    made = Milestone(call.state.next_id(), number, call.body["title"], call.user.id, now, now)
    known[number] = made
    _change(call, made)
    return Answer(call.shapes.milestone(call.repository, made), 201)


@route("GET", "milestones/<int:milestone_number>", "issues/get-milestone", NEEDS)
def get_milestone(call: Call) -> Answer:
    """One milestone."""
    return Answer(call.shapes.milestone(call.repository, _milestone(call)))


@route("PATCH", "milestones/<int:milestone_number>", "issues/update-milestone", NEEDS)
def update_milestone(call: Call) -> Answer:
    """Another title, date, description or state."""
    one = _milestone(call)
    one.title = call.body.get("title", one.title)
    _check_title(call, one.title, one.number)
    _change(call, one)
    one.updated_at = call.state.now()
    return Answer(call.shapes.milestone(call.repository, one))


@route("DELETE", "milestones/<int:milestone_number>", "issues/delete-milestone", NEEDS)
def delete_milestone(call: Call) -> Answer:
    """Remove a milestone, from all issues as well."""
    number = _milestone(call).number
    del call.repository.milestones[number]
    for issue in call.repository.issues.values():
        issue.milestone = None if issue.milestone == number else issue.milestone
    return Answer(None, 204)


def _milestone(call: Call) -> Milestone:
    number = call.args["milestone_number"]
    if number not in call.repository.milestones:
        raise not_found()
    return call.repository.milestones[number]


def _check_title(call: Call, title: str, mine: int) -> None:
    for one in call.repository.milestones.values():
        if one.title == title and one.number != mine:
            raise invalid("Milestone", "title", "already_exists")


def _change(call: Call, one: Milestone) -> None:
    body = call.body
    one.description = body.get("description", one.description)
    if body.get("due_on"):
        one.due_on = datetime.fromisoformat(body["due_on"].replace("Z", "+00:00"))
    if body.get("state") == "closed":
        one.closed_at = call.state.now()
    elif body.get("state") == "open":
        one.closed_at = None
