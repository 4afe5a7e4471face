"""The git data API: blobs, trees, commits and references."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from autograder.standin import rules, shapes_work
from autograder.standin.gitstore import FOLDER, SUBMODULE, Entry, Signature
from autograder.standin.refusal import Refused, not_found
from autograder.standin.routes import Answer, Call, route
from autograder.standin.shapes import Json, node_id
from autograder.standin.views.contents import check_path

NEEDS = ["contents"]
LARGEST_BLOB_BYTES = 100 * 2**20
MODES = ("100644", "100755", "040000", "160000", "120000")


@route("GET", "git/blobs/<file_sha>", "git/get-blob", NEEDS)
def get_blob(call: Call) -> Answer:
    """A file by its name; raw bytes where they are asked for."""
    sha, store = call.args["file_sha"], call.repository.store
    if not store.has(sha, "blob"):
        raise not_found()
    body = store.body(sha, "blob")
    if len(body) > LARGEST_BLOB_BYTES:
        raise Refused(403, "This API returns blobs up to 100 MB in size.")
    if "raw" in call.accept:
        return Answer(body)
    return Answer(
        {
            "sha": sha,
            "node_id": node_id("Blob", sha),
            "size": len(body),
            "url": _url(call, "blobs", sha),
            "content": base64.encodebytes(body).decode(),
            "encoding": "base64",
        }
    )


@route("POST", "git/blobs", "git/create-blob", NEEDS)
def create_blob(call: Call) -> Answer:
    """Store a file."""
    content = call.body["content"]
    try:
        raw = call.body.get("encoding", "utf-8") == "base64"
        body = base64.b64decode(content) if raw else content.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Refused(422, "content could not be decoded") from error
    sha = call.repository.store.put_blob(body)
    return Answer({"sha": sha, "url": _url(call, "blobs", sha)}, 201)


@route("GET", "git/trees/<path:tree_sha>", "git/get-tree", NEEDS)
def get_tree(call: Call) -> Answer:
    """A tree, of a commit or a branch as well; `recursive`, whatever its value, goes all the way.

    Beyond the limit the list is cut and `truncated` is true.
    """
    repository, told = call.repository, call.args["tree_sha"]
    sha = told
    if not repository.store.has(sha, "tree"):
        sha = repository.store.tree_of(rules.resolve(repository, told))
    deep = "recursive" in call.query
    found = repository.store.walk(sha) if deep else repository.store.folder(sha).items()
    limit = call.state.tree_limit
    items = [_item(call, path, entry) for _, (path, entry) in zip(range(limit + 1), found)]  # noqa: B905
    return Answer(
        {
            "sha": sha,
            "url": _url(call, "trees", sha),
            "tree": items[:limit],
            "truncated": len(items) > limit,
        }
    )


def _item(call: Call, path: str, entry: Entry) -> Json:
    shape: Json = {
        "path": shapes_work.shown(path),
        "mode": entry.mode,
        "type": entry.kind,
        "sha": entry.sha,
    }
    if entry.kind == "commit":
        return shape
    if entry.kind == "blob":
        shape["size"] = len(call.repository.store.body(entry.sha, "blob"))
    return {**shape, "url": _url(call, f"{entry.kind}s", entry.sha)}


@route("POST", "git/trees", "git/create-tree", NEEDS)
def create_tree(call: Call) -> Answer:
    """Store a tree: entries over `base_tree`, where there is one; a null `sha` removes."""
    store, base = call.repository.store, call.body.get("base_tree")
    if base and store.has(base, "commit"):
        base = store.tree_of(base)
    if base and not store.has(base, "tree"):
        raise Refused(422, "base_tree is not a valid tree oid")
    files = dict(store.files(base)) if base else {}
    for told in call.body["tree"]:
        _put(call, files, told)
    sha = store.put_tree(files)
    items = [_item(call, name, entry) for name, entry in store.folder(sha).items()]
    return Answer(
        {"sha": sha, "url": _url(call, "trees", sha), "tree": items, "truncated": False}, 201
    )


def _put(call: Call, files: dict[str, Entry], told: dict[str, Any]) -> None:
    path, mode = str(told.get("path", "")), str(told.get("mode", ""))
    store = call.repository.store
    try:
        check_path(path)
    except Refused as error:
        raise Refused(422, "tree.path contains a malformed path component") from error
    if mode not in MODES:
        raise Refused(422, "Must supply a valid tree.mode")
    if told.get("sha") is None and "content" not in told:
        if not any(one == path or one.startswith(path + "/") for one in files):
            raise Refused(422, "GitRPC::BadObjectState")
        for one in [one for one in files if one == path or one.startswith(path + "/")]:
            del files[one]
        return
    if "content" in told and told.get("sha"):
        raise Refused(422, "Must supply either tree.sha or tree.content, not both")
    sha = told["sha"] if told.get("sha") else store.put_blob(str(told["content"]).encode())
    if mode == FOLDER and store.has(sha, "tree"):
        files |= {f"{path}/{below}": entry for below, entry in store.files(sha).items()}
        return
    if mode != SUBMODULE and not store.has(sha, "blob"):
        raise Refused(422, f"tree.sha {sha} is not a valid blob")
    files[path] = Entry(mode, sha)


@route("GET", "git/commits/<commit_sha>", "git/get-commit", NEEDS)
def get_commit(call: Call) -> Answer:
    """A commit."""
    sha = call.args["commit_sha"]
    if not call.repository.store.has(sha, "commit"):
        raise not_found()
    return Answer(shapes_work.git_commit(call.shapes, call.repository, sha))


@route("POST", "git/commits", "git/create-commit", NEEDS)
def create_commit(call: Call) -> Answer:
    """Store a commit; no branch moves."""
    repository, body = call.repository, call.body
    store = repository.store
    if not store.has(body["tree"], "tree"):
        raise Refused(422, "Tree SHA does not exist")
    parents = tuple(body.get("parents", ()))
    if not all(store.has(parent, "commit") for parent in parents):
        raise Refused(422, "Parent SHA does not exist or is not a commit object")
    author = _signature(call, body.get("author"))
    committer = _signature(call, body.get("committer")) if body.get("committer") else author
    sha = store.put_commit(body["tree"], parents, body["message"], author, committer)
    return Answer(shapes_work.git_commit(call.shapes, repository, sha), 201)


def _signature(call: Call, told: dict[str, Any] | None) -> Signature:
    if told is None:
        return rules.signature(call.user, call.state.now())
    at = datetime.fromisoformat(told["date"]) if told.get("date") else call.state.now()
    return Signature(told["name"], told["email"], at)


@route("GET", "git/ref/<path:ref>", "git/get-ref", NEEDS)
def get_ref(call: Call) -> Answer:
    """A reference by its full name without `refs/`."""
    name = f"refs/{call.args['ref']}"
    if not call.repository.refs:
        raise Refused(409, "Git Repository is empty.")
    if name not in call.repository.refs:
        raise not_found()
    return Answer(_ref(call, name))


@route("GET", "git/matching-refs/<path:ref>", "git/list-matching-refs", NEEDS)
def matching_refs(call: Call) -> Answer:
    """The references that begin with what is told."""
    start = f"refs/{call.args['ref']}"
    return call.page(
        sorted(name for name in call.repository.refs if name.startswith(start)),
        lambda name: _ref(call, name),
    )


@route("POST", "git/refs", "git/create-ref", NEEDS)
def create_ref(call: Call) -> Answer:
    """A new reference."""
    repository, name, sha = call.repository, call.body["ref"], call.body["sha"]
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refused(422, "Reference name must start with 'refs/' and contain at least one slash")
    if name in repository.refs:
        raise Refused(422, "Reference already exists")
    rules.move(call.state, repository, name, sha)
    return Answer(_ref(call, name), 201)


@route("PATCH", "git/refs/<path:ref>", "git/update-ref", NEEDS)
def update_ref(call: Call) -> Answer:
    """Move a reference; without `force` only forwards."""
    name = f"refs/{call.args['ref']}"
    if name not in call.repository.refs:
        raise Refused(422, "Reference does not exist")
    force = bool(call.body.get("force", False))
    rules.move(call.state, call.repository, name, call.body["sha"], force=force)
    return Answer(_ref(call, name))


@route("DELETE", "git/refs/<path:ref>", "git/delete-ref", NEEDS)
def delete_ref(call: Call) -> Answer:
    """Remove a reference."""
    rules.delete_ref(call.state, call.repository, f"refs/{call.args['ref']}")
    return Answer(None, 204)


def _ref(call: Call, name: str) -> Json:
    sha = call.repository.refs[name]
    url = f"{call.shapes.repository_url(call.repository)}/git/{name}"
    target = {"type": "commit", "sha": sha, "url": _url(call, "commits", sha)}
    return {"ref": name, "node_id": node_id("Ref", name), "url": url, "object": target}


def _url(call: Call, kind: str, sha: str) -> str:
    return f"{call.shapes.repository_url(call.repository)}/git/{kind}/{sha}"
