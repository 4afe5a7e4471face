"""Issues and their comments and reactions; pull requests are issues, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from autograder.standin import access, rules, talk
from autograder.standin.refusal import Refused, invalid
from autograder.standin.routes import Answer, Call, route
from autograder.standin.state import Comment, Issue

NEEDS = ["issues", "pull_requests"]
"""For pull requests either permission does."""


def may_write(call: Call, author: int) -> bool:
    """True for a job, for the author, and for whoever may write."""
    if call.actor.token is not None and call.actor.token.permissions is not None:
        return True
    has = access.role(call.repository, call.actor.user)
    return call.user.id == author or access.at_least(has, "write")


def _since(call: Call) -> datetime | None:
    word = call.query.get("since", "")
    return datetime.fromisoformat(word.replace("Z", "+00:00")) if word else None


@route("GET", "issues", "issues/list-for-repo", ["issues"])
def listed(call: Call) -> Answer:
    """Issues and pull requests, filtered by state, labels, creator, assignee, milestone, since."""
    found = [one for one in call.repository.issues.values() if _wanted(call, one)]
    key = {"updated": "updated_at"}.get(call.query.get("sort", ""), "created_at")
    ascending = call.query.get("direction") == "asc"
    found.sort(key=lambda one: (getattr(one, key), one.number), reverse=not ascending)
    return call.page(found, lambda one: call.shapes.issue(call.repository, one))


def _wanted(call: Call, issue: Issue) -> bool:
    query, repository = call.query, call.repository
    has = {repository.labels[one].name.lower() for one in issue.labels if one in repository.labels}
    labels = {word for word in query.get("labels", "").lower().split(",") if word}
    people = [call.state.user(number).login.lower() for number in issue.assignees]
    assignee = query.get("assignee", "*").lower()
    milestone = query.get("milestone", "")
    since = _since(call)
    return (
        query.get("state", "open") in ("all", issue.state)
        and labels <= has
        and query.get("creator", "").lower() in ("", call.state.user(issue.user).login.lower())
        and (assignee == "*" or assignee in people or (assignee == "none" and not people))
        and (
            milestone in ("", str(issue.milestone)) or (milestone == "*" and bool(issue.milestone))
        )
        and (since is None or issue.updated_at >= since)
    )


@route("POST", "issues", "issues/create", ["issues"], role="read")
def create(call: Call) -> Answer:
    """A new issue; labels of people without rights are dropped, as GitHub does."""
    title = call.body["title"]
    issue = talk.open_issue(
        call.state, call.repository, call.user, str(title), call.body.get("body")
    )
    if may_write(call, 0):
        _put(
            call, issue, {key: call.body[key] for key in call.body if key not in ("title", "body")}
        )
    return Answer(call.shapes.issue(call.repository, issue), 201)


@route("GET", "issues/<int:issue_number>", "issues/get", NEEDS)
def get(call: Call) -> Answer:
    """One issue or pull request."""
    issue = call.repository.issue(call.args["issue_number"])
    return Answer(call.shapes.issue(call.repository, issue))


@route("PATCH", "issues/<int:issue_number>", "issues/update", NEEDS, role="read")
def update(call: Call) -> Answer:
    """Change an issue or pull request."""
    issue = call.repository.issue(call.args["issue_number"])
    if not may_write(call, issue.user):
        raise Refused(403, "Must have admin rights to Repository.")
    _put(call, issue, call.body)
    issue.updated_at = call.state.now()
    return Answer(call.shapes.issue(call.repository, issue))


def _put(call: Call, issue: Issue, body: dict[str, Any]) -> None:
    repository, state = call.repository, call.state
    if "body" in body:
        talk.check_body(body["body"], "Issue")
        issue.body = body["body"]
    issue.title = str(body.get("title") or issue.title)
    if body.get("milestone") is not None and int(body["milestone"]) not in repository.milestones:
        raise invalid("Issue", "milestone", "invalid")
    if "milestone" in body:
        issue.milestone = int(body["milestone"]) if body["milestone"] is not None else None
    if "assignees" in body:
        issue.assignees = [state.user_named(login).id for login in body["assignees"] or []]
    if "labels" in body:
        names = [one if isinstance(one, str) else one["name"] for one in body["labels"] or []]
        issue.labels = []
        talk.put_labels(state, repository, issue, names)
    if body.get("state") == "closed":
        rules.close(state, issue, call.user.id)
        issue.state_reason = body.get("state_reason") or "completed"
    elif body.get("state") == "open" and issue.closed_at:
        rules.reopen(state, repository, issue)
        issue.state_reason = "reopened"


# ------------------------------------------------------------------ comments


@route("GET", "issues/<int:issue_number>/comments", "issues/list-comments", NEEDS)
def comments(call: Call) -> Answer:
    """The comments of an issue, oldest first."""
    number, since = call.args["issue_number"], _since(call)
    call.repository.issue(number)
    found = [
        one
        for _, one in sorted(call.repository.comments.items())
        if one.number == number and (since is None or one.updated_at >= since)
    ]
    return call.page(found, lambda one: call.shapes.comment(call.repository, one))


@route("GET", "issues/comments", "issues/list-comments-for-repo", NEEDS)
def all_comments(call: Call) -> Answer:
    """All comments of the repository, oldest first."""
    since = _since(call)
    found = [
        one
        for _, one in sorted(call.repository.comments.items())
        if since is None or one.updated_at >= since
    ]
    return call.page(found, lambda one: call.shapes.comment(call.repository, one))


@route("POST", "issues/<int:issue_number>/comments", "issues/create-comment", NEEDS, role="read")
def comment(call: Call) -> Answer:
    """A new comment."""
    made = talk.comment(
        call.state, call.repository, call.args["issue_number"], call.user, call.body["body"]
    )
    return Answer(call.shapes.comment(call.repository, made), 201)


def _comment(call: Call, *, to_write: bool) -> Comment:
    one = talk.find_comment(call.repository, call.args["comment_id"])
    if to_write and not may_write(call, one.user):
        raise Refused(403, "Must have admin rights to Repository.")
    return one


@route("GET", "issues/comments/<int:comment_id>", "issues/get-comment", NEEDS)
def get_comment(call: Call) -> Answer:
    """One comment."""
    return Answer(call.shapes.comment(call.repository, _comment(call, to_write=False)))


@route("PATCH", "issues/comments/<int:comment_id>", "issues/update-comment", NEEDS, role="read")
def edit_comment(call: Call) -> Answer:
    """Put other words into a comment."""
    one = _comment(call, to_write=True)
    talk.check_comment(call.body["body"])
    one.body, one.updated_at = call.body["body"], call.state.now()
    return Answer(call.shapes.comment(call.repository, one))


@route("DELETE", "issues/comments/<int:comment_id>", "issues/delete-comment", NEEDS, role="read")
def delete_comment(call: Call) -> Answer:
    """Remove a comment."""
    del call.repository.comments[_comment(call, to_write=True).id]
    return Answer(None, 204)


# ------------------------------------------------------------------ reactions


@route(
    "GET",
    "issues/comments/<int:comment_id>/reactions",
    "reactions/list-for-issue-comment",
    NEEDS,
)
def comment_reactions(call: Call) -> Answer:
    """The reactions to a comment."""
    return call.page(_comment(call, to_write=False).reactions, call.shapes.reaction)


@route(
    "POST",
    "issues/comments/<int:comment_id>/reactions",
    "reactions/create-for-issue-comment",
    NEEDS,
    role="read",
)
def react_to_comment(call: Call) -> Answer:
    """React to a comment: 201, or 200 where one did so before."""
    one = _comment(call, to_write=False)
    made, new = talk.react(call.state, one.reactions, call.user, call.body["content"])
    return Answer(call.shapes.reaction(made), 201 if new else 200)


@route(
    "DELETE",
    "issues/comments/<int:comment_id>/reactions/<int:reaction_id>",
    "reactions/delete-for-issue-comment",
    NEEDS,
    role="read",
)
def unreact_to_comment(call: Call) -> Answer:
    """Take a reaction back."""
    one = _comment(call, to_write=False)
    one.reactions = [it for it in one.reactions if it.id != call.args["reaction_id"]]
    return Answer(None, 204)


@route("GET", "issues/<int:issue_number>/reactions", "reactions/list-for-issue", NEEDS)
def issue_reactions(call: Call) -> Answer:
    """The reactions to an issue."""
    issue = call.repository.issue(call.args["issue_number"])
    return call.page(issue.reactions, call.shapes.reaction)


@route(
    "POST",
    "issues/<int:issue_number>/reactions",
    "reactions/create-for-issue",
    NEEDS,
    role="read",
)
def react_to_issue(call: Call) -> Answer:
    """React to an issue: 201, or 200 where one did so before."""
    issue = call.repository.issue(call.args["issue_number"])
    made, new = talk.react(call.state, issue.reactions, call.user, call.body["content"])
    return Answer(call.shapes.reaction(made), 201 if new else 200)
