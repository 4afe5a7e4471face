"""The JSON that GitHub makes of accounts, repositories, labels, issues and comments.

Pure functions of the state; `Shapes` only carries the state and the server's address along.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from autograder.standin import access
from autograder.standin.links import ADMIN_OPTIONS, OPTIONS, REPOSITORY_LINKS, USER_LINKS
from autograder.standin.state import (
    Comment,
    Issue,
    Label,
    Milestone,
    Reaction,
    Repository,
    State,
    User,
)

Json = dict[str, Any]


def when(at: datetime | None) -> str | None:
    """A time as GitHub writes it: `2026-06-03T09:00:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node_id(kind: str, number: object) -> str:
    """An opaque global name."""
    return base64.b64encode(f"0:{kind}{number}".encode()).decode()


@dataclass(frozen=True)
class Shapes:
    """The state, and where the server is: `url` is both the API's and the site's address."""

    state: State
    url: str

    def repository_url(self, repository: Repository) -> str:
        """The API's address of a repository."""
        return f"{self.url}/repos/{self.state.full_name(repository)}"

    def page_url(self, repository: Repository) -> str:
        """The site's address of a repository."""
        return f"{self.url}/{self.state.full_name(repository)}"

    def user(self, user: User) -> Json:
        """A `simple-user`."""
        api = f"{self.url}/users/{user.login.replace('[', '%5B').replace(']', '%5D')}"
        return {
            "login": user.login,
            "id": user.id,
            "node_id": node_id("User", user.id),
            "avatar_url": f"{self.url}/avatars/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": api,
            "html_url": f"{self.url}/{user.login.removesuffix('[bot]')}",
            **{key: api + end for key, end in USER_LINKS.items()},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def account(self, user: User) -> Json:
        """A `public-user`."""
        empty = dict.fromkeys(("company", "blog", "location", "email", "hireable", "bio"))
        owned = sum(1 for one in self.state.repositories.values() if one.owner == user.id)
        return {
            **self.user(user), **empty, "name": user.name, "twitter_username": None,
            "public_repos": owned, "public_gists": 0, "followers": 0, "following": 0,
            "created_at": when(user.created_at), "updated_at": when(user.created_at),
        }  # fmt: skip

    def repository(self, repository: Repository, asked_by: User | None = None) -> Json:
        """A `full-repository`, which is a `repository` and a `minimal-repository` as well."""
        api, web = self.repository_url(repository), self.page_url(repository)
        state, name = self.state, self.state.full_name(repository)
        forks = sum(1 for one in state.repositories.values() if one.fork_of == repository.id)
        waiting = sum(1 for one in repository.issues.values() if not one.closed_at)
        has = access.role(repository, asked_by)
        shape = {
            "id": repository.id,
            "node_id": node_id("Repository", repository.id),
            "name": repository.name,
            "full_name": name,
            "private": repository.private,
            "owner": self.user(state.user(repository.owner)),
            "html_url": web,
            "fork": repository.fork_of is not None,
            "url": api,
            **{key: api + end for key, end in REPOSITORY_LINKS.items()},
            "git_url": f"git://{name}.git",
            "ssh_url": f"git@{name}.git",
            "clone_url": f"{web}.git",
            "svn_url": web,
            "mirror_url": None,
            "language": None,
            "license": None,
            "size": 1,
            "default_branch": repository.default_branch,
            **dict.fromkeys(("forks", "forks_count", "network_count"), forks),
            **dict.fromkeys(("watchers", "watchers_count", "stargazers_count"), 0),
            "subscribers_count": 0,
            **dict.fromkeys(("open_issues", "open_issues_count"), waiting),
            "has_pages": repository.setup.pages is not None,
            "has_downloads": False,
            "disabled": False,
            "visibility": "private" if repository.private else "public",
            "topics": list(repository.setup.topics),
            **OPTIONS,
            **{k: v for k, v in repository.setup.options.items() if k not in ADMIN_OPTIONS},
            "pushed_at": when(repository.pushed_at),
            "created_at": when(repository.created_at),
            "updated_at": when(repository.updated_at),
        }
        if asked_by is not None:
            wanted = {"pull": "read", "push": "write"}
            shape["permissions"] = {
                word: access.at_least(has, wanted.get(word, word))
                for word in ("admin", "maintain", "push", "triage", "pull")
            }
        if access.at_least(has, "admin"):
            shape |= {k: repository.setup.options.get(k, v) for k, v in ADMIN_OPTIONS.items()}
        return shape

    def full_repository(self, repository: Repository, asked_by: User | None) -> Json:
        """A `full-repository` with the one it was forked from."""
        shape = self.repository(repository, asked_by)
        parent = self.state.repositories.get(repository.fork_of or 0)
        if parent is not None:
            shape["parent"] = shape["source"] = self.repository(parent)
        return shape

    def label(self, repository: Repository, label: Label) -> Json:
        """A `label`."""
        return {
            "id": label.id,
            "node_id": node_id("Label", label.id),
            "url": f"{self.repository_url(repository)}/labels/{label.name}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
            "archived_at": None,
            "archived_by": None,
        }

    def milestone(self, repository: Repository, one: Milestone) -> Json:
        """A `milestone`."""
        api = f"{self.repository_url(repository)}/milestones/{one.number}"
        mine = [issue for issue in repository.issues.values() if issue.milestone == one.number]
        done = sum(1 for issue in mine if issue.closed_at)
        return {
            "url": api,
            "html_url": f"{self.page_url(repository)}/milestone/{one.number}",
            "labels_url": f"{api}/labels",
            "id": one.id,
            "node_id": node_id("Milestone", one.id),
            "number": one.number,
            "title": one.title,
            "description": one.description,
            "creator": self.user(self.state.user(one.creator)),
            "open_issues": len(mine) - done,
            "closed_issues": done,
            "state": one.state,
            "created_at": when(one.created_at),
            "updated_at": when(one.updated_at),
            "closed_at": when(one.closed_at),
            "due_on": when(one.due_on),
        }

    def association(self, repository: Repository, number: int) -> str:
        """How an account stands to a repository: OWNER, COLLABORATOR, CONTRIBUTOR or NONE."""
        if number == repository.owner:
            return "OWNER"
        if number in repository.collaborators:
            return "COLLABORATOR"
        merged = (one.user for one in repository.issues.values() if one.pull and one.pull.merged_at)
        return "CONTRIBUTOR" if number in merged else "NONE"

    def issue(self, repository: Repository, issue: Issue) -> Json:
        """An `issue`; pull requests are issues, too."""
        api = f"{self.repository_url(repository)}/issues/{issue.number}"
        kind = "pull" if issue.pull else "issues"
        web = f"{self.page_url(repository)}/{kind}/{issue.number}"
        milestone = repository.milestones.get(issue.milestone or 0)
        people = [self.user(self.state.user(number)) for number in issue.assignees]
        shape = {
            "url": api,
            "repository_url": self.repository_url(repository),
            "labels_url": f"{api}/labels{{/name}}",
            "comments_url": f"{api}/comments",
            "events_url": f"{api}/events",
            "timeline_url": f"{api}/timeline",
            "html_url": web,
            "id": issue.id,
            "node_id": node_id("Issue", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(self.state.user(issue.user)),
            "labels": self.labels(repository, issue),
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "active_lock_reason": None,
            "assignee": people[0] if people else None,
            "assignees": people,
            "milestone": self.milestone(repository, milestone) if milestone else None,
            "comments": self.comment_count(repository, issue),
            "created_at": when(issue.created_at),
            "updated_at": when(issue.updated_at),
            "closed_at": when(issue.closed_at),
            "author_association": self.association(repository, issue.user),
            "body": issue.body,
            "closed_by": self.user(self.state.user(issue.closed_by)) if issue.closed_by else None,
            "reactions": self.reactions(f"{api}/reactions", issue.reactions),
            "performed_via_github_app": None,
        }
        if issue.pull:
            shape["draft"] = issue.pull.draft
            shape["pull_request"] = {
                "url": f"{self.repository_url(repository)}/pulls/{issue.number}",
                "html_url": web,
                "diff_url": f"{web}.diff",
                "patch_url": f"{web}.patch",
                "merged_at": when(issue.pull.merged_at),
            }
        return shape

    def labels(self, repository: Repository, issue: Issue) -> list[Json]:
        """The labels of an issue that still exist."""
        known = repository.labels
        return [self.label(repository, known[one]) for one in issue.labels if one in known]

    def comment_count(self, repository: Repository, issue: Issue) -> int:
        """How many comments an issue has."""
        return sum(1 for one in repository.comments.values() if one.number == issue.number)

    def comment(self, repository: Repository, one: Comment) -> Json:
        """An `issue-comment`."""
        api = f"{self.repository_url(repository)}/issues"
        kind = "pull" if repository.issues[one.number].pull else "issues"
        return {
            "url": f"{api}/comments/{one.id}",
            "html_url": f"{self.page_url(repository)}/{kind}/{one.number}#issuecomment-{one.id}",
            "issue_url": f"{api}/{one.number}",
            "id": one.id,
            "node_id": node_id("IssueComment", one.id),
            "user": self.user(self.state.user(one.user)),
            "created_at": when(one.created_at),
            "updated_at": when(one.updated_at),
            "body": one.body,
            "author_association": self.association(repository, one.user),
            "reactions": self.reactions(f"{api}/comments/{one.id}/reactions", one.reactions),
            "performed_via_github_app": None,
        }

    def reactions(self, url: str, all_of_them: Sequence[Reaction]) -> Json:
        """A `reaction-rollup`."""
        signs = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
        counts = {sign: sum(1 for one in all_of_them if one.content == sign) for sign in signs}
        return {"url": url, "total_count": len(all_of_them), **counts}

    def reaction(self, one: Reaction) -> Json:
        """A `reaction`."""
        return {
            "id": one.id,
            "node_id": node_id("Reaction", one.id),
            "user": self.user(self.state.user(one.user)),
            "content": one.content,
            "created_at": when(one.created_at),
        }
