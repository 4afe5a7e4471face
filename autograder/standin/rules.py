"""What GitHub does to branches and pull requests: pushes, force pushes, merges, forks.

No HTTP here. What GitHub would refuse is raised as `Refused`, with its status and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from autograder.standin import diffs, talk
from autograder.standin.gitstore import FILE, Entry, Signature
from autograder.standin.refusal import Refused, invalid
from autograder.standin.state import Issue, Pull, Repository, State, User

HEADS = "refs/heads/"


def signature(user: User, at: datetime) -> Signature:
    """How GitHub signs for an account: its private address."""
    return Signature(
        user.name or user.login, f"{user.id}+{user.login}@users.noreply.github.com", at
    )


# ------------------------------------------------------------------ references


def resolve(repository: Repository, ref: str) -> str:
    """The commit that a branch, a tag, a full reference or a commit's name means.

    Raises:
        Refused: 404.
    """
    for name in (ref, HEADS + ref, "refs/tags/" + ref, "refs/" + ref):
        if name in repository.refs:
            return repository.refs[name]
    if repository.store.has(ref, "commit"):
        return ref
    raise Refused(404, f"No commit found for the ref {ref}")


def branch_tip(repository: Repository, branch: str) -> str | None:
    """The commit at a branch's end, or None where there is no such branch."""
    return repository.refs.get(HEADS + branch)


def move(state: State, repository: Repository, ref: str, sha: str, *, force: bool = False) -> None:
    """Point a reference at a commit, and let open pull requests follow.

    Raises:
        Refused: 422 where there is no such commit, or it does not continue the branch.
    """
    store, before = repository.store, repository.refs.get(ref)
    if not store.has(sha, "commit"):
        raise Refused(422, "Object does not exist")
    if before and not force and before not in store.history(sha):
        raise Refused(422, "Update is not a fast forward")
    repository.refs[ref] = sha
    repository.pushed_at = repository.updated_at = state.now()
    if ref.startswith(HEADS):
        _follow(state, repository, ref.removeprefix(HEADS), sha)


def _follow(state: State, pushed: Repository, branch: str, sha: str) -> None:
    for repository in state.repositories.values():
        for issue in repository.issues.values():
            pull = issue.pull
            if pull is None or issue.closed_at:
                continue
            if (pull.head_repository, pull.head_ref) == (pushed.id, branch):
                pull.head_sha = sha
                pull.base_sha = branch_tip(repository, pull.base_ref) or pull.base_sha
                pull.mergeable_told = False
                issue.updated_at = state.now()
                repository.refs[f"refs/pull/{issue.number}/head"] = sha
            elif repository is pushed and pull.base_ref == branch:
                pull.mergeable_told = False


def delete_ref(state: State, repository: Repository, ref: str) -> None:
    """Remove a reference; open pull requests from or into the branch close.

    Raises:
        Refused: 422 where there is none.
    """
    if ref not in repository.refs:
        raise Refused(422, "Reference does not exist")
    if ref == HEADS + repository.default_branch:
        raise Refused(422, "Cannot delete the default branch")
    del repository.refs[ref]
    for base in state.repositories.values():
        for issue in base.issues.values():
            pull = issue.pull
            if pull is None or issue.closed_at or not ref.startswith(HEADS):
                continue
            branch = ref.removeprefix(HEADS)
            from_it = (pull.head_repository, pull.head_ref) == (repository.id, branch)
            if from_it or (base is repository and pull.base_ref == branch):
                close(state, issue, repository.owner)


def commit_files(
    state: State,
    repository: Repository,
    branch: str,
    files: Mapping[str, Entry | None],
    message: str,
    author: Signature,
) -> str:
    """One commit on a branch's end: files put, and removed where the entry is None; its name.

    The branch is made where there is none yet: from the default branch, or from nothing.
    """
    tip = branch_tip(repository, branch) or branch_tip(repository, repository.default_branch)
    tree = dict(repository.store.files(repository.store.tree_of(tip))) if tip else {}
    for path, entry in files.items():
        if entry is None:
            tree.pop(path, None)
        else:
            tree[path] = entry
    sha = repository.store.put_commit(
        repository.store.put_tree(tree), (tip,) if tip else (), message, author
    )
    move(state, repository, HEADS + branch, sha, force=True)
    return sha


def blob(repository: Repository, body: bytes, mode: str = FILE) -> Entry:
    """A stored file as an entry of a tree."""
    return Entry(mode, repository.store.put_blob(body))


# ------------------------------------------------------------------ issues and pull requests


