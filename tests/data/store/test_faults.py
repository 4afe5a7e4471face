"""Whatever network, S3 and clock do: readers find whole data, and the next run ends well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder import s3
from autograder.data.store import prune, publish, pull, verify
from autograder.errors import ConfigError, DataError, PioneersError, RemoteError
from autograder.s3 import Address
from tests.data.store.made import HOME, current, make, name_of, tree
from tests.data.store.proxy import Fault, Proxy, always, first_tries, since

PASSING = [
    Fault("stall"),
    Fault("hang_up"),
    Fault("drop"),
    Fault("answer", 500, "InternalError"),
    Fault("answer", 503, "SlowDown"),
    Fault("answer", 400, "RequestTimeout"),
]


def told(fault: Fault) -> str:
    return fault.code or fault.kind


def fetch(out: Path) -> Any:
    return pull(HOME, "games", scale=0.001, seed=7, out=out)


@pytest.mark.parametrize("fault", [*PASSING, Fault("corrupt_up")], ids=told)
def test_publishing_ends_well_though_every_request_fails_once(
    bucket: Any, first: Path, second: Path, proxy: Proxy, hurried: None, fault: Fault
) -> None:
    publish(first, HOME)
    proxy.plan = first_tries(fault)
    done = publish(second, HOME)
    assert current(bucket) == done.version
    assert all(not found.faults for found in verify(HOME, deep=True))


@pytest.mark.parametrize("fault", [*PASSING, Fault("cut"), Fault("corrupt")], ids=told)
def test_pulling_ends_well_though_every_file_fails_once(
    bucket: Any, first: Path, tmp_path: Path, proxy: Proxy, hurried: None, fault: Fault
) -> None:
    publish(first, HOME)
    plan = first_tries(fault)
    small = fault.kind == "corrupt"  # a pointer that lies has a test of its own
    proxy.plan = lambda here, asked: (
        None if small and asked.name[-4:] == "json" else plan(here, asked)
    )
    done = fetch(tmp_path / "out")
    assert done.fetched == 4
    assert tree(tmp_path / "out") == tree(first)


LASTING = [
    (Fault("answer", 403, "AccessDenied"), RemoteError, "not allowed.*organiser"),
    (Fault("answer", 404, "NoSuchBucket"), ConfigError, "no such bucket.*mend the address"),
    (Fault("answer", 403, "RequestTimeTooSkewed"), RemoteError, "clock of this machine.*set it"),
    (Fault("answer", 400, "ExpiredToken"), ConfigError, "have expired.*get new ones"),
    (Fault("answer", 403, "InvalidAccessKeyId"), ConfigError, "does not know.*AWS_ACCESS_KEY_ID"),
    (Fault("answer", 403, "SignatureDoesNotMatch"), ConfigError, "does not know.*AWS_SECRET"),
    (
        Fault("answer", 301, "PermanentRedirect", (("x-amz-bucket-region", "ap-northeast-2"),)),
        ConfigError,
        "another region.*AWS_REGION=ap-northeast-2",
    ),
    (Fault("answer", 400, "AuthorizationHeaderMalformed"), ConfigError, "set AWS_REGION"),
    (Fault("answer", 501, "NotImplemented"), ConfigError, "lacks what is needed.*If-Match"),
    (Fault("answer", 503, "SlowDown"), RemoteError, "too busy.*run it again"),
    (Fault("answer", 500, "InternalError"), RemoteError, "InternalError.*run it again"),
    (Fault("answer", 418, "New\nWords"), RemoteError, "New Words"),
    (Fault("hang_up"), RemoteError, "run it again"),
    (Fault("stall"), RemoteError, "run it again"),
]


@pytest.mark.parametrize(
    ("fault", "kind", "says"), LASTING, ids=[told(fault) for fault, _, _ in LASTING]
)
def test_a_lasting_fault_is_one_line_and_costs_nothing(
    bucket: Any,
    first: Path,
    tmp_path: Path,
    proxy: Proxy,
    hurried: None,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    kind: type[PioneersError],
    says: str,
) -> None:
    monkeypatch.setattr(s3, "TRIES", 1)
    proxy.plan = always(fault)
    for run in (
        lambda: publish(first, HOME),
        lambda: fetch(tmp_path / "out"),
        lambda: verify(HOME),
        lambda: prune(HOME),
    ):
        with pytest.raises(kind, match=says) as raised:
            run()
        assert "\n" not in str(raised.value)
        assert "made-up" not in str(raised.value)  # neither key nor secret
    assert current(bucket) is None
    assert not (tmp_path / "out").exists()
    proxy.reset()
    monkeypatch.setattr(s3, "READ_TIMEOUT_S", 30.0)
    assert publish(first, HOME).version == current(bucket)


@pytest.mark.parametrize("kind", ["AccessDenied", "drop"])
def test_wherever_publishing_stops_readers_find_a_whole_version(
    bucket: Any,
    first: Path,
    second: Path,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(s3, "TRIES", 1)
    fault = Fault("drop") if kind == "drop" else Fault("answer", 403, kind)
    old, new = publish(first, HOME).version, name_of(make(second, 2))
    for number in range(100):
        proxy.reset()
        proxy.plan = since(number, fault)
        try:
            publish(second, HOME)
        except PioneersError:
            assert current(bucket) in (old, new)
        else:
            break
    assert number >= 5
    assert current(bucket) == new


def test_what_was_sent_before_a_fault_is_not_sent_again(
    bucket: Any, first: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "TRIES", 1)
    proxy.plan = lambda _number, asked: (
        Fault("answer", 403, "AccessDenied") if asked.name == "manifest.json" else None
    )
    with pytest.raises(RemoteError):
        publish(first, HOME)
    assert current(bucket) is None
    proxy.reset()
    assert set(publish(first, HOME).ways.values()) == {"there"}


def test_what_came_before_a_fault_is_not_fetched_again(
    bucket: Any, first: Path, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(first, HOME)
    monkeypatch.setattr(s3, "TRIES", 2)
    proxy.plan = lambda _number, asked: (
        Fault("corrupt") if asked.path.endswith("users/part-00000.parquet") else None
    )
    with pytest.raises(DataError, match=r"not those of its manifest.*publish the data"):
        fetch(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    came = tree(tmp_path / ".out.pulling")
    proxy.reset()
    assert fetch(tmp_path / "out").fetched == 4 - len(came)
    assert tree(tmp_path / "out") == tree(first)
    assert not (tmp_path / ".out.pulling").exists()


def test_nobody_answers(
    bucket: Any, first: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(s3, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(RemoteError, match="run it again"):
        publish(first, HOME)
    for name, value in (("AWS_ENDPOINT_URL", "no address"), ("AWS_PROFILE", "not-there")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            with pytest.raises(ConfigError) as raised:
                fetch(tmp_path / "out")
            assert "\n" not in str(raised.value)


def test_nobody_has_said_who_asks(
    bucket: Any, first: Path, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put_bucket_acl(Bucket=HOME.bucket, ACL="public-read")
    publish(first, HOME)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        fetch(tmp_path / "out")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigError, match="--anonymous reads public data"):
        fetch(tmp_path / "out")
    proxy.reset()
    done = pull(HOME, "games", scale=0.001, seed=7, out=tmp_path / "out", anonymous=True)
    assert done.fetched == 4
    assert not any(asked.signed for asked in proxy.asked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s3:/bucket",
        "s3://",
        "s3://ab",
        "s3://Bucket/data",
        "s3://bucket..name/data",
        "s3://bucket/../up",
        "s3://bucket/a//b",
        "s3://bucket/every*",
        "s3://bucket/games@0.01#42",
        "s3://bucket/line\nbreak",
        "https://bucket.example/data",
        "/etc",
        "s3://bucket/" + "a/" * 500,
    ],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="no folder on S3") as raised:
        s3.address(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://cohort-data", "cohort-data", ""),
        ("s3://cohort-data/", "cohort-data", ""),
        ("s3://cohort.data/a/b_c/d=1.5/", "cohort.data", "a/b_c/d=1.5"),
    ],
)
def test_what_is_an_address(text: str, bucket: str, prefix: str) -> None:
    assert s3.address(text) == Address(bucket, prefix)
    assert s3.address(str(Address(bucket, prefix) / "games")).prefix == f"{prefix}/games".lstrip(
        "/"
    )
