"""Repositories, their branches, forks and people."""

from __future__ import annotations

from autograder.standin import access, rules, shapes_work
from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json
from autograder.standin.state import User


@route("GET", "", "repos/get", ["metadata"])
def get(call: Call) -> Answer:
    """The repository."""
    return Answer(call.shapes.full_repository(call.repository, call.actor.user))


@route("PATCH", "", "repos/update", ["administration"], role="admin")
def update(call: Call) -> Answer:
    """Settings; the visibility and the default branch are not among the options."""
    body, repository = dict(call.body), call.repository
    name = body.pop("name", repository.name)
    private = body.pop("private", repository.private)
    visibility = body.pop("visibility", None)
    branch = body.pop("default_branch", repository.default_branch)
    if rules.branch_tip(repository, branch) is None:
        raise Refused(422, f"The branch {branch} was not found.")
    repository.name, repository.default_branch = name, branch
    repository.private = visibility == "private" if visibility else private
    repository.setup.options.update(body)
    return Answer(call.shapes.full_repository(repository, call.actor.user))


@route("GET", "branches", "repos/list-branches", ["contents"])
def branches(call: Call) -> Answer:
    """The branches, by name."""
    names = sorted(
        name.removeprefix(rules.HEADS)
        for name in call.repository.refs
        if name.startswith(rules.HEADS)
    )
    return call.page(names, lambda name: _short(call, name))


def _short(call: Call, name: str) -> Json:
    repository = call.repository
    sha = repository.refs[rules.HEADS + name]
    url = f"{call.shapes.repository_url(repository)}/commits/{sha}"
    return {
        "name": name,
        "commit": {"sha": sha, "url": url},
        "protected": name in repository.setup.protections,
    }


@route("GET", "branches/<path:branch>", "repos/get-branch", ["contents"])
def branch(call: Call) -> Answer:
    """A branch with the commit at its end."""
    repository, name = call.repository, call.args["branch"]
    sha = rules.branch_tip(repository, name)
    if sha is None:
        raise Refused(404, "Branch not found")
    url = f"{call.shapes.repository_url(repository)}/branches/{name}"
    return Answer(
        {
            **_short(call, name),
            "commit": shapes_work.commit(call.shapes, repository, sha),
            "_links": {"self": url, "html": f"{call.shapes.page_url(repository)}/tree/{name}"},
            "protection": {"enabled": name in repository.setup.protections},
            "protection_url": f"{url}/protection",
        }
    )


@route("GET", "forks", "repos/list-forks", ["metadata"])
def forks(call: Call) -> Answer:
    """The forks, newest first."""
    found = [one for one in call.state.repositories.values() if one.fork_of == call.repository.id][
        ::-1
    ]
    return call.page(found, lambda one: call.shapes.repository(one, call.actor.user))


@route("POST", "forks", "repos/create-fork", ["administration"], role="read")
def fork(call: Call) -> Answer:
    """The asker's fork."""
    made = rules.fork(call.state, call.repository, call.user)
    return Answer(call.shapes.full_repository(made, call.user), 202)


@route("GET", "collaborators", "repos/list-collaborators", ["metadata"], role="write")
def collaborators(call: Call) -> Answer:
    """The owner and all who were invited, those with a `permission` at least."""
    wanted = call.query.get("permission", "pull")
    wanted = {"pull": "read", "push": "write"}.get(wanted, wanted)
    people = [
        user
        for number in (call.repository.owner, *call.repository.collaborators)
        if access.at_least(access.role(call.repository, user := call.state.user(number)), wanted)
    ]
    return call.page(people, lambda one: _member(call, one))


def _member(call: Call, one: User) -> Json:
    has = access.role(call.repository, one)
    wanted = {"pull": "read", "push": "write"}
    may = {
        word: access.at_least(has, wanted.get(word, word))
        for word in ("pull", "triage", "push", "maintain", "admin")
    }
    return {**call.shapes.user(one), "permissions": may, "role_name": has}


@route("GET", "collaborators/<username>", "repos/check-collaborator", ["metadata"])
def is_collaborator(call: Call) -> Answer:
    """204 for the owner and collaborators, else 404."""
    user = call.state.user_named(call.args["username"])
    if user.id != call.repository.owner and user.id not in call.repository.collaborators:
        raise not_found()
    return Answer(None, 204)


@route(
    "GET",
    "collaborators/<username>/permission",
    "repos/get-collaborator-permission-level",
    ["metadata"],
)
def permission(call: Call) -> Answer:
    """What an account may do: `admin`, `write`, `read` or `none`, and the role by name."""
    user = call.state.user_named(call.args["username"])
    has = access.role(call.repository, user)
    coarse = {"maintain": "write", "triage": "read"}.get(has, has)
    return Answer({"permission": coarse, "role_name": has, "user": _member(call, user)})
