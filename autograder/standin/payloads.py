"""The events that GitHub Actions is started with, as GitHub writes them into the event file.

Pure functions of the state. `contract.event` holds what is made here against GitHub's schema.
"""

from __future__ import annotations

from typing import Any

from autograder.standin import rules, shapes_work, talk
from autograder.standin.shapes import Json, Shapes, when
from autograder.standin.state import Repository, User

NOTHING = "0" * 40


def make(
    shapes: Shapes, home: Repository, event: str, action: str, number: int, **told: Any
) -> Json:
    """One event's payload.

    Args:
        event: `pull_request_target`, `issue_comment`, `push`, `workflow_dispatch` or `schedule`.
        action: `opened`, `synchronize`, `created`, …; empty where the event has none.
        number: the pull request or issue; 0 where there is none.
        told: `comment_id` (the last comment unless told), `before` of a synchronize or push,
            `after` of a push, `inputs` and `workflow` of a dispatch, `schedule`, `label`,
            `sender` (a login; else who it must have been).

    Raises:
        Refused: there is no such pull request or comment.
        KeyError: there is no such event.
    """
    writers = {
        "pull_request_target": _pull_request,
        "pull_request": _pull_request,
        "issue_comment": _comment,
        "push": _push,
        "workflow_dispatch": _dispatch,
        "schedule": _schedule,
    }
    sender = told.pop("sender", None)
    who = shapes.state.user_named(sender) if sender else None
    body = writers[event](shapes, home, number, who, told, action)
    return {"action": action, **body} if action else body


def _common(shapes: Shapes, home: Repository, who: User) -> Json:
    return {"repository": shapes.repository(home), "sender": shapes.user(who)}


def _pull_request(
    shapes: Shapes, home: Repository, number: int, who: User | None, told: Json, action: str
) -> Json:
    issue, pull = home.pull(number)
    body: Json = {
        "number": number,
        "pull_request": shapes_work.full_pull(shapes, home, issue, pull),
        **_common(shapes, home, who or shapes.state.user(issue.user)),
    }
    if action == "synchronize":
        parents = home.store.commit(pull.head_sha).parents
        body["before"] = told.get("before") or (parents[0] if parents else NOTHING)
        body["after"] = pull.head_sha
    if action == "edited":
        body["changes"] = told.get("changes", {})
    if action in ("labeled", "unlabeled"):
        label = home.label(told["label"])
        assert label is not None
        body["label"] = shapes.label(home, label)
    return body


def _comment(
    shapes: Shapes, home: Repository, number: int, who: User | None, told: Json, action: str
) -> Json:
    issue = home.issue(number)
    last = max((one.id for one in home.comments.values() if one.number == number), default=0)
    comment = talk.find_comment(home, told.get("comment_id", last))
    body = {
        "issue": shapes.issue(home, issue),
        "comment": shapes.comment(home, comment),
        **_common(shapes, home, who or shapes.state.user(comment.user)),
    }
    if action == "edited":
        body["changes"] = {"body": {"from": told.get("was", "")}}
    return body


def _push(
    shapes: Shapes, home: Repository, _number: int, who: User | None, told: Json, _action: str
) -> Json:
    branch = told.get("branch", home.default_branch)
    after = told.get("after") or rules.resolve(home, branch)
    parents = home.store.commit(after).parents
    before = told.get("before") or (parents[0] if parents else NOTHING)
    commit = home.store.commit(after)
    signed = [
        {"name": one.name, "email": one.email, "date": when(one.at)}
        for one in (commit.author, commit.committer)
    ]
    head: Json = {
        "id": after,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": when(commit.committer.at),
        "url": f"{shapes.page_url(home)}/commit/{after}",
        "author": signed[0],
        "committer": signed[1],
        "added": [],
        "removed": [],
        "modified": [],
    }
    sender = who or shapes.state.user(home.owner)
    return {
        "ref": rules.HEADS + branch,
        "before": before,
        "after": after,
        "created": before == NOTHING,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "compare": f"{shapes.page_url(home)}/compare/{before[:12]}...{after[:12]}",
        "commits": [head],
        "head_commit": head,
        "pusher": {"name": sender.login, "email": signed[0]["email"]},
        **_common(shapes, home, sender),
    }


def _dispatch(
    shapes: Shapes, home: Repository, _number: int, who: User | None, told: Json, _action: str
) -> Json:
    return {
        "inputs": told.get("inputs"),
        "ref": rules.HEADS + home.default_branch,
        "workflow": told.get("workflow", ".github/workflows/regrade.yml"),
        **_common(shapes, home, who or shapes.state.user(home.owner)),
    }


def _schedule(
    shapes: Shapes, home: Repository, _number: int, who: User | None, told: Json, _action: str
) -> Json:
    common = _common(shapes, home, who or shapes.state.user(home.owner))
    return {"schedule": told.get("schedule", "0 0 * * 1"), **common}
