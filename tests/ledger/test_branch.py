"""A ledger on a branch, against a GitHub that refuses, delays, forgets and hangs up."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from autograder import hub, ledger
from autograder.errors import ConfigError, LedgerError, RemoteError
from autograder.ledger import branch as module
from autograder.ledger.branch import BranchStore
from autograder.ledger.record import Record, dump, load
from autograder.ledger.verify import verify
from autograder.standin import StandIn

Make = Callable[..., Record]
REPOSITORY = "garam-example/study"
CONTENTS = "/contents/grade/"


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A GitHub with one repository, and the environment of a job that may write contents."""
    with StandIn() as made:
        made.create_user("garam-example")
        made.create_repository("garam-example", "study")
        monkeypatch.setenv("GITHUB_API_URL", made.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", REPOSITORY)
        monkeypatch.setenv("GITHUB_TOKEN", made.job_token(contents="write"))
        monkeypatch.setenv("PIONEERS_RETRY_BASE_S", "0.001")
        yield made
        made.release()


@pytest.fixture
def store(github: StandIn) -> BranchStore:
    return fresh()


def fresh() -> BranchStore:
    """The ledger as another process would open it."""
    opened = ledger.open_store("branch:ledger")
    assert isinstance(opened, BranchStore)
    return opened


def recorded(github: StandIn) -> dict[str, bytes]:
    """What the branch really holds, without its README.md."""
    return {k: v for k, v in github.files(REPOSITORY, "ledger").items() if k != "README.md"}


def commits(github: StandIn) -> int:
    """How many commits the ledger's branch has."""
    repository = hub.repository(REPOSITORY)
    return repository.get_commits("ledger").totalCount


def test_the_first_record_makes_a_branch_of_its_own(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    assert list(store.names()) == []
    assert store.add(grade(7)) == ledger.Added(grade(7), new=True)
    assert recorded(github) == {grade().name: dump(grade(7))}
    assert commits(github) == 2
    assert set(github.files(REPOSITORY, "main")) == {"README.md"}
    assert [finding.foreign for finding in verify(fresh())] == [True, False]


def test_the_first_stays(github: StandIn, store: BranchStore, grade: Make) -> None:
    store.add(grade(7))
    for each in (store, fresh()):
        assert each.add(grade(9, order=2)) == ledger.Added(grade(7), new=False)
        assert each.read(grade().name) == dump(grade(7))
    assert commits(github) == 2


def test_reading_asks_for_each_record_once(
    github: StandIn, store: BranchStore, grade: Make, hint: Make
) -> None:
    for each in (grade(7), grade(8, trigger="regrade-1"), hint(3), grade(login="bada-example")):
        store.add(each)
    reader = fresh()
    expected = [grade(7), grade(8, trigger="regrade-1"), hint(3)]
    for _ in range(2):
        found = ledger.history(reader, "w1d3-joins", "haneul-example")
        assert sorted(each.name for each in found) == sorted(each.name for each in expected)
    asked = [seen.path.split("/")[-2] for seen in github.requests if "/git/" in seen.path]
    assert asked.count("blobs") == 3
    assert asked.count("trees") == 1
    with pytest.raises(LedgerError, match="no such record"):
        reader.read(grade(trigger="regrade-9").name)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    "fault", ["conflict", "server_error", "bad_gateway", "drop", "secondary_limit", "rate_limit"]
)
def test_a_fault_on_the_way_neither_loses_nor_repeats(
    github: StandIn, store: BranchStore, grade: Make, fault: Any, after: bool
) -> None:
    store.add(grade(1, trigger="regrade-1"))
    github.fail("PUT", CONTENTS, fault, 2, after=after)
    assert store.add(grade(7)).record == grade(7)
    assert not github.faults.pending()
    assert recorded(github)[grade().name] == dump(grade(7))
    assert commits(github) == 3


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_never_comes(
    github: StandIn, grade: Make, impatient: Callable[[StandIn], None], after: bool
) -> None:
    impatient(github)
    store = fresh()
    store.add(grade(1, trigger="regrade-1"))
    github.fail("PUT", CONTENTS, "timeout", after=after)
    assert store.add(grade(7)).record == grade(7)
    assert recorded(github)[grade().name] == dump(grade(7))
    assert commits(github) == 3


@pytest.mark.parametrize("fault", ["server_error", "conflict", "unprocessable", "drop"])
@pytest.mark.parametrize("path", ["/git/trees", "/git/commits", "/git/refs", CONTENTS])
def test_a_job_that_ends_on_the_way_is_finished_by_the_next(
    github: StandIn, grade: Make, fault: Any, path: str
) -> None:
    github.fail("*", path, fault, 100)
    if (fault, path) == ("unprocessable", "/git/refs"):
        github.fail("PUT", CONTENTS, "server_error", 100, skip=1)
    with pytest.raises(RemoteError, match="ledger") as raised:
        fresh().add(grade(7))
    assert "\n" not in str(raised.value)
    github.faults.planned.clear()
    assert fresh().add(grade(7)).record == grade(7)
    assert recorded(github) == {grade().name: dump(grade(7))}
    assert commits(github) == 2


@pytest.mark.parametrize("fault", ["server_error", "drop", "bad_gateway", "rate_limit"])
@pytest.mark.parametrize("path", ["/git/ref", "/git/trees", "/git/blobs"])
def test_reading_gets_over_faults(
    github: StandIn, store: BranchStore, grade: Make, fault: Any, path: str
) -> None:
    store.add(grade(7))
    github.fail("GET", path, fault, 3)
    assert ledger.history(fresh(), "w1d3-joins", "haneul-example") == [grade(7)]
    assert not github.faults.pending()


def test_what_was_just_added_is_seen_though_github_shows_an_older_state(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    store.add(grade(1, trigger="regrade-1"))
    github.fail("GET", "/git/", "stale", 50, writes=1)
    store.add(grade(7))
    assert set(store.names()) == {grade().name, grade(trigger="regrade-1").name}
    assert load(store.read(grade().name), grade().name) == grade(7)


def test_a_name_that_is_taken_is_looked_for_until_it_is_shown(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    store.begin()
    github.fail("GET", "/git/", "stale", 3, writes=1)
    fresh().add(grade(7))
    assert store.add(grade(9)) == ledger.Added(grade(7), new=False)
    assert not github.faults.pending()
    github.fail("GET", "/git/", "stale", 100, writes=2)  # the refused write counts, too
    fresh().add(grade(5, trigger="regrade-2"))
    with pytest.raises(RemoteError, match="does not show it"):
        store.add(grade(6, trigger="regrade-2"))


@pytest.mark.parametrize("branch_is_there", [True, False])
def test_writers_at_once_lose_nothing(github: StandIn, grade: Make, branch_is_there: bool) -> None:
    if branch_is_there:
        fresh().begin()
    start = threading.Barrier(6)

    def write(number: int) -> list[bool]:
        own = fresh()
        start.wait(timeout=30)
        shared = own.add(grade(number, trigger="push")).new
        return [shared, *(own.add(grade(trigger=f"regrade-{number}{i}")).new for i in range(3))]

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(write, range(1, 7)))
    assert [each[1:] for each in told] == [[True] * 3] * 6
    assert sum(each[0] for each in told) == 1
    assert len(recorded(github)) == 1 + 6 * 3
    assert commits(github) == 2 + 6 * 3
    winner = load(recorded(github)[grade().name], grade().name)
    assert told[int(winner.score) - 1][0]


PROCESS = """
import sys
from dataclasses import replace
from autograder import ledger
from autograder.ledger.record import load

record = load(sys.stdin.buffer.read(), sys.argv[1])
store = ledger.open_store("branch:ledger")
for each in range(4):
    print(store.add(replace(record, trigger=f"regrade-{sys.argv[2]}{each}")).new)
"""


def test_processes_at_once_lose_nothing(github: StandIn, grade: Make) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, grade().name, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in (1, 2)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write(dump(grade()))
        process.stdin.close()
    for process in processes:
        with process:
            assert process.stdout
            assert process.stdout.read().split() == [b"True"] * 4
        assert process.returncode == 0
    assert len(recorded(github)) == 8


def test_many_records_are_one_commit(github: StandIn, store: BranchStore, grade: Make) -> None:
    store.add(grade(1, trigger="regrade-3"))
    before, asked = commits(github), len(github.requests)
    records = [grade(7, trigger=f"regrade-{number}") for number in range(50)]
    told = store.add_all([*records, records[0]])
    assert [each.new for each in told] == [number != 3 for number in range(50)] + [False]
    assert told[3].record == grade(1, trigger="regrade-3")
    assert len(github.requests) - asked < 10
    assert commits(github) == before + 1
    assert recorded(github)[records[9].name] == dump(records[9])
    assert len(recorded(github)) == 50
    assert [each.new for each in fresh().add_all(records)] == [False] * 50
    assert fresh().add_all([]) == []
    assert commits(github) == before + 1


def test_many_records_make_the_branch_too_in_commits_of_some_hundred(
    github: StandIn, store: BranchStore, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 4)
    records = [grade(7, trigger=f"regrade-{number}") for number in range(10)]
    assert all(each.new for each in store.add_all(records))
    assert commits(github) == 1 + 3


def test_many_at_once_lose_nothing_and_single_ones_neither(github: StandIn, grade: Make) -> None:
    start = threading.Barrier(4)

    def write(number: int) -> int:
        own = fresh()
        records = [grade(number, trigger=f"regrade-{number}{i}") for i in range(5)]
        records.append(grade(number))
        start.wait(timeout=30)
        many = own.add_all(records) if number % 2 else [own.add(each) for each in records]
        return sum(each.new for each in many)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(1, 5))) == 4 * 5 + 1
    assert len(recorded(github)) == 4 * 5 + 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("fault", ["drop", "bad_gateway", "conflict", "unprocessable"])