def open_pull(
    state: State,
    base: Repository,
    user: User,
    *,
    title: str,
    body: str | None,
    head: tuple[Repository, str],
    base_ref: str,
    draft: bool = False,
) -> Issue:
    """A new pull request.

    Raises:
        Refused: 422 where a branch is missing, nothing differs, or there is one already.
    """
    origin, head_ref = head
    head_sha, base_sha = branch_tip(origin, head_ref), branch_tip(base, base_ref)
    if head_sha is None:
        raise invalid("PullRequest", "head", "invalid")
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    told = f"{state.user(origin.owner).login}:{head_ref}"
    for issue in base.issues.values():
        pull = issue.pull
        if (
            pull
            and not issue.closed_at
            and (pull.head_repository, pull.head_ref, pull.base_ref)
            == (origin.id, head_ref, base_ref)
        ):
            words = f"A pull request already exists for {told}."
            raise Refused(
                422,
                "Validation Failed",
                [{"resource": "PullRequest", "code": "custom", "message": words}],
            )
    if head_sha in base.store.history(base_sha):
        words = f"No commits between {base_ref} and {told}"
        raise Refused(
            422,
            "Validation Failed",
            [{"resource": "PullRequest", "code": "custom", "message": words}],
        )
    issue = talk.open_issue(state, base, user, title, body)
    issue.pull = Pull(origin.id, origin.owner, head_ref, head_sha, base_ref, base_sha, draft)
    base.refs[f"refs/pull/{issue.number}/head"] = head_sha
    return issue


def base_of(repository: Repository, pull: Pull) -> str:
    """The commit that a pull request's differences are counted from."""
    tip = pull.base_sha if pull.merged_at else branch_tip(repository, pull.base_ref)
    return repository.store.merge_base(tip or pull.base_sha, pull.head_sha) or pull.base_sha


def pull_changes(repository: Repository, pull: Pull) -> list[diffs.Change]:
    """The files that a pull request changes, sorted by path."""
    store = repository.store
    return diffs.changes(
        store, store.tree_of(base_of(repository, pull)), store.tree_of(pull.head_sha)
    )


def pull_commits(repository: Repository, pull: Pull) -> list[str]:
    """The commits of a pull request, oldest first."""
    known = set(repository.store.history(pull.base_sha))
    return [sha for sha in repository.store.history(pull.head_sha) if sha not in known][::-1]


def merge_tree(repository: Repository, pull: Pull) -> str | None:
    """The tree of the merged pull request, or None on a conflict."""
    store = repository.store
    tip = branch_tip(repository, pull.base_ref)
    base = store.merge_base(tip, pull.head_sha) if tip else None
    if tip is None or base is None:
        return None
    return diffs.merged(store, *(store.tree_of(sha) for sha in (base, tip, pull.head_sha)))


def merge(state: State, repository: Repository, issue: Issue, user: User, title: str) -> str:
    """Merge a pull request; the merge commit's name.

    Raises:
        Refused: 405 where it is closed, a draft or in conflict.
    """
    pull = issue.pull
    if pull is None or issue.closed_at or pull.draft:
        raise Refused(405, "Pull Request is not mergeable")
    tree, tip = merge_tree(repository, pull), branch_tip(repository, pull.base_ref)
    if tree is None or tip is None:
        raise Refused(405, "Pull Request is not mergeable")
    now = state.now()
    sha = repository.store.put_commit(
        tree,
        (tip, pull.head_sha),
        title or f"Merge pull request #{issue.number}",
        signature(user, now),
    )
    pull.base_sha, pull.merged_at, pull.merged_by, pull.merge_sha = tip, now, user.id, sha
    close(state, issue, user.id)
    move(state, repository, HEADS + pull.base_ref, sha)
    return sha


def close(state: State, issue: Issue, by: int) -> None:
    """Close an issue or pull request, if it is open."""
    if issue.closed_at is None:
        issue.closed_at = issue.updated_at = state.now()
        issue.closed_by = by


def reopen(state: State, repository: Repository, issue: Issue) -> None:
    """Open an issue or pull request again; a pull request shows its branch's present end.

    Raises:
        Refused: 422 where a pull request was merged, or its branch or fork is gone.
    """
    pull = issue.pull
    if pull is not None:
        fork = state.repositories.get(pull.head_repository or 0)
        tip = branch_tip(fork, pull.head_ref) if fork else None
        if pull.merged_at or tip is None:
            raise invalid("PullRequest", "state", "invalid", "state cannot be changed.")
        pull.head_sha, pull.mergeable_told = tip, False
        repository.refs[f"refs/pull/{issue.number}/head"] = tip
    issue.closed_at = issue.closed_by = None
    issue.updated_at = state.now()


def fork(state: State, parent: Repository, owner: User) -> Repository:
    """A person's fork, made now or before; it shares the parent's objects."""
    for one in state.repositories.values():
        if (one.fork_of, one.owner) == (parent.id, owner.id):
            return one
    now = state.now()
    made = Repository(
        state.next_id(), owner.id, parent.name, parent.store, now, now, now,
        private=parent.private, default_branch=parent.default_branch, fork_of=parent.id,
    )  # fmt: skip
    made.refs = {name: sha for name, sha in parent.refs.items() if name.startswith(HEADS)}
    state.repositories[made.id] = made
    return made


def delete_repository(state: State, repository: Repository) -> None:
    """Remove a repository; pull requests from it stay, without their head repository."""
    del state.repositories[repository.id]
    for base in state.repositories.values():
        if base.fork_of == repository.id:
            base.fork_of = None
        for issue in base.issues.values():
            if issue.pull and issue.pull.head_repository == repository.id:
                issue.pull.head_repository = None  # it stays open, from an "unknown repository"
