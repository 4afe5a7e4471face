"""Which workflows there are and whether they run, and who must wait for leave to start one."""

from __future__ import annotations

import zlib
from pathlib import PurePosixPath

from autograder.standin import rules
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json, node_id, when

FOLDER = ".github/workflows/"


@route("GET", "actions/permissions/fork-pr-contributor-approval", "actions/get-fork-pr-contributor-approval-permissions-repository", ["administration"], role="admin")  # fmt: skip  # noqa: E501
def approval(call: Call) -> Answer:
    """Whose runs wait for an organiser."""
    return Answer({"approval_policy": call.repository.setup.approval})


@route("GET", "actions/workflows", "actions/list-repo-workflows", ["actions"])
def workflows(call: Call) -> Answer:
    """The workflows of the default branch."""
    home = call.repository
    head = home.refs.get(rules.HEADS + home.default_branch)
    files = home.store.files(home.store.tree_of(head)) if head else {}
    found = [
        path
        for path in sorted(files)
        if path.startswith(FOLDER) and path.endswith((".yml", ".yaml"))
    ]
    return call.page(found, lambda path: _workflow(call, path), "workflows")


def _workflow(call: Call, path: str) -> Json:
    home, name = call.repository, PurePosixPath(path).stem
    api, page = call.shapes.repository_url(home), call.shapes.page_url(home)
    return {
        "id": zlib.crc32(path.encode()),
        "node_id": node_id("Workflow", name),
        "name": name,
        "path": path,
        "state": "disabled_manually" if name in home.setup.idle else "active",
        "created_at": when(home.created_at),
        "updated_at": when(home.updated_at),
        "url": f"{api}/actions/workflows/{name}.yml",
        "html_url": f"{page}/blob/{home.default_branch}/{path}",
        "badge_url": f"{page}/workflows/{name}/badge.svg",
    }
