"""Commits as the site shows them, comparisons, statuses."""

from __future__ import annotations

from autograder.standin import diffs, rules, shapes_work
from autograder.standin.refusal import Refused
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json, node_id, when

NEEDS = ["contents"]
MOST_FILES = 300


@route("GET", "commits", "repos/list-commits", NEEDS)
def listed(call: Call) -> Answer:
    """The history of a branch or commit, newest first; `path` keeps those that changed it."""
    repository = call.repository
    if not repository.refs:
        raise Refused(409, "Git Repository is empty.")
    history = repository.store.history(
        rules.resolve(repository, call.query.get("sha", repository.default_branch))
    )
    path = call.query.get("path", "").strip("/")
    if path:
        history = [sha for sha in history if _touches(call, sha, path)]
    return call.page(history, lambda sha: shapes_work.commit(call.shapes, repository, sha))


def _touches(call: Call, sha: str, path: str) -> bool:
    return any(one.path == path or one.path.startswith(path + "/") for one in _changes(call, sha))


def _changes(call: Call, sha: str) -> list[diffs.Change]:
    store = call.repository.store
    parents = store.commit(sha).parents
    before = store.tree_of(parents[0]) if parents else store.put_folder({})
    return diffs.changes(store, before, store.tree_of(sha))


def _files(call: Call, sha: str, found: list[diffs.Change]) -> list[Json]:
    return [
        shapes_work.changed_file(call.shapes, call.repository, sha, one)
        for one in found[:MOST_FILES]
    ]


@route("GET", "commits/<path:ref>", "repos/get-commit", NEEDS)
def get(call: Call) -> Answer:
    """One commit with the files it changes."""
    sha = _resolved(call, call.args["ref"])
    files = _files(call, sha, _changes(call, sha))
    plus, minus = sum(one["additions"] for one in files), sum(one["deletions"] for one in files)
    return Answer(
        {
            **shapes_work.commit(call.shapes, call.repository, sha),
            "stats": {"additions": plus, "deletions": minus, "total": plus + minus},
            "files": files,
        }
    )


def _resolved(call: Call, ref: str) -> str:
    try:
        return rules.resolve(call.repository, ref)
    except Refused as error:
        raise Refused(422, f"No commit found for SHA: {ref}") from error


@route(
    "GET",
    "commits/<commit_sha>/pulls",
    "repos/list-pull-requests-associated-with-commit",
    ["pull_requests"],
)
def pulls(call: Call) -> Answer:
    """The pull requests that end in a commit."""
    sha, repository = call.args["commit_sha"], call.repository
    found = [
        (issue, it)
        for issue in repository.issues.values()
        if (it := issue.pull) and it.head_sha == sha
    ]
    return call.page(found, lambda one: shapes_work.pull(call.shapes, repository, one[0], one[1]))


@route("GET", "compare/<path:basehead>", "repos/compare-commits", NEEDS)
def compare(call: Call) -> Answer:
    """What lies between two ends: `base...head`."""
    repository, shapes = call.repository, call.shapes
    first, dots, second = call.args["basehead"].partition("...")
    if not dots:
        raise Refused(404, "Not Found")
    base, head = rules.resolve(repository, first), rules.resolve(repository, second)
    store = repository.store
    common = store.merge_base(base, head)
    if common is None:
        raise Refused(404, f"No common ancestor between {first} and {second}.")
    ahead = [sha for sha in store.history(head) if sha not in set(store.history(base))][::-1]
    behind = [sha for sha in store.history(base) if sha not in set(store.history(head))]
    status = {(0, 0): "identical", (1, 0): "ahead", (0, 1): "behind"}.get(
        (bool(ahead), bool(behind)), "diverged"
    )
    page = f"{shapes.page_url(repository)}/compare/{first}...{second}"
    found = diffs.changes(store, store.tree_of(common), store.tree_of(head))
    return Answer(
        {
            "url": f"{shapes.repository_url(repository)}/compare/{first}...{second}",
            "html_url": page,
            "permalink_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "base_commit": shapes_work.commit(shapes, repository, base),
            "merge_base_commit": shapes_work.commit(shapes, repository, common),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [shapes_work.commit(shapes, repository, sha) for sha in ahead],
            "files": _files(call, head, found),
        }
    )


@route("POST", "statuses/<sha>", "repos/create-commit-status", ["statuses"])
def create_status(call: Call) -> Answer:
    """A status of a commit."""
    sha, repository, now = call.args["sha"], call.repository, when(call.state.now())
    if not repository.store.has(sha, "commit"):
        raise Refused(422, f"No commit found for SHA: {sha}")
    number = call.state.next_id()
    made = {
        "url": f"{call.shapes.repository_url(repository)}/statuses/{sha}",
        "avatar_url": None,
        "id": number,
        "node_id": node_id("Status", number),
        "state": call.body["state"],
        "description": call.body.get("description"),
        "target_url": call.body.get("target_url"),
        "context": call.body.get("context", "default"),
        "created_at": now,
        "updated_at": now,
        "creator": call.shapes.user(call.user),
    }
    repository.statuses.append({"sha": sha, "shape": made})
    return Answer(made, 201)


@route("GET", "commits/<path:ref>/statuses", "repos/list-commit-statuses-for-ref", ["statuses"])
def statuses(call: Call) -> Answer:
    """The statuses of a commit, newest first."""
    sha = _resolved(call, call.args["ref"])
    found = [one["shape"] for one in call.repository.statuses if one["sha"] == sha][::-1]
    return call.page(found, lambda shape: shape)
