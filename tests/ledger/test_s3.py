"""A ledger on S3, against a real S3 server on loopback."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from autograder import ledger, s3
from autograder.errors import ConfigError, LedgerError, RemoteError
from autograder.ledger import store as stores
from autograder.ledger.record import Record, dump
from autograder.ledger.s3 import S3Store
from autograder.ledger.verify import verify

Make = Callable[..., Record]


@pytest.fixture
def bucket(
    server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """A fresh bucket, and the environment that leads to it."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = s3.session().client("s3")
    client.create_bucket(Bucket="ledgers")
    yield client
    for each in client.list_objects_v2(Bucket="ledgers").get("Contents", []):
        client.delete_object(Bucket="ledgers", Key=each["Key"])
    client.delete_bucket(Bucket="ledgers")
    client.close()


@pytest.fixture
def store(bucket: Any) -> S3Store:
    opened = ledger.open_store("s3://ledgers/study/2026")
    assert isinstance(opened, S3Store)
    return opened


def test_the_first_stays(store: S3Store, bucket: Any, grade: Make) -> None:
    assert store.add(grade(7)) == ledger.Added(grade(7), new=True)
    assert store.add(grade(9, order=2)) == ledger.Added(grade(7), new=False)
    assert list(store.names()) == [grade().name]
    (kept,) = bucket.list_objects_v2(Bucket="ledgers")["Contents"]
    assert kept["Key"] == f"study/2026/{grade().name}"
    assert store.read(grade().name) == dump(grade(7))


def test_many_records_are_listed_page_by_page(
    store: S3Store, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [grade(trigger=f"regrade-{number}") for number in range(7)]
    for record in [*records, grade(login="bada-example")]:
        store.add(record)
    paginate = store._client.get_paginator("list_objects_v2").paginate
    pages: list[int] = []

    class Small:
        def paginate(self, **words: Any) -> Iterator[Any]:
            for page in paginate(**words, PaginationConfig={"PageSize": 3}):
                pages.append(page["KeyCount"])
                yield page

    monkeypatch.setattr(store._client, "get_paginator", lambda _name: Small())
    below = "grade/w1d3-joins/haneul-example/"
    assert list(store.names(below)) == sorted(record.name for record in records)
    assert pages == [3, 3, 1]


def test_writers_at_once_lose_nothing(bucket: Any, grade: Make) -> None:
    start = threading.Barrier(8)

    def write(number: int) -> list[bool]:
        own = S3Store("ledgers", "study")
        start.wait(timeout=30)
        return [own.add(grade(trigger=f"regrade-{number}{each}")).new for each in range(3)]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(write, range(10, 18)))
    assert told == [[True] * 3] * 8
    assert len(list(S3Store("ledgers", "study").names())) == 24


class Faulty(ThreadingHTTPServer):
    """Stands before the S3 server; each PUT first meets the next fault of the list.

    `drop`: the PUT arrives, and the connection ends without an answer. A number: that status
    instead of the PUT.
    """

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), _Pass)
        self.behind = server
        self.faults: list[int | str] = []
        self.puts = 0


