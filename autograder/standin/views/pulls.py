"""Pull requests: what they are and what they change."""

from __future__ import annotations

from autograder.standin import access, rules, shapes_work, talk
from autograder.standin.refusal import Refused, invalid
from autograder.standin.routes import Answer, Call, route
from autograder.standin.state import Issue, Pull, Repository

NEEDS = ["pull_requests"]


def _pulls(repository: Repository) -> list[tuple[Issue, Pull]]:
    return [(one, one.pull) for one in repository.issues.values() if one.pull]


@route("GET", "pulls", "pulls/list", NEEDS)
def listed(call: Call) -> Answer:
    """Pull requests, filtered by `state`, `head` (`owner:branch`) and `base`."""
    query, state = call.query, call.state
    found = [
        (issue, it)
        for issue, it in _pulls(call.repository)
        if query.get("state", "open") in ("all", issue.state)
        and query.get("base", it.base_ref) == it.base_ref
        and query.get("head", "").lower()
        in ("", f"{state.user(it.head_owner).login}:{it.head_ref}".lower())
    ]
    key = {"updated": "updated_at"}.get(query.get("sort", ""), "created_at")
    ascending = query.get("direction", "asc" if "sort" in query and key == "" else "desc") == "asc"
    found.sort(key=lambda one: (getattr(one[0], key), one[0].number), reverse=not ascending)
    return call.page(
        found, lambda one: shapes_work.pull(call.shapes, call.repository, one[0], one[1])
    )


@route("POST", "pulls", "pulls/create", NEEDS, role="read")
def create(call: Call) -> Answer:
    """Open a pull request from a branch here or (`owner:branch`) in a fork."""
    owner, colon, branch = call.body["head"].partition(":")
    head = (call.repository, owner)
    if colon:
        forks = [
            one
            for one in call.state.repositories.values()
            if call.state.user(one.owner).login.lower() == owner.lower()
            and one.store is call.repository.store
        ]
        if not forks:
            raise invalid("PullRequest", "head", "invalid")
        head = (forks[0], branch)
    issue = rules.open_pull(
        call.state,
        call.repository,
        call.user,
        title=call.body.get("title", ""),
        body=call.body.get("body"),
        head=head,
        base_ref=call.body["base"],
        draft=bool(call.body.get("draft", False)),
    )
    return Answer(_full(call, issue), 201)


def _full(call: Call, issue: Issue) -> dict[str, object]:
    assert issue.pull is not None
    return shapes_work.full_pull(call.shapes, call.repository, issue, issue.pull)


@route("GET", "pulls/<int:pull_number>", "pulls/get", NEEDS)
def get(call: Call) -> Answer:
    """One pull request; the first question after a push sets GitHub to work on mergeability."""
    issue, it = call.repository.pull(call.args["pull_number"])
    answer = Answer(_full(call, issue))
    it.mergeable_told = True
    return answer


@route("PATCH", "pulls/<int:pull_number>", "pulls/update", NEEDS, role="read")
def update(call: Call) -> Answer:
    """Title, body, base and state; its author may, and whoever may write."""
    issue, it = call.repository.pull(call.args["pull_number"])
    has = access.role(call.repository, call.actor.user)
    job = call.actor.token is not None and call.actor.token.permissions is not None
    if not job and call.user.id != issue.user and not access.at_least(has, "write"):
        raise Refused(403, "Must have admin rights to Repository.")
    body = call.body
    talk.check_body(body.get("body"), "PullRequest")
    if "base" in body and rules.branch_tip(call.repository, body["base"]) is None:
        raise invalid("PullRequest", "base", "invalid")
    issue.title = body.get("title", issue.title)
    issue.body = body.get("body", issue.body)
    it.base_ref = body.get("base", it.base_ref)
    if body.get("state") == "closed":
        rules.close(call.state, issue, call.user.id)
    elif body.get("state") == "open" and issue.closed_at:
        rules.reopen(call.state, call.repository, issue)
    issue.updated_at = call.state.now()
    return Answer(_full(call, issue))


@route("GET", "pulls/<int:pull_number>/files", "pulls/list-files", NEEDS)
def files(call: Call) -> Answer:
    """What it changes; never more than the first 3,000 files."""
    repository = call.repository
    _, it = repository.pull(call.args["pull_number"])
    found = rules.pull_changes(repository, it)[: call.state.files_limit]
    return call.page(
        found, lambda one: shapes_work.changed_file(call.shapes, repository, it.head_sha, one)
    )


@route("GET", "pulls/<int:pull_number>/commits", "pulls/list-commits", NEEDS)
def commits(call: Call) -> Answer:
    """Its commits, oldest first; never more than 250."""
    repository = call.repository
    _, it = repository.pull(call.args["pull_number"])
    return call.page(
        rules.pull_commits(repository, it)[:250],
        lambda sha: shapes_work.commit(call.shapes, repository, sha),
    )


@route("GET", "pulls/<int:pull_number>/merge", "pulls/check-if-merged", NEEDS)
def is_merged(call: Call) -> Answer:
    """204 if it was merged, else 404."""
    _, it = call.repository.pull(call.args["pull_number"])
    return Answer(None, 204 if it.merged_at else 404)


@route("PUT", "pulls/<int:pull_number>/merge", "pulls/merge", ["contents"])
def merge(call: Call) -> Answer:
    """Merge it, if its head is still what the caller saw."""
    issue, it = call.repository.pull(call.args["pull_number"])
    if call.body.get("sha", it.head_sha) != it.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    title = call.body.get("commit_title", "")
    sha = rules.merge(call.state, call.repository, issue, call.user, title)
    return Answer({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})
