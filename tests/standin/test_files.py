"""The contents API and the git data API: what is written, and exactly when GitHub refuses."""

from __future__ import annotations

import threading

import pytest
from github import GithubException, InputGitTreeElement
from github.Repository import Repository

from autograder.standin import StandIn
from autograder.standin.setting import link, program, submodule
from tests.standin.conftest import HOME, Ask, Open, refused


def test_write_read_change_remove(hub: StandIn, repository: Repository) -> None:
    made = repository.create_file("ledger/가.json", "one", b"1\n", branch="main")
    assert repository.get_contents("ledger/가.json").decoded_content == b"1\n"
    changed = repository.update_file(
        "ledger/가.json", "two", b"2\n", made["content"].sha, branch="main"
    )
    assert hub.files(HOME)["ledger/가.json"] == b"2\n"
    assert changed["commit"].sha == hub.head(HOME)
    repository.delete_file("ledger/가.json", "three", changed["content"].sha, branch="main")
    assert list(hub.files(HOME)) == ["README.md"]
    assert [one.commit.message for one in repository.get_commits()] == [
        "three", "two", "one", "Initial commit",
    ]  # fmt: skip
    author = repository.get_commit("main").commit.author
    assert author.name == "github-actions[bot]"


def test_a_taken_name_is_422_and_a_stale_sha_409(repository: Repository) -> None:
    old = repository.create_file("a.txt", "m", b"1", branch="main")["content"].sha
    with refused(422, "wasn't supplied"):
        repository.create_file("a.txt", "m", b"2", branch="main")
    new = repository.update_file("a.txt", "m", b"2", old, branch="main")["content"].sha
    with refused(409, f"a.txt does not match {old}"):
        repository.update_file("a.txt", "m", b"3", old, branch="main")
    with refused(409):
        repository.delete_file("a.txt", "m", old, branch="main")
    with refused(409):
        repository.update_file("b.txt", "m", b"3", new, branch="main")
    with refused(404):
        repository.delete_file("b.txt", "m", new, branch="main")


def test_what_cannot_be_written(repository: Repository, ask: Ask) -> None:
    with refused(404, "Branch nowhere not found"):
        repository.create_file("a.txt", "m", b"", branch="nowhere")
    with refused(422):
        repository.create_file(".git/config", "m", b"", branch="main")
    with refused(403, "Resource not accessible by integration"):
        repository.create_file(".github/workflows/x.yml", "m", b"", branch="main")
    body = {"message": "m", "content": "no base64!", "branch": "main"}
    assert ask("PUT", "/contents/a.txt", json=body).status_code == 422


def test_the_first_file_of_an_empty_repository(hub: StandIn, opened: Open) -> None:
    hub.create_repository("organiser-example", "empty", files={})
    empty = opened("organiser-example", "organiser-example/empty")
    with refused(409, "empty"):
        _ = empty.get_git_ref("heads/main").object
    empty.create_file("README.md", "m", b"hi")
    assert hub.files("organiser-example/empty") == {"README.md": b"hi"}


def test_folders_links_submodules_and_large_files(hub: StandIn, repository: Repository) -> None:
    odd = {
        "d/file": b"f",
        "d/near": link("file"),
        "d/far": link("/etc/passwd"),
        "d/up": link("../../x"),
        "module": submodule(),
        "large": b"x" * (2**20 + 1),
        "run": program(b"#!"),
    }
    hub.commit(HOME, "main", odd)
    listed = repository.get_contents("")
    assert isinstance(listed, list)
    assert {one.path: one.type for one in listed} == {
        "README.md": "file", "d": "dir", "large": "file", "module": "file", "run": "file",
    }  # fmt: skip
    assert repository.get_contents("d/near").decoded_content == b"f"
    assert repository.get_contents("d/far").type == "symlink"
    assert repository.get_contents("d/up").type == "symlink"
    assert repository.get_contents("module").type == "submodule"
    large = repository.get_contents("large")
    assert (large.size, large.encoding, large.content) == (2**20 + 1, "none", "")
    with refused(404):
        repository.get_contents("d/nothing")


