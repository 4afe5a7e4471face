"""A real S3 server on loopback, a proxy before it, and two versions of small data."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from autograder import s3
from tests.data.store.made import HOME, make
from tests.data.store.proxy import Fault, Proxy


@pytest.fixture(scope="session")
def between(server: str) -> Iterator[Proxy]:
    """The proxy, once for all."""
    with Proxy(server) as made:
        threading.Thread(target=made.serve_forever, args=[0.05], daemon=True).start()
        yield made
        made.released.set()
        made.shutdown()


@pytest.fixture
def proxy(between: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The proxy, to which the environment leads; nobody pauses between tries."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "AWS_MAX_ATTEMPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    between.reset()
    yield between
    between.reset()


@pytest.fixture(scope="session")
def direct(server: str) -> Iterator[Any]:
    """A client that goes past the proxy."""
    client = s3.session().client(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
    )
    yield client
    client.close()


@pytest.fixture
def bucket(server: str, direct: Any, proxy: Proxy) -> Any:
    """An empty bucket, looked at past the proxy."""
    with urlopen(Request(f"{server}/moto-api/reset", method="POST")):
        pass
    direct.create_bucket(Bucket=HOME.bucket)
    return direct


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A folder with the first version."""
    make(tmp_path / "first", 1)
    return tmp_path / "first"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A folder with the second version: the files of `users` are other ones."""
    make(tmp_path / "second", 2)
    return tmp_path / "second"


@pytest.fixture
def hurried(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long where no answer will come; elsewhere a busy machine has its time."""
    if fault.kind == "stall":
        monkeypatch.setattr(s3, "READ_TIMEOUT_S", 0.4)
