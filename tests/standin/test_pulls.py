"""Pull requests through PyGithub: what a member does, and what GitHub then shows."""

from __future__ import annotations

import pytest
from github import GithubException
from github.Repository import Repository

from autograder.standin import StandIn
from autograder.standin.setting import link, submodule
from tests.standin.conftest import FORK, HOME, OWN, Ask, Open


def files_of(repository: Repository, number: int = 1) -> list[tuple[str, str, str | None]]:
    pull = repository.get_pull(number)
    return [(one.filename, one.status, one.previous_filename) for one in pull.get_files()]


def test_a_pull_request_from_a_fork(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    assert (pull.title, pull.state, pull.draft, pull.merged) == ("Week 1", "open", False, False)
    assert (pull.user.login, pull.user.id) == ("haneul-example", 12)
    assert (pull.head.repo.full_name, pull.head.ref) == (FORK, "main")
    assert (pull.head.sha, pull.base.sha) == (hub.head(FORK), hub.head(HOME))
    assert (pull.changed_files, pull.additions, pull.commits) == (1, 1, 1)
    assert files_of(repository) == [(OWN, "added", None)]
    assert [one.sha for one in pull.get_commits()] == [hub.head(FORK)]
    (file,) = pull.get_files()
    assert repository.get_git_blob(file.sha).content == "e30K\n"


def test_mergeable_is_not_known_at_once(hub: StandIn, repository: Repository) -> None:
    told = [repository.get_pull(1).mergeable for _ in range(2)]
    hub.commit(FORK, "main", {OWN: b"{ }\n"}, author="haneul-example")
    told += [repository.get_pull(1).mergeable for _ in range(2)]
    assert told == [None, True, None, True]


def test_every_kind_of_change(hub: StandIn, repository: Repository) -> None:
    base = {"keep/a.md": b"a\n", "keep/b.md": b"one\ntwo\nthree\n", "keep/c.md": b"c\n"}
    hub.commit(HOME, "main", base)
    hub.push(FORK, "work", hub.head(HOME))
    odd = {
        "keep/a.md": None,
        "keep/b.md": None,
        "keep/서브/b2.md": b"one\ntwo\nthree\nfour\n",
        "keep/c.md": b"C\n",
        "way": link("../etc/passwd"),
        "module": submodule(),
        "..": b"up\n",
        "tab\there": b"x\n",
    }
    hub.commit(FORK, "work", odd, author="haneul-example")
    number = hub.open_pull(HOME, author="haneul-example", head=f"{FORK}:work")
    assert files_of(repository, number) == [
        ("..", "added", None),
        ("keep/a.md", "removed", None),
        ("keep/c.md", "modified", None),
        ("keep/서브/b2.md", "renamed", "keep/b.md"),
        ("module", "added", None),
        ("tab\there", "added", None),
        ("way", "added", None),
    ]


def test_only_the_first_files_are_told(hub: StandIn, repository: Repository) -> None:
    hub.state.files_limit = 230
    many = {f"many/{number:03}.md": b"x\n" for number in range(250)}
    hub.commit(FORK, "main", many, author="haneul-example")
    assert len(files_of(repository)) == 230
    assert repository.get_pull(1).changed_files == 251


def test_three_thousand_files_are_the_most(hub: StandIn, ask: Ask) -> None:
    many = {f"many/{number:04}.md": b"x\n" for number in range(3100)}
    hub.commit(FORK, "main", many, author="haneul-example")
    last = ask("GET", "/pulls/1/files?per_page=100&page=30")
    assert (len(last.json()), last.links.get("next")) == (100, None)
    assert ask("GET", "/pulls/1/files?per_page=100&page=31").json() == []


def test_pages_and_links(hub: StandIn, ask: Ask) -> None:
    hub.commit(FORK, "main", {f"f{n}": b"" for n in range(129)}, author="haneul-example")
    first = ask("GET", "/pulls/1/files")
    assert (len(first.json()), sorted(first.links)) == (30, ["last", "next"])
    fifth = ask("GET", first.links["last"]["url"])
    assert (len(fifth.json()), sorted(fifth.links)) == (10, ["first", "prev"])
    assert len(ask("GET", "/pulls/1/files?per_page=999").json()) == 100


def test_a_force_push(hub: StandIn, repository: Repository) -> None:
    before = hub.head(FORK)
    after = hub.commit(
        FORK, "main", {"other.md": b"x\n"}, author="haneul-example", onto=hub.head(HOME)
    )
    assert repository.get_pull(1).head.sha == after != before
    assert files_of(repository) == [("other.md", "added", None)]
    assert hub.repository(HOME).refs["refs/pull/1/head"] == after


def test_a_deleted_fork(hub: StandIn, repository: Repository) -> None:
    sha = hub.head(FORK)
    hub.delete_repository(FORK)
    pull = repository.get_pull(1)
    assert (pull.head.repo, pull.head.sha, pull.state) == (None, sha, "open")
    assert files_of(repository) == [(OWN, "added", None)]
    assert hub.payload("pull_request_target", "opened", 1)["pull_request"]["head"]["repo"] is None


def test_a_renamed_account_is_the_same_account(hub: StandIn, repository: Repository) -> None:
    hub.rename_user("haneul-example", "haneul-new-example")
    user = repository.get_pull(1).user
    assert (user.login, user.id) == ("haneul-new-example", 12)


def test_a_deleted_account_is_a_ghost(hub: StandIn, repository: Repository) -> None:
    hub.delete_user("haneul-example")
    assert repository.get_pull(1).user.login == "ghost"


def test_closed_and_opened_again(hub: StandIn, repository: Repository) -> None:
    pull = repository.get_pull(1)
    pull.edit(state="closed")
    assert (hub.pull(1)[0].state, [one.number for one in repository.get_pulls()]) == ("closed", [])
    after = hub.commit(FORK, "main", {"more.md": b"x\n"}, author="haneul-example")
    assert repository.get_pull(1).head.sha != after, "a closed one does not follow its branch"
    pull.edit(state="open")
    assert (repository.get_pull(1).head.sha, hub.pull(1)[0].state) == (after, "open")


def test_it_cannot_open_again_without_its_branch(hub: StandIn, repository: Repository) -> None:
    hub.commit(FORK, "other", {"x": b"x"}, author="haneul-example")
    number = hub.open_pull(HOME, author="haneul-example", head=f"{FORK}:other")
    hub.delete_branch(FORK, "other")
    assert hub.pull(number)[0].state == "closed"
    with pytest.raises(GithubException) as caught:
        repository.get_pull(number).edit(state="open")
    assert caught.value.status == 422


def test_merging_moves_the_base(hub: StandIn, repository: Repository) -> None:
    stale = repository.get_pull(1).head.sha
    hub.commit(FORK, "main", {OWN: b"{}\n\n"}, author="haneul-example")
    with pytest.raises(GithubException) as caught:
        repository.get_pull(1).merge(sha=stale)
    assert caught.value.status == 409
    assert repository.get_pull(1).merge().merged
    assert hub.files(HOME)[OWN] == b"{}\n\n"
    assert (hub.pull(1)[0].state, repository.get_pull(1).is_merged()) == ("closed", True)
    with pytest.raises(GithubException) as caught:
        repository.get_pull(1).merge()
    assert caught.value.status == 405


def test_a_conflict_cannot_be_merged(hub: StandIn, repository: Repository) -> None:
    hub.commit(HOME, "main", {OWN: b"[]\n"})
    told = [repository.get_pull(1).mergeable_state for _ in range(2)]
    assert told == ["unknown", "dirty"]
    with pytest.raises(GithubException) as caught:
        repository.get_pull(1).merge()
    assert caught.value.status == 405


def test_opening_through_the_api(hub: StandIn, opened: Open) -> None:
    hub.commit(FORK, "week-2", {"x.md": b"x\n"}, author="haneul-example")
    member = opened("haneul-example")
    pull = member.create_pull(base="main", head="haneul-example:week-2", title="T", draft=True)
    assert (pull.number, pull.draft, pull.user.login) == (2, True, "haneul-example")
    with pytest.raises(GithubException, match="already exists"):
        member.create_pull(base="main", head="haneul-example:week-2", title="T")
    with pytest.raises(GithubException) as caught:
        member.create_pull(base="main", head="haneul-example:nowhere", title="T")
    assert caught.value.status == 422


def test_lists_are_filtered(hub: StandIn, repository: Repository) -> None:
    hub.commit(FORK, "two", {"x": b"x"}, author="haneul-example")
    hub.open_pull(HOME, author="haneul-example", head=f"{FORK}:two")
    hub.close_pull(1)

    def numbers(**told: str) -> list[int]:
        return [one.number for one in repository.get_pulls(**told)]

    assert numbers() == [2]
    assert numbers(state="all") == [2, 1]
    assert numbers(state="all", direction="asc") == [1, 2]
    assert numbers(state="all", head="haneul-example:main") == [1]
    assert numbers(base="other") == []


def test_the_pull_requests_of_a_commit(hub: StandIn, repository: Repository) -> None:
    pulls = repository.get_commit(hub.head(FORK)).get_pulls()
    assert [one.number for one in pulls] == [1]
