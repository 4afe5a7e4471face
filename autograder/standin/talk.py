"""What GitHub does to what people write: issues, comments, reactions, labels, and its limits.

No HTTP here. What GitHub would refuse is raised as `Refused`, with its status and words.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.standin.refusal import Refused, invalid, not_found
from autograder.standin.state import Comment, Issue, Label, Reaction, Repository, State, User

LONGEST_BODY = 65_536


def open_issue(
    state: State, repository: Repository, user: User, title: str, body: str | None
) -> Issue:
    """A new issue.

    Raises:
        Refused: 422 for a missing title or a body that is too long.
    """
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    check_body(body, "Issue")
    repository.last_number += 1
    now = state.now()
    issue = Issue(state.next_id(), repository.last_number, user.id, title, body, now, now)
    repository.issues[issue.number] = issue
    return issue


def check_body(body: str | None, resource: str) -> None:
    """Refuse what is longer than GitHub takes: 422."""
    if body is not None and len(body) > LONGEST_BODY:
        words = f"body is too long (maximum is {LONGEST_BODY} characters)"
        raise Refused(
            422,
            "Validation Failed",
            [{"resource": resource, "code": "custom", "field": "body", "message": words}],
        )


def comment(state: State, repository: Repository, number: int, user: User, body: str) -> Comment:
    """A new comment.

    Raises:
        Refused: 404, 403 where the issue is locked, 422 for an empty or too long body.
    """
    issue = repository.issue(number)
    if issue.locked and user.id != repository.owner:
        raise Refused(403, "Unable to create comment because issue is locked.")
    check_comment(body)
    now = state.now()
    made = Comment(state.next_id(), number, user.id, body, now, now)
    repository.comments[made.id] = made
    issue.updated_at = now
    return made


def check_comment(body: str) -> None:
    """Refuse an empty comment, or one that is too long: 422."""
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "body cannot be blank")
    check_body(body, "IssueComment")


def find_comment(repository: Repository, number: int) -> Comment:
    """A comment.

    Raises:
        Refused: 404.
    """
    if number not in repository.comments:
        raise not_found()
    return repository.comments[number]


def react(
    state: State, reactions: list[Reaction], user: User, content: str
) -> tuple[Reaction, bool]:
    """A reaction, and whether it is new: one account reacts once with each sign."""
    for one in reactions:
        if (one.user, one.content) == (user.id, content):
            return one, False
    made = Reaction(state.next_id(), user.id, content, state.now())
    reactions.append(made)
    return made, True


def add_label(
    state: State, repository: Repository, name: str, color: str = "ededed", about: str | None = None
) -> Label:
    """A new label of the repository.

    Raises:
        Refused: 422 where there is one of that name in any case, or the name is too long.
    """
    if repository.label(name):
        raise invalid("Label", "name", "already_exists")
    if not name.strip() or len(name) > 50:
        raise invalid("Label", "name", "invalid")
    if about is not None and len(about) > 100:
        raise invalid("Label", "description", "invalid", "description is too long")
    made = Label(state.next_id(), name, color, about)
    repository.labels[made.id] = made
    return made


def put_labels(state: State, repository: Repository, issue: Issue, names: Sequence[str]) -> None:
    """Add labels to an issue; those that the repository lacks are made, as GitHub does."""
    for name in names:
        label = repository.label(name) or add_label(state, repository, name)
        if label.id not in issue.labels:
            issue.labels.append(label.id)
            issue.updated_at = state.now()


def remove_label(state: State, repository: Repository, issue: Issue, name: str) -> None:
    """Take a label from an issue.

    Raises:
        Refused: 404 where the issue does not have it.
    """
    label = repository.label(name)
    if label is None or label.id not in issue.labels:
        raise Refused(404, "Label does not exist")
    issue.labels.remove(label.id)
    issue.updated_at = state.now()
