"""The store's own commands do their work with the printed rights, and with no others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.data import store
from autograder.errors import PioneersError, RemoteError
from autograder.ledger import open_store
from tests.cloud.conftest import BUCKET, SETTING, Account
from tests.data.store.made import make

HOME = SETTING.data
SERIES = HOME / "games/scale=0.001/seed=7"


def publish(folder: Path, version: int) -> str:
    make(folder, version)
    return store.publish(folder, HOME).version


def pull(out: Path) -> int:
    return store.pull(HOME, "games", scale=0.001, seed=7, out=out).fetched


def test_publisher_members_and_pruner_work_together(account: Account, tmp_path: Path) -> None:
    account.become("haneul")
    with pytest.raises(PioneersError):
        pull(tmp_path / "early")
    account.become("publisher")
    first = publish(tmp_path / "one", 1)
    second = publish(tmp_path / "two", 2)
    with pytest.raises(RemoteError, match="not allowed"):
        store.publish(tmp_path / "two", SETTING.ledger or HOME)
    account.become("haneul")
    assert pull(tmp_path / "pulled") == 4
    assert pull(tmp_path / "pulled") == 0
    found = store.verify(SERIES)
    assert [each.faults for each in found] == [(), ()]
    later = datetime.now(UTC) + timedelta(days=2)
    for who in ("haneul", "publisher"):
        account.become(who)
        with pytest.raises(RemoteError, match=r"not allowed|AccessDenied"):
            store.prune(SERIES, keep=0, now=later)
    account.become("pruner")
    gone = store.prune(SERIES, keep=0, now=later)
    assert first in {removed.address.prefix.rpartition("/")[2] for removed in gone}
    account.become("haneul")
    assert pull(tmp_path / "again") == 4
    assert not [name for name in account.names() if first in name]
    assert [name for name in account.names() if second in name]


def test_a_member_and_a_stranger_publish_nothing(account: Account, tmp_path: Path) -> None:
    before = account.names()
    for who in ("haneul", "grader", "pruner", "recorder", "stranger"):
        account.become(who)
        with pytest.raises(RemoteError, match="not allowed"):
            publish(tmp_path / who, 1)
    assert account.names() == before


def test_the_recorder_reads_the_ledger_as_it_lists_it(account: Account) -> None:
    account.become("recorder")
    assert list(open_store(f"s3://{BUCKET}/ledger").strays()) == ["grade/one.json"]
    account.become("haneul")
    with pytest.raises(RemoteError):
        list(open_store(f"s3://{BUCKET}/ledger").strays())