class _Pass(BaseHTTPRequestHandler):
    server: Faulty
    protocol_version = "HTTP/1.1"  # boto3 asks before it sends a body

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault: int | str = ""
        if self.command == "PUT":
            self.server.puts += 1
            fault = self.server.faults.pop(0) if self.server.faults else ""
        if isinstance(fault, int):
            code = "ConditionalRequestConflict" if fault == 409 else "SlowDown"
            return self._answer(fault, {}, f"<Error><Code>{code}</Code></Error>".encode())
        connection = HTTPConnection(urlsplit(self.server.behind).netloc, timeout=30)
        with contextlib.closing(connection):
            headers = {k: v for k, v in self.headers.items() if k.lower() != "expect"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
        if fault == "drop":
            self.close_connection = True
            return None
        return self._answer(answer.status, dict(answer.getheaders()), told)

    do_PUT = do_GET = do_HEAD = _pass_on

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def faulty(server: str, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faulty]:
    """The way to S3 leads through a server that can be told to fail."""
    with Faulty(server) as between:
        threading.Thread(target=between.serve_forever, args=[0.05], daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{between.server_port}")
        # The pauses between tries, botocore's own among them.
        monkeypatch.setattr(time, "sleep", lambda _seconds: None)
        yield between
        between.shutdown()


@pytest.mark.parametrize("fault", ["drop", 500, 503, 409])
def test_a_record_is_there_once_whatever_the_way_does(
    faulty: Faulty, grade: Make, fault: int | str
) -> None:
    faulty.faults = [fault, fault]
    store = S3Store("ledgers", "study")
    assert store.add(grade(7)).record == grade(7)
    assert faulty.puts == 3
    assert list(store.names()) == [grade().name]
    assert store.read(grade().name) == dump(grade(7))


@pytest.mark.parametrize(("fault", "code"), [(503, "SlowDown"), (409, "ConditionalRequest")])
def test_a_fault_without_end_is_one_line_and_the_next_run_finds_nothing_half_done(
    faulty: Faulty, grade: Make, fault: int, code: str
) -> None:
    faulty.faults = [fault] * s3.TRIES
    store = S3Store("ledgers", "study")
    with pytest.raises(RemoteError, match=code) as raised:
        store.add(grade(7))
    assert "\n" not in str(raised.value)
    assert list(store.names()) == []
    assert store.add(grade(7)).new


def test_damage_and_strays_are_found(store: S3Store, bucket: Any, grade: Make) -> None:
    store.add(grade(7))
    store.add(grade(9, trigger="regrade-1"))
    changed = dump(grade(7)).replace(b'"score": 7.0', b'"score": 9.0')
    bucket.put_object(Bucket="ledgers", Key=f"study/2026/{grade().name}", Body=changed)
    bucket.put_object(Bucket="ledgers", Key="study/2026/README.md", Body=b"hello")
    bucket.put_object(Bucket="ledgers", Key="elsewhere/README.md", Body=b"hello")
    found = {finding.name: finding for finding in verify(store)}
    assert set(found) == {"README.md", grade().name, grade(trigger="regrade-1").name}
    assert found["README.md"].foreign
    assert "changed after it was written" in found[grade().name].fault
    assert not found[grade(trigger="regrade-1").name].fault
    with pytest.raises(LedgerError, match="changed after"):
        store.add(grade(7))


def test_an_object_too_large_is_not_read(store: S3Store, bucket: Any, grade: Make) -> None:
    key = f"study/2026/{grade().name}"
    bucket.put_object(Bucket="ledgers", Key=key, Body=b" " * (stores.MAX_BYTES + 1))
    with pytest.raises(LedgerError, match="larger than"):
        store.read(grade().name)


def test_a_whole_bucket_can_be_a_ledger(bucket: Any, grade: Make) -> None:
    store = ledger.open_store("s3://ledgers")
    store.add(grade())
    assert list(store.names("grade/")) == [grade().name]
    assert ledger.history(store, "w1d3-joins", "haneul-example") == [grade()]


def test_what_is_missing_is_one_line(store: S3Store, grade: Make) -> None:
    with pytest.raises(LedgerError, match="no such record"):
        store.read(grade().name)
    with pytest.raises(ConfigError, match="no such bucket"):
        list(S3Store("not-here").names())
    with pytest.raises(ConfigError, match="no such bucket"):
        S3Store("not-here").add(grade())


def test_a_server_that_does_not_answer_is_ours(
    bucket: Any, grade: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(s3, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RemoteError, match="run it again") as raised:
        S3Store("ledgers").add(grade())
    assert "\n" not in str(raised.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "no address")
    with pytest.raises(ConfigError, match="AWS_ENDPOINT_URL"):
        S3Store("ledgers")


def test_missing_credentials_are_told(
    bucket: Any, grade: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        S3Store("ledgers").add(grade())


def test_sessions_share_what_the_services_look_like_and_no_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    loaders = []
    for key in ("first", "second"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        made = s3.session()
        assert made.get_credentials().access_key == key
        loaders.append(made._session.get_component("data_loader"))
    assert loaders[0] is loaders[1]
    assert len(set(loaders[0].search_paths)) == len(loaders[0].search_paths)
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    own = s3.session()._session.get_component("data_loader")
    assert str(tmp_path) in own.search_paths
