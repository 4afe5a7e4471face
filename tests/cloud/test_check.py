"""`pioneers cloud check`: what a key can do is found out, and nothing is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from moto.s3.models import s3_backends

from autograder import s3
from autograder.cli import main
from autograder.cloud.check import Finding, examine
from autograder.errors import ConfigError, PioneersError, RemoteError
from autograder.s3 import Address
from tests.cloud.conftest import BUCKET, OLD, POINTER, PRIVATE, RECORD, SETTING, Account
from tests.cloud.iam import ACCOUNT

DATA = str(SETTING.data)
ALL = [OLD, POINTER, PRIVATE, RECORD]


def states(account: Account, who: str, data: Address = SETTING.data) -> dict[str, str]:
    account.become(who)
    return {found.code: found.state for found in examine(data, s3.connect())}


def test_a_member_s_key_is_right(account: Account) -> None:
    assert states(account, "haneul") == {
        "who": "ok",
        "list": "ok",
        "read": "ok",
        "list_elsewhere": "ok",
        "buckets": "ok",
        "write": "ok",
        "write_elsewhere": "ok",
        "delete": "ok",
    }
    assert account.names() == sorted(ALL)


def test_a_key_without_rights_cannot_be_proven_to_read(account: Account) -> None:
    found = states(account, "stranger")
    assert {code for code, state in found.items() if state == "bad"} == {"list"}
    assert found["read"] == "unknown"


def test_a_key_that_lists_and_may_not_read(account: Account) -> None:
    seen = states(account, "recorder", SETTING.ledger or SETTING.data)
    assert seen["read"] == "ok"
    assert seen["write"] == "bad"  # it may add, which is its work and no member's
    assert [name for name in account.names() if name not in ALL] != []


def test_a_publisher_s_key_is_told_loudly(account: Account) -> None:
    found = states(account, "publisher")
    assert [code for code, state in found.items() if state == "bad"] == [
        "list_elsewhere",
        "write",
        "left",
    ]


def test_what_was_written_to_try_is_removed_to_the_last_version(account: Account) -> None:
    with account.judge.as_admin():
        found = states(account, "admin")
    assert {code for code, state in found.items() if state == "bad"} == {
        "list_elsewhere",
        "buckets",
        "write",
        "write_elsewhere",
        "delete",
    }
    kept = s3_backends[ACCOUNT]["aws"].get_bucket(BUCKET).keys
    assert sorted(kept.keys()) == sorted(ALL)


def test_nothing_published_yet_is_not_proven(account: Account) -> None:
    with account.judge.as_admin():
        s3_backends[ACCOUNT]["aws"].get_bucket(BUCKET).keys.clear()
    found = states(account, "haneul")
    assert (found["list"], found["read"]) == ("ok", "unknown")


def test_an_empty_object_is_read_as_well(account: Account) -> None:
    kept = s3_backends[ACCOUNT]["aws"]
    kept.put_object(BUCKET, "shared/data/a-first", b"")
    assert states(account, "haneul")["read"] == "ok"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["cloud", "check", *words])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def test_the_command_for_a_member(account: Account, call: Any) -> None:
    account.become("haneul")
    code, out, err = call("--address", DATA)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == f"✓ Whose key: user/haneul, of account {ACCOUNT}"
    assert all(line.startswith("✓ ") for line in lines[:-1])
    assert lines[-1] == "This key can read the shared data and nothing else."


def test_the_command_for_a_key_that_can_do_too_much(account: Account, call: Any) -> None:
    account.become("publisher")
    code, out, _ = call("--address", DATA, "--lang", "ko")
    assert code == 1
    assert "✗ 데이터에 쓰기: ⚠ 할 수 있어요!" in out
    (left,) = [name for name in account.names() if name not in ALL]
    assert f"s3://{BUCKET}/{left}" in out
    account.become("publisher")
    code, out, _ = call("--address", DATA, "--json")
    told = json.loads(out)
    assert (code, told["ok"], told["address"]) == (1, False, DATA)
    assert {"write", "left"} <= {
        each["code"] for each in told["findings"] if each["state"] == "bad"
    }


def test_a_bucket_that_is_not_there(account: Account, call: Any) -> None:
    account.become("haneul")
    with account.judge.as_admin():
        code, _, err = call("--address", "s3://no-such-bucket-here/data")
    assert code == 2
    assert "no such bucket" in err


@pytest.mark.parametrize("address", ["", "bucket/data", "s3://B", "s3://bucket/../x", "s3://b*c"])
def test_addresses_that_are_none(call: Any, address: str) -> None:
    code, out, err = call("--address", address)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


@pytest.fixture
def faulty(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, str]]]:
    """An endpoint that answers everything with the fault in this list."""
    told: list[tuple[int, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # boto3 asks before it sends a body

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, code = told[0]
            body = f"<Error><Code>{code}</Code><Message>no\nway</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(time, "sleep", lambda _: None)
        yield told
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        (403, "ExpiredToken", ConfigError, "have expired"),
        (400, "ExpiredTokenException", ConfigError, "have expired"),
        (403, "InvalidAccessKeyId", ConfigError, "does not know these credentials"),
        (403, "SignatureDoesNotMatch", ConfigError, "does not know these credentials"),
        (403, "RequestTimeTooSkewed", RemoteError, "clock"),
        (400, "IllegalLocationConstraintException", ConfigError, "another region"),
        (503, "SlowDown", RemoteError, "too busy"),
        (500, "InternalError", RemoteError, "InternalError"),
    ],
)
def test_a_fault_is_never_taken_for_a_right_that_is_denied(
    faulty: list[tuple[int, str]], status: int, code: str, kind: type[PioneersError], says: str
) -> None:
    faulty.append((status, code))
    with pytest.raises(kind, match=says) as caught:
        list(examine(Address("bucket", "data"), s3.connect()))
    assert len(str(caught.value).splitlines()) == 1


def test_a_store_that_knows_no_callers(faulty: list[tuple[int, str]]) -> None:
    faulty.append((404, "NotFound"))
    found = examine(Address("bucket", "data"), s3.connect())
    assert next(found) == Finding("who", "note")


def test_without_credentials(address: str, tmp_path: Any) -> None:
    """In a process of its own: nothing of this one's environment or files."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "cloud", "check", "--address", "s3://bucket/data"],
        env={
            "PATH": "",
            "HOME": str(tmp_path),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": address,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Unable to locate credentials" in done.stderr
    assert len(done.stderr.splitlines()) == 1
