"""The JSON that GitHub makes of pull requests, files, commits, contents and check runs.

Pure functions, as in shapes.py.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from autograder.standin import diffs, rules
from autograder.standin.gitstore import Entry, Signature
from autograder.standin.shapes import Json, Shapes, node_id, when
from autograder.standin.state import APP, BOT, CheckRun, Issue, Pull, Repository, User

SHARED = (
    "number", "state", "locked", "title", "user", "body", "labels", "milestone", "created_at",
    "updated_at", "closed_at", "assignee", "assignees", "author_association",
    "active_lock_reason",
)  # fmt: skip
"""What a pull request has in common with an issue."""
INLINE_BYTES = 2**20
"""The contents API shows no larger file in its JSON."""


def pull(shapes: Shapes, repository: Repository, issue: Issue, it: Pull) -> Json:
    """A `pull-request-simple`."""
    api, web = shapes.repository_url(repository), shapes.page_url(repository)
    url, page = f"{api}/pulls/{issue.number}", f"{web}/pull/{issue.number}"
    issue_url = f"{api}/issues/{issue.number}"
    links = {
        "self": url,
        "html": page,
        "issue": issue_url,
        "comments": f"{issue_url}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{it.head_sha}",
    }
    told = shapes.issue(repository, issue)
    fork = shapes.state.repositories.get(it.head_repository or 0)
    return {
        "url": url,
        "id": issue.id + 500_000_000,
        "node_id": node_id("PullRequest", issue.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue_url,
        **{f"{word}_url": links[word] for word in list(links)[3:]},
        "_links": {word: {"href": href} for word, href in links.items()},
        **{key: told[key] for key in SHARED},
        "merged_at": when(it.merged_at),
        "merge_commit_sha": it.merge_sha,
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _end(shapes, fork, it.head_ref, it.head_sha, shapes.state.user(it.head_owner)),
        "base": _end(
            shapes, repository, it.base_ref, it.base_sha, shapes.state.user(repository.owner)
        ),
        "auto_merge": None,
        "draft": it.draft,
    }


def _end(shapes: Shapes, at: Repository | None, ref: str, sha: str, owner: User) -> Json:
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": shapes.user(owner),
        "repo": shapes.repository(at) if at else None,
    }


def full_pull(shapes: Shapes, repository: Repository, issue: Issue, it: Pull) -> Json:
    """A `pull-request`. Whether it can be merged is unknown when first asked after a push."""
    found = rules.pull_changes(repository, it)
    # Counting lines of thousands of files would be slow, and GitHub counts no more than it shows.
    patches = [diffs.patch(repository.store, one) for one in found[:300]]
    mergeable: bool | None = None
    word = "unknown"
    if it.merged_at is None and it.mergeable_told and not issue.closed_at:
        mergeable = rules.merge_tree(repository, it) is not None
        word = ("draft" if it.draft else "clean") if mergeable else "dirty"
    return {
        **pull(shapes, repository, issue, it),
        "merged": it.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": word,
        "merged_by": shapes.user(shapes.state.user(it.merged_by)) if it.merged_by else None,
        "comments": shapes.comment_count(repository, issue),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(rules.pull_commits(repository, it)),
        "additions": sum(one.additions for one in patches),
        "deletions": sum(one.deletions for one in patches),
        "changed_files": len(found),
    }


def changed_file(shapes: Shapes, repository: Repository, commit: str, one: diffs.Change) -> Json:
    """A `diff-entry`."""
    told = diffs.patch(repository.store, one)
    path = quote(one.path.encode("utf-8", "surrogateescape"))
    shape: Json = {
        "sha": one.sha,
        "filename": shown(one.path),
        "status": one.status,
        "additions": told.additions,
        "deletions": told.deletions,
        "changes": told.additions + told.deletions,
        "blob_url": f"{shapes.page_url(repository)}/blob/{commit}/{path}",
        "raw_url": f"{shapes.page_url(repository)}/raw/{commit}/{path}",
        "contents_url": f"{shapes.repository_url(repository)}/contents/{path}?ref={commit}",
    }
    if told.text is not None:
        shape["patch"] = told.text
    if one.previous:
        shape["previous_filename"] = shown(one.previous)
    return shape


def shown(path: str) -> str:
    """A path as JSON can carry it: bytes that are no UTF-8 become the replacement sign."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _signed(one: Signature) -> Json:
    return {"name": one.name, "email": one.email, "date": when(one.at)}


