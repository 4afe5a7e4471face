"""A ledger in a folder: one writer is first, nothing is half done, nothing leads elsewhere."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import ledger
from autograder.errors import LedgerError
from autograder.ledger import folder as module
from autograder.ledger.folder import SCRATCH, FolderStore
from autograder.ledger.record import Record, dump, load

Make = Callable[..., Record]

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from autograder.ledger.folder import FolderStore
from autograder.ledger.record import load

store, shared = FolderStore(Path(sys.argv[1])), Path(sys.argv[2])
record = load(shared.read_bytes(), sys.argv[3])
number, many = int(sys.argv[4]), int(sys.argv[5])
sys.stdin.readline()
won = []
for each in range(40):
    wanted = replace(record, score=float(number), trigger=f"push-{each}")
    won += [each] if store.add(wanted).new else []
print(*won, flush=True)
for each in range(many):
    added = store.add(replace(record, trigger=f"regrade-{number * 100_000 + each}"))
    assert added.new, "nobody else writes this name"
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "ledger")


@pytest.fixture
def writer(tmp_path: Path, grade: Make) -> Iterator[Callable[[int, int], subprocess.Popen[str]]]:
    """Starts a process that waits for a line, adds 40 records that all want, then `many` more.

    The records are so large that writing one takes a while.
    """
    record = grade(0, checks=1000)
    shared = tmp_path / "shared.json"
    shared.write_bytes(dump(record))

    with contextlib.ExitStack() as ends:

        def start(number: int, many: int) -> subprocess.Popen[str]:
            words = [str(tmp_path / "ledger"), str(shared), record.name, str(number), str(many)]
            process = ends.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WRITER, *words],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            ends.callback(process.kill)
            return process

        yield start


def test_the_first_stays(store: FolderStore, grade: Make) -> None:
    first, second = grade(7, order=1), grade(9, order=2)
    assert first.name == second.name
    assert store.add(first) == ledger.Added(first, new=True)
    assert store.add(second) == ledger.Added(first, new=False)
    assert list(store.names()) == [first.name]
    assert store.read(first.name) == dump(first)


def test_a_ledger_that_nobody_wrote_to_is_empty(store: FolderStore) -> None:
    assert list(store.names()) == []
    assert list(store.names("grade/w1d3-joins/haneul-example/")) == []
    assert not store.root.exists()


def test_eight_processes_at_once_lose_nothing(
    store: FolderStore, writer: Callable[[int, int], subprocess.Popen[str]], grade: Make
) -> None:
    processes = [writer(number, 5) for number in range(1, 9)]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * 8
    assert len(list(store.names())) == 40 + 8 * 5
    assert sorted(int(each) for won in told for each in won) == list(range(40))
    for number, won in enumerate(told, start=1):
        for each in won:
            name = grade(trigger=f"push-{each}").name
            assert load(store.read(name), name).score == number


def test_no_half_record_is_ever_seen_though_writers_are_killed(
    store: FolderStore, writer: Callable[[int, int], subprocess.Popen[str]]
) -> None:
    seen: set[str] = set()
    for number in range(1, 4):
        process = writer(number, 90_000)
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
        target, deadline = len(seen) + 30, time.monotonic() + 60
        while len(seen) < target:
            assert process.poll() is None
            assert time.monotonic() < deadline
            for name in set(store.names()) - seen:
                load(store.read(name), name)
                seen.add(name)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for name in set(store.names()) - seen:
            load(store.read(name), name)
            seen.add(name)
    assert list(store.strays()) == []


def test_a_name_taken_at_the_last_moment_stays_the_others(
    store: FolderStore, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(grade(7))
    monkeypatch.setattr(module.os.path, "lexists", lambda _path: False)
    assert store.add(grade(9)) == ledger.Added(grade(7), new=False)
    assert store.read(grade().name) == dump(grade(7))


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_a_file_system_without_links_will_do(
    store: FolderStore, grade: Make, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.os, "link", refuse)
    assert store.add(grade(7)).new
    monkeypatch.setattr(module.os.path, "lexists", lambda _path: False)
    assert store.add(grade(9)) == ledger.Added(grade(7), new=False)


def test_what_killed_writers_left_is_swept_and_never_listed(
    store: FolderStore, grade: Make
) -> None:
    scratch = store.root / SCRATCH
    scratch.mkdir(parents=True)
    for name, age_s in (("old", 2 * 24 * 3600), ("young", 60)):
        (scratch / name).write_text("half a rec", "utf-8")
        os.utime(scratch / name, (time.time() - age_s,) * 2)
    store.add(grade())
    assert [path.name for path in scratch.iterdir()] == ["young"]
    assert list(store.strays()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "grade/w1d3-joins/haneul-example/../../../../etc/passwd",
        "/etc/passwd",
        "grade/w1d3-joins/haneul-example/" + "0" * 32 + ".json\n",
        "grade/w1d3-joins/haneul-example/" + "0" * 31 + ".json",
        "grade/w1d3-joins/Haneul-Example/" + "0" * 32 + ".json",
        "",
        "\0",
    ],
)
def test_only_a_records_name_is_read(store: FolderStore, name: str) -> None:
    with pytest.raises(LedgerError, match="no record is named"):
        store.read(name)


@pytest.mark.parametrize("prefix", ["..", "../", "grade", "grade/../", "/", "grade//", "a/b/c/d/"])
def test_only_a_records_folder_is_listed(store: FolderStore, prefix: str) -> None:
    with pytest.raises(LedgerError, match="no records lie below"):
        list(store.names(prefix))


def test_links_are_not_followed(store: FolderStore, grade: Make, tmp_path: Path) -> None:
    elsewhere = FolderStore(tmp_path / "elsewhere")
    elsewhere.add(grade())
    store.root.mkdir()
    (store.root / "grade").symlink_to(elsewhere.root / "grade")
    assert list(store.names()) == []
    assert list(store.strays()) == ["grade"]
    with pytest.raises(LedgerError, match="link"):
        store.read(grade().name)
    with pytest.raises(LedgerError, match="link"):
        store.add(grade(trigger="regrade-1"))


def test_a_folder_that_cannot_be_used_is_one_line(tmp_path: Path, grade: Make) -> None:
    (tmp_path / "ledger").write_text("a file", "utf-8")
    store = FolderStore(tmp_path / "ledger")
    with pytest.raises(LedgerError, match="check the ledger's folder") as raised:
        store.add(grade())
    assert "\n" not in str(raised.value)
    with pytest.raises(LedgerError, match="check the ledger's folder"):
        list(store.names())


def test_history_is_of_one_member_in_order_of_arrival(
    store: FolderStore, grade: Make, hint: Make
) -> None:
    late, early = grade(9, minutes=9, trigger="regrade-9"), grade(3, minutes=1)
    same_minute = grade(5, minutes=1, order=0, trigger="regrade-1")
    for record in (
        late,
        early,
        same_minute,
        hint(4),
        grade(login="bada-example"),
        grade(login="haneul-example-2"),
        grade(assignment="w1d3"),
    ):
        store.add(record)
    found = ledger.history(store, "w1d3-joins", "Haneul-Example")
    assert found == [same_minute, early, hint(4), late]
    for bad in ("../w1d3-joins", "W1", ""):
        with pytest.raises(LedgerError):
            ledger.history(store, bad, "haneul-example")
    with pytest.raises(LedgerError):
        ledger.history(store, "w1d3-joins", "haneul-example/x")


def test_the_address_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    relative, absolute = ledger.open_store("folder:a/b"), ledger.open_store("folder:/a/b")
    assert isinstance(relative, FolderStore)
    assert isinstance(absolute, FolderStore)
    assert relative.root == tmp_path / "a/b"
    assert absolute.root == Path("/a/b")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ledger",
        "folder:",
        "folder:a\0b",
        "branch:",
        "branch:../main",
        "branch:a..b",
        "branch:a.lock",
        "branch:/a",
        "branch:a b",
        "branch:refs/heads/",
        "s3:bucket",
        "s3://",
        "s3://B",
        "s3://bucket/a b",
        "http://bucket",
    ],
)
def test_other_addresses_are_refused_in_one_line(address: str) -> None:
    with pytest.raises(LedgerError, match="no ledger at"):
        ledger.open_store(address)
