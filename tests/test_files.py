"""Hostile files are refused without following or hanging; what is written appears whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from autograder.files import Unreadable, digest_regular, read_regular, write_whole


def test_a_regular_file_within_the_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert read_regular(path, 3) == b"abc"
    with pytest.raises(Unreadable, match="over 2 bytes") as raised:
        read_regular(path, 2)
    assert (raised.value.why, raised.value.size) == ("too_large", 3)


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "device"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    if kind == "link":
        (tmp_path / "b").write_text("b")
        path.symlink_to(tmp_path / "b")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    for read in (lambda: read_regular(path, 100), lambda: digest_regular(path)):
        with pytest.raises(Unreadable) as raised:
            read()
        assert raised.value.why == ("link" if kind == "link" else "not_a_file")


def test_a_digest_is_of_all_the_bytes(tmp_path: Path) -> None:
    body = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(body)
    assert digest_regular(tmp_path / "a") == (len(body), hashlib.sha256(body).hexdigest())


def test_nothing_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "a", 100)


def test_a_failed_write_leaves_the_old_file_and_no_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "a"
    write_whole(path, "한글", mode=0o755)
    assert path.read_text("utf-8") == "한글"
    assert path.stat().st_mode & 0o777 == 0o755

    def full(self: Path, body: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "other")
    assert [each.name for each in path.parent.iterdir()] == ["a"]
    assert path.read_text("utf-8") == "한글"
