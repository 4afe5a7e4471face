"""The contents API: files by path, and one commit for each that is written."""

from __future__ import annotations

import base64
import binascii

from autograder.standin import access, rules, shapes_work
from autograder.standin.gitstore import FOLDER, LINK, Entry, Signature
from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json
from autograder.standin.state import Repository

MOST_IN_FOLDER = 1000
WORKFLOWS = ".github/workflows/"


@route("GET", "contents", "repos/get-content", ["contents"], path="")
@route("GET", "contents/<path:path>", "repos/get-content", ["contents"])
def get(call: Call) -> Answer:
    """A file, or the list of a folder; raw bytes where they are asked for."""
    repository, path = call.repository, call.args["path"].strip("/")
    ref = call.query.get("ref", repository.default_branch)
    commit = rules.resolve(repository, ref)
    entry = find(repository, repository.store.tree_of(commit), path)
    if entry.mode == FOLDER:
        return Answer(_listed(call, path, entry, ref))
    if entry.mode == LINK:
        entry = _followed(repository, commit, path, entry)
    if "raw" in call.accept and entry.kind == "blob":
        return Answer(repository.store.body(entry.sha, "blob"))
    return Answer(shapes_work.file_content(call.shapes, repository, path, entry, ref))


def find(repository: Repository, tree: str, path: str) -> Entry:
    """What lies at a path of a tree.

    Raises:
        Refused: 404.
    """
    entry = Entry(FOLDER, tree)
    for name in filter(None, path.split("/")):
        inner = repository.store.folder(entry.sha) if entry.mode == FOLDER else {}
        if name not in inner:
            raise not_found()
        entry = inner[name]
    return entry


def _listed(call: Call, path: str, entry: Entry, ref: str) -> list[Json]:
    repository = call.repository
    inner = list(repository.store.folder(entry.sha).items())[:MOST_IN_FOLDER]
    prefix = f"{path}/" if path else ""
    shown = [
        shapes_work.content(call.shapes, repository, prefix + shapes_work.shown(name), one, ref)
        for name, one in inner
    ]
    # A list shows submodules as files; GitHub keeps that for old clients' sake.
    return [{**one, "type": "file"} if one["type"] == "submodule" else one for one in shown]


def _followed(repository: Repository, commit: str, path: str, link: Entry) -> Entry:
    """A link's target where that is a file of the repository, as GitHub answers; else the link."""
    target = repository.store.body(link.sha, "blob").decode("utf-8", "replace")
    parts: list[str] = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return link
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    try:
        found = find(repository, repository.store.tree_of(commit), "/".join(parts))
    except Refused:
        return link
    return found if found.mode in ("100644", "100755") and target[:1] != "/" else link


@route("PUT", "contents/<path:path>", "repos/create-or-update-file-contents", ["contents"])
def put(call: Call) -> Answer:
    """Write one file; `sha` must name the one it replaces."""
    repository, path = call.repository, call.args["path"]
    check_path(path)
    _refuse_workflows(call, path)
    branch, before = _present(call, path)
    told = call.body.get("sha")
    if before is not None and not told:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if told and (before is None or before.sha != told):
        raise Refused(409, f"{path} does not match {told}")
    try:
        body = base64.b64decode(call.body["content"].replace("\n", ""), validate=True)
    except binascii.Error as error:
        raise Refused(422, "content is not valid Base64") from error
    entry = rules.blob(repository, body, before.mode if before else "100644")
    sha = rules.commit_files(
        call.state, repository, branch, {path: entry}, call.body["message"], _author(call)
    )
    shown = shapes_work.content(call.shapes, repository, path, entry, branch)
    made = shapes_work.git_commit(call.shapes, repository, sha)
    return Answer({"content": shown, "commit": made}, 200 if before else 201)


@route("DELETE", "contents/<path:path>", "repos/delete-file", ["contents"])
def delete(call: Call) -> Answer:
    """Remove one file; `sha` must name it."""
    repository, path = call.repository, call.args["path"]
    _refuse_workflows(call, path)
    branch, before = _present(call, path)
    if before is None:
        raise not_found()
    if call.body.get("sha") != before.sha:
        raise Refused(409, f"{path} does not match {call.body.get('sha')}")
    sha = rules.commit_files(
        call.state, repository, branch, {path: None}, call.body["message"], _author(call)
    )
    return Answer({"content": None, "commit": shapes_work.git_commit(call.shapes, repository, sha)})


def check_path(path: str) -> None:
    """Refuse a path that git would not check out: 422."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or "\0" in path:
        raise Refused(422, "path contains a malformed path component")


def _present(call: Call, path: str) -> tuple[str, Entry | None]:
    """The branch that is written to, and what lies at the path there now."""
    repository = call.repository
    branch = call.body.get("branch", repository.default_branch)
    tip = rules.branch_tip(repository, branch)
    if tip is None:
        if rules.branch_tip(repository, repository.default_branch) is None:
            return branch, None  # the first commit of an empty repository
        raise Refused(404, f"Branch {branch} not found")
    return branch, repository.store.files(repository.store.tree_of(tip)).get(path)


def _author(call: Call) -> Signature:
    at, told = call.state.now(), call.body.get("author") or call.body.get("committer")
    if told:
        return Signature(told["name"], told["email"], at)
    return rules.signature(call.user, at)


def _refuse_workflows(call: Call, path: str) -> None:
    token = call.actor.token
    if path.startswith(WORKFLOWS) and token is not None and token.permissions is not None:
        raise Refused(403, access.NO_INTEGRATION)