def test_many_get_over_faults(
    github: StandIn, store: BranchStore, grade: Make, fault: Any, after: bool
) -> None:
    store.begin()
    github.fail("PATCH", "/git/refs/heads/ledger", fault, 2, after=after)
    records = [grade(7, trigger=f"regrade-{number}") for number in range(5)]
    assert [each.record for each in store.add_all(records)] == records
    assert recorded(github) == {record.name: dump(record) for record in records}
    assert commits(github) == 2


def test_many_on_top_of_an_older_state_are_tried_again(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    store.begin()
    github.fail("GET", "/git/ref/", "stale", 2, writes=4)  # each try on top of it writes thrice
    fresh().add(grade(1, trigger="regrade-2"))
    records = [grade(7, trigger=f"regrade-{number}") for number in range(5)]
    told = store.add_all(records)
    assert not github.faults.pending()
    assert [each.new for each in told] == [True, True, False, True, True]
    assert told[2].record == grade(1, trigger="regrade-2")
    assert len(recorded(github)) == 5


def test_a_tree_that_github_cuts_off_is_read_folder_by_folder(
    github: StandIn, store: BranchStore, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [grade(login=f"m{i}-example", assignment=f"w1d{i}-x") for i in range(3)]
    store.add_all(records)
    whole = module.Repository.get_git_tree
    asked: list[str] = []

    def cut(self: Any, sha: str, recursive: bool = False) -> Any:
        tree = whole(self, sha, recursive=recursive)
        asked.append(sha)
        deep = any("/" in each.path for each in tree.tree)
        if recursive and deep:
            tree._truncated = tree._makeBoolAttribute(True)
        return tree

    monkeypatch.setattr(module.Repository, "get_git_tree", cut)
    reader = fresh()
    assert list(reader.names()) == sorted(record.name for record in records)
    assert list(reader.strays()) == ["README.md"]
    assert len(asked) > 6


def test_what_others_put_on_the_branch_is_told(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    store.add(grade(7))
    store.add(grade(8, trigger="regrade-1"))
    changed = dump(grade(7)).replace(b'"score": 7.0', b'"score": 9.0')
    files = {grade().name: changed, "grade/w1d3-joins/@everyone/::x.json": b"", "a": b""}
    github.commit(REPOSITORY, "ledger", files)
    found = {finding.name: finding for finding in verify(fresh())}
    assert "changed after it was written" in found[grade().name].fault
    assert "no record has such a name" in found["grade/w1d3-joins/@everyone/::x.json"].fault
    assert found["a"].foreign
    assert not found[grade(trigger="regrade-1").name].fault
    with pytest.raises(LedgerError, match="changed after"):
        fresh().add(grade(7))


def test_a_record_too_large_is_not_fetched(
    github: StandIn, store: BranchStore, grade: Make
) -> None:
    store.begin()
    github.commit(REPOSITORY, "ledger", {grade().name: b" " * (module.MAX_BYTES + 1)})
    with pytest.raises(LedgerError, match="larger than"):
        fresh().read(grade().name)
    assert not [seen for seen in github.requests if "/git/blobs" in seen.path]


def test_a_job_without_the_right_is_told(
    github: StandIn, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", github.job_token(contents="read"))
    with pytest.raises(RemoteError, match="GitHub answered 40"):
        fresh().add(grade(7))
    fresh_names = list(fresh().names())
    assert fresh_names == []


def test_a_repository_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    with pytest.raises(ConfigError, match="GITHUB_REPOSITORY"):
        ledger.open_store("branch:ledger")
    monkeypatch.setenv("GITHUB_REPOSITORY", "no-slash")
    with pytest.raises(ConfigError, match="no repository"):
        ledger.open_store("branch:ledger")


def test_the_branch_can_be_made_before_the_first_record(github: StandIn) -> None:
    assert fresh().begin()
    assert not fresh().begin()
    assert commits(github) == 1
