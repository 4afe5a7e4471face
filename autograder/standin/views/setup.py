"""What a cohort's organiser sets up: rights of workflows, secrets, variables, Pages, branches."""

from __future__ import annotations

import zlib

from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json, node_id, when

ADMIN = ["administration"]


@route("GET", "topics", "repos/get-all-topics", ["metadata"])
def topics(call: Call) -> Answer:
    """The repository's topics."""
    return Answer({"names": call.repository.setup.topics})


@route("GET", "actions/permissions", "actions/get-github-actions-permissions-repository", ADMIN, role="admin")  # fmt: skip  # noqa: E501
def actions(call: Call) -> Answer:
    """Whether Actions run, and which."""
    return Answer(call.repository.setup.actions)


@route("PUT", "actions/permissions", "actions/set-github-actions-permissions-repository", ADMIN, role="admin")  # fmt: skip  # noqa: E501
def set_actions(call: Call) -> Answer:
    """Let Actions run, or not."""
    call.repository.setup.actions |= call.body
    return Answer(None, 204)


@route("GET", "actions/permissions/workflow", "actions/get-github-actions-default-workflow-permissions-repository", ADMIN, role="admin")  # fmt: skip  # noqa: E501
def workflow(call: Call) -> Answer:
    """What a workflow's token may do unless it says so itself."""
    return Answer(call.repository.setup.workflow)


@route("PUT", "actions/permissions/workflow", "actions/set-github-actions-default-workflow-permissions-repository", ADMIN, role="admin")  # fmt: skip  # noqa: E501
def set_workflow(call: Call) -> Answer:
    """Change that."""
    call.repository.setup.workflow |= call.body
    return Answer(None, 204)


@route("GET", "actions/secrets", "actions/list-repo-secrets", ["secrets"], role="write")
def secrets(call: Call) -> Answer:
    """The names of secrets, never their values."""
    found = sorted(call.repository.setup.secrets.items())
    return call.page(
        found,
        lambda one: {"name": one[0], "created_at": when(one[1]), "updated_at": when(one[1])},
        "secrets",
    )


@route("GET", "actions/variables", "actions/list-repo-variables", ["actions_variables"], role="write")  # fmt: skip  # noqa: E501
def variables(call: Call) -> Answer:
    """Variables with their values."""
    found = sorted(call.repository.setup.variables)
    return call.page(found, lambda name: _variable(call, name), "variables")


@route("GET", "actions/variables/<name>", "actions/get-repo-variable", ["actions_variables"], role="write")  # fmt: skip  # noqa: E501
def variable(call: Call) -> Answer:
    """One variable."""
    if call.args["name"] not in call.repository.setup.variables:
        raise not_found()
    return Answer(_variable(call, call.args["name"]))


@route("POST", "actions/variables", "actions/create-repo-variable", ["actions_variables"])
def create_variable(call: Call) -> Answer:
    """A new variable."""
    name, known = call.body["name"], call.repository.setup.variables
    if name in known:
        raise Refused(409, "Already exists - Variable already exists")
    known[name] = (call.body["value"], call.state.now())
    return Answer({}, 201)


def _variable(call: Call, name: str) -> Json:
    value, at = call.repository.setup.variables[name]
    return {"name": name, "value": value, "created_at": when(at), "updated_at": when(at)}


@route("GET", "environments", "repos/get-all-environments", ["actions"])
def environments(call: Call) -> Answer:
    """The environments."""
    found = sorted(call.repository.setup.environments)
    return call.page(found, lambda name: _environment(call, name), "environments")


def _environment(call: Call, name: str) -> Json:
    at = when(call.repository.setup.environments[name])
    url = f"{call.shapes.repository_url(call.repository)}/environments/{name}"
    return {
        "id": zlib.crc32(name.encode()),
        "node_id": node_id("Environment", name),
        "name": name,
        "url": url,
        "html_url": f"{call.shapes.page_url(call.repository)}/deployments/{name}",
        "created_at": at,
        "updated_at": at,
        "protection_rules": [],
        "deployment_branch_policy": None,
    }


@route("GET", "pages", "repos/get-pages", ["pages"])
def pages(call: Call) -> Answer:
    """How the site is published; 404 where it is not."""
    told = call.repository.setup.pages
    if told is None:
        raise not_found()
    return Answer(told)


@route("POST", "pages", "repos/create-pages-site", ["pages"], role="admin")
def create_pages(call: Call) -> Answer:
    """Publish a site."""
    setup = call.repository.setup
    if setup.pages is not None:
        raise Refused(409, "GitHub Pages is already enabled.")
    setup.pages = pages_shape(
        call.shapes.repository_url(call.repository), call.body.get("build_type", "legacy")
    )
    return Answer(setup.pages, 201)


@route("PUT", "pages", "repos/update-information-about-pages-site", ["pages"], role="admin")
def update_pages(call: Call) -> Answer:
    """Publish it another way."""
    if call.repository.setup.pages is None:
        raise not_found()
    call.repository.setup.pages |= {
        key: value for key, value in call.body.items() if key in ("build_type", "cname")
    }
    return Answer(None, 204)


def pages_shape(api: str, build_type: str) -> Json:
    """A `page`."""
    return {
        "url": f"{api}/pages",
        "status": "built",
        "cname": None,
        "custom_404": False,
        "html_url": f"{api}/pages/site/",
        "build_type": build_type,
        "source": {"branch": "main", "path": "/"},
        "public": True,
        "https_enforced": True,
    }


@route("GET", "branches/<branch>/protection", "repos/get-branch-protection", ADMIN, role="admin")
def protection(call: Call) -> Answer:
    """A branch's protection; 404 where it has none."""
    told = call.repository.setup.protections.get(call.args["branch"])
    if told is None:
        raise Refused(404, "Branch not protected")
    url = f"{call.shapes.repository_url(call.repository)}/branches/{call.args['branch']}"
    return Answer({"url": f"{url}/protection", **told})


@route("POST", "dispatches", "repos/create-dispatch-event", ["contents"])
def dispatch(call: Call) -> Answer:
    """Start workflows by an event of one's own; it is noted, nothing runs."""
    call.repository.setup.dispatched.append({**call.body, "by": call.user.login})
    return Answer(None, 204)


@route("POST", "actions/workflows/<workflow_id>/dispatches", "actions/create-workflow-dispatch", ["actions"])  # fmt: skip  # noqa: E501
def workflow_dispatch(call: Call) -> Answer:
    """Start a workflow; it is noted, nothing runs."""
    told = {"workflow": call.args["workflow_id"], **call.body, "by": call.user.login}
    call.repository.setup.dispatched.append(told)
    return Answer(None, 204)