def test_raw_bytes(hub: StandIn, ask: Ask) -> None:
    hub.commit(HOME, "main", {"x.bin": bytes(range(256))})
    raw = ask("GET", "/contents/x.bin", headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.content == bytes(range(256))


def test_trees(hub: StandIn, repository: Repository, ask: Ask) -> None:
    hub.commit(HOME, "main", {"a/b/c": b"c", "module": submodule()})
    deep = repository.get_git_tree("main", recursive=True)
    assert [(one.path, one.type, one.size) for one in deep.tree] == [
        ("README.md", "blob", 9), ("a", "tree", None), ("a/b", "tree", None),
        ("a/b/c", "blob", 1), ("module", "commit", None),
    ]  # fmt: skip
    assert [one.path for one in repository.get_git_tree("main").tree] == [
        "README.md",
        "a",
        "module",
    ]
    hub.state.tree_limit = 2
    cut = ask("GET", f"/git/trees/{deep.sha}?recursive=1").json()
    assert (len(cut["tree"]), cut["truncated"]) == (2, True)


def test_a_branch_made_of_objects(hub: StandIn, repository: Repository) -> None:
    blob = repository.create_git_blob("aGk=", "base64")
    tree = repository.create_git_tree(
        [
            InputGitTreeElement("a/one", "100644", "blob", sha=blob.sha),
            InputGitTreeElement("two", "100755", "blob", content="two"),
        ]
    )
    first = repository.create_git_commit("orphan", tree, [])
    repository.create_git_ref("refs/heads/ledger", first.sha)
    assert hub.files(HOME, "ledger") == {"a/one": b"hi", "two": b"two"}
    more = repository.create_git_tree(
        [InputGitTreeElement("a/one", "100644", "blob", sha=None)], base_tree=tree
    )
    second = repository.create_git_commit("next", more, [first])
    ref = repository.get_git_ref("heads/ledger")
    assert ref.object.sha == first.sha
    ref.edit(second.sha)
    assert hub.files(HOME, "ledger") == {"two": b"two"}
    with refused(422, "fast forward"):
        ref.edit(first.sha)
    ref.edit(first.sha, force=True)
    with refused(422, "already exists"):
        repository.create_git_ref("refs/heads/ledger", first.sha)
    assert [one.ref for one in repository.get_git_matching_refs("heads/")] == [
        "refs/heads/ledger", "refs/heads/main",
    ]  # fmt: skip
    ref.delete()
    with refused(404):
        _ = repository.get_git_ref("heads/ledger").object


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "../x", "mode": "100644", "type": "blob", "content": "x"},
        {"path": ".git/config", "mode": "100644", "type": "blob", "content": "x"},
        {"path": "x", "mode": "100644", "type": "blob", "sha": "0" * 40},
        {"path": "nothing", "mode": "100644", "type": "blob", "sha": None},
    ],
)
def test_trees_that_are_refused(ask: Ask, entry: dict[str, str]) -> None:
    assert ask("POST", "/git/trees", json={"tree": [entry]}).status_code == 422


def test_commits_and_comparisons(hub: StandIn, repository: Repository) -> None:
    base = hub.head(HOME)
    hub.commit(HOME, "side", {"x": b"1\n2\n"})
    side = repository.get_commit("side")
    assert [(one.filename, one.additions) for one in side.files] == [("x", 2)]
    compared = repository.compare(base, "side")
    assert (compared.status, compared.ahead_by, compared.behind_by) == ("ahead", 1, 0)
    assert [one.sha for one in repository.get_commits("side", path="x")] == [hub.head(HOME, "side")]
    assert repository.get_branch("side").commit.sha == hub.head(HOME, "side")
    with refused(422, "No commit found"):
        _ = repository.get_commit("nowhere").stats


def test_writers_side_by_side_lose_nothing(hub: StandIn, opened: Open) -> None:
    begin = threading.Barrier(4)

    def write(mine: int) -> None:
        repository = opened(contents="write")
        begin.wait()
        for number in range(6):
            repository.create_file(f"l/{mine}-{number}", "m", b"x", branch="main")

    threads = [threading.Thread(target=write, args=[mine]) for mine in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(hub.files(HOME)) == 1 + 4 * 6
    assert len(hub.repository(HOME).store.history(hub.head(HOME))) == 1 + 4 * 6


def test_of_two_commits_on_one_head_one_is_refused(hub: StandIn, opened: Open) -> None:
    head, begin = hub.head(HOME), threading.Barrier(2)
    done: list[int] = []

    def write(mine: int) -> None:
        repository = opened(contents="write")
        entry = InputGitTreeElement(f"l/{mine}", "100644", "blob", content="x")
        parent = repository.get_git_commit(head)
        tree = repository.create_git_tree([entry], base_tree=parent.tree)
        commit = repository.create_git_commit(f"{mine}", tree, [parent])
        ref = repository.get_git_ref("heads/main")
        assert ref.object.sha
        begin.wait()
        try:
            ref.edit(commit.sha)
            done.append(200)
        except GithubException as error:
            done.append(error.status)

    threads = [threading.Thread(target=write, args=[mine]) for mine in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [200, 422]
    assert len(hub.files(HOME)) == 2