def git_commit(shapes: Shapes, repository: Repository, sha: str) -> Json:
    """A `git-commit`."""
    api, one = shapes.repository_url(repository), repository.store.commit(sha)
    page = f"{shapes.page_url(repository)}/commit"
    return {
        "sha": sha,
        "node_id": node_id("Commit", sha),
        "url": f"{api}/git/commits/{sha}",
        "html_url": f"{page}/{sha}",
        "author": _signed(one.author),
        "committer": _signed(one.committer),
        "message": one.message,
        "tree": {"sha": one.tree, "url": f"{api}/git/trees/{one.tree}"},
        "parents": [
            {"sha": sha, "url": f"{api}/git/commits/{sha}", "html_url": f"{page}/{sha}"}
            for sha in one.parents
        ],
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def commit(shapes: Shapes, repository: Repository, sha: str) -> Json:
    """A `commit`, without its files."""
    api, inner = shapes.repository_url(repository), git_commit(shapes, repository, sha)
    one = repository.store.commit(sha)
    return {
        "sha": sha,
        "node_id": inner["node_id"],
        "url": f"{api}/commits/{sha}",
        "html_url": inner["html_url"],
        "comments_url": f"{api}/commits/{sha}/comments",
        "commit": {
            **{key: inner[key] for key in ("author", "committer", "message", "tree")},
            "url": inner["url"],
            "comment_count": 0,
            "verification": inner["verification"],
        },
        "author": _account(shapes, one.author),
        "committer": _account(shapes, one.committer),
        "parents": [
            {**parent, "url": f"{api}/commits/{parent['sha']}"} for parent in inner["parents"]
        ],
    }


def _account(shapes: Shapes, one: Signature) -> Json | None:
    number = one.email.partition("+")[0]
    known = number.isdigit() and one.email.endswith("@users.noreply.github.com")
    user = shapes.state.users.get(int(number)) if known else None
    return shapes.user(user) if user else None


def content(shapes: Shapes, repository: Repository, path: str, entry: Entry, ref: str) -> Json:
    """One file, folder, link or submodule in the contents API, without what is in it."""
    api, page = shapes.repository_url(repository), shapes.page_url(repository)
    written = quote(path)
    url = f"{api}/contents/{written}?ref={quote(ref)}"
    kind = {"040000": "dir", "160000": "submodule", "120000": "symlink"}.get(entry.mode, "file")
    below = "tree" if kind == "dir" else "blob"
    git = None if kind == "submodule" else f"{api}/git/{below}s/{entry.sha}"
    html = None if kind == "submodule" else f"{page}/{below}/{quote(ref)}/{written}"
    has_body = kind in ("file", "symlink")
    raw = f"{page}/raw/{quote(ref)}/{written}" if has_body else None
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": len(repository.store.body(entry.sha, "blob")) if has_body else 0,
        "type": kind,
        "url": url,
        "git_url": git,
        "html_url": html,
        "download_url": raw,
        "_links": {"self": url, "git": git, "html": html},
    }


def file_content(shapes: Shapes, repository: Repository, path: str, entry: Entry, ref: str) -> Json:
    """A file, a link or a submodule with what is in it."""
    shape = content(shapes, repository, path, entry, ref)
    if shape["type"] == "submodule":
        return {**shape, "submodule_git_url": f"{shapes.url}/elsewhere/module.git"}
    body = repository.store.body(entry.sha, "blob")
    if shape["type"] == "symlink":
        return {**shape, "target": body.decode("utf-8", "replace")}
    if len(body) > INLINE_BYTES:
        return {**shape, "encoding": "none", "content": ""}
    return {**shape, "encoding": "base64", "content": base64.encodebytes(body).decode()}


def app(shapes: Shapes) -> Json:
    """GitHub Actions as an app."""
    long_ago = "2018-07-30T09:30:17Z"
    return {
        "id": APP,
        "slug": "github-actions",
        "client_id": "Iv1.0000000000000000",
        "node_id": node_id("App", APP),
        "owner": shapes.user(shapes.state.user(BOT)),
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": f"{shapes.url}/features/actions",
        "html_url": f"{shapes.url}/apps/github-actions",
        "created_at": long_ago,
        "updated_at": long_ago,
        "permissions": {"checks": "write", "contents": "write", "metadata": "read"},
        "events": [],
    }


def check_run(shapes: Shapes, repository: Repository, one: CheckRun) -> Json:
    """A `check-run`."""
    api = shapes.repository_url(repository)
    url, page = f"{api}/check-runs/{one.id}", f"{shapes.page_url(repository)}/runs/{one.id}"
    said: dict[str, Any] = one.raw.get("output") or {}
    return {
        "id": one.id,
        "head_sha": one.head_sha,
        "node_id": node_id("CheckRun", one.id),
        "external_id": one.raw.get("external_id", ""),
        "url": url,
        "html_url": page,
        "details_url": one.raw.get("details_url", page),
        "status": one.status,
        "conclusion": one.conclusion,
        "started_at": one.raw.get("started_at", when(one.created_at)),
        "completed_at": one.raw.get("completed_at"),
        "output": {
            **{word: said.get(word) for word in ("title", "summary", "text")},
            "annotations_count": len(one.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": one.name,
        "check_suite": {"id": one.suite},
        "app": app(shapes),
        # Only pull requests from the repository itself are listed: of forks GitHub tells nothing.
        "pull_requests": [
            _minimal(shapes, repository, issue.number, it)
            for issue in repository.issues.values()
            if (it := issue.pull)
            and not issue.closed_at
            and (it.head_sha, it.head_repository) == (one.head_sha, repository.id)
        ],
    }


def _minimal(shapes: Shapes, repository: Repository, number: int, it: Pull) -> Json:
    api = shapes.repository_url(repository)
    at = {"id": repository.id, "url": api, "name": repository.name}
    return {
        "id": repository.issues[number].id + 500_000_000,
        "number": number,
        "url": f"{api}/pulls/{number}",
        "head": {"ref": it.head_ref, "sha": it.head_sha, "repo": at},
        "base": {"ref": it.base_ref, "sha": it.base_sha, "repo": at},
    }
