"""Data in a bucket, as the project's own publisher lays them out: a real S3 server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import settings

import pioneers
from autograder.data import store
from autograder.s3 import Address, session
from pioneers import memory, places, spark

Refusal = Callable[..., str]
PREFIX = "s3://shared-data/study/2026"


def lead_to(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that lead to the server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(scope="module")
def shared(server: str, built: Path) -> dict[str, bytes]:
    """Data published once; every object of the bucket by its key."""
    with pytest.MonkeyPatch.context() as patch:
        lead_to(server, patch)
        client = session().client("s3")
        client.create_bucket(Bucket="shared-data")
        store.publish(built, Address("shared-data", "study/2026"))
        listed = client.list_objects_v2(Bucket="shared-data")["Contents"]
        keys = [each["Key"] for each in listed]
        bodies = {
            key: client.get_object(Bucket="shared-data", Key=key)["Body"].read() for key in keys
        }
        client.close()
    return bodies


@pytest.fixture
def published(
    server: str, shared: dict[str, bytes], clear_start: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment that leads to the shared bucket, which nobody changes."""
    lead_to(server, monkeypatch)


@pytest.fixture
def own(published: None, shared: dict[str, bytes]) -> Iterator[Any]:
    """A bucket of the test's own, with the same in it; its client."""
    client = session().client("s3")
    client.create_bucket(Bucket="own-data")
    for key, body in shared.items():
        client.put_object(Bucket="own-data", Key=key, Body=body)
    yield client
    client.close()


OWN = PREFIX.replace("shared", "own")


def key_of(part: str, shared: dict[str, bytes]) -> str:
    (key,) = (each for each in shared if part in each)
    return key


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server asks for keys that it knows, as AWS does."""
    monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0.0)


@pytest.mark.parametrize("scheme", ["s3", "s3a"])
@pytest.mark.parametrize("ending", ["", "/", "/games/scale=0.01/seed=42"])
def test_published_data_are_read_by_any_of_their_addresses(
    scheme: str, ending: str, published: None, built: Path
) -> None:
    pioneers.use(PREFIX.replace("s3", scheme, 1) + ending)
    there = pioneers.data("purchases", "arrow")
    pioneers.use(built)
    assert there.equals(pioneers.data("purchases", "arrow"))


def test_the_variable_leads_there_too(published: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIONEERS_DATA", PREFIX)
    assert len(pioneers.data("games", "polars")) == 120


def test_months_and_a_plain_copy_of_a_folder(own: Any, sessions: Path) -> None:
    for path in sessions.rglob("*"):
        if path.is_file():
            own.upload_file(str(path), "own-data", f"copy/{path.relative_to(sessions)}")
    pioneers.use("s3://own-data/copy")
    frame = pioneers.data("play_sessions")
    assert frame["month"].value_counts().to_dict() == {"2026-01": 120, "2026-02": 120}


def test_a_notebook_sees_one_version_until_it_starts_anew(
    own: Any, shared: dict[str, bytes]
) -> None:
    pioneers.use(OWN)
    assert len(pioneers.data("games")) == 120
    key = key_of("current.json", shared)
    own.put_object(Bucket="own-data", Key=key, Body=b'{"version": "elsewhere"}')
    assert len(pioneers.data("purchases")) == 4000


def test_what_is_not_there_is_told(published: None, refusal: Refusal) -> None:
    pioneers.use(PREFIX)
    assert "Did you mean 'games'?" in refusal(pioneers.data, "game")
    pioneers.use(PREFIX, scale=1)
    assert f"{PREFIX} holds no data games@1#42" in refusal(pioneers.data, "games")
    pioneers.use("s3://no-such-bucket/x")
    assert "bucket" in refusal(pioneers.data, "games")


@pytest.mark.parametrize("name", ["current.json", "manifest.json"])
def test_lists_that_lie_are_refused(
    name: str, own: Any, shared: dict[str, bytes], refusal: Refusal
) -> None:
    own.put_object(Bucket="own-data", Key=key_of(name, shared), Body=b"<html>")
    pioneers.use(OWN)
    said = refusal(pioneers.data, "games")
    assert "Tell an organiser" in said
    assert "\n" not in said


def test_a_file_that_is_gone_is_told(own: Any, shared: dict[str, bytes], refusal: Refusal) -> None:
    own.delete_object(Bucket="own-data", Key=key_of("/games/part", shared))
    pioneers.use(OWN)
    assert "could not be read" in refusal(pioneers.data, "games")


def test_a_key_that_is_refused(published: None, strict: None, refusal: Refusal) -> None:
    pioneers.use(PREFIX)
    said = refusal(pioneers.data, "games")
    assert f"S3 refused to read {PREFIX}" in said
    assert "made-up" not in said


def test_no_key_at_all(
    published: None, strict: None, monkeypatch: pytest.MonkeyPatch, refusal: Refusal
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    pioneers.use(PREFIX)
    assert "AWS_ACCESS_KEY_ID" in refusal(pioneers.data, "games")


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, refusal: Refusal) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    pioneers.use(PREFIX)
    assert "cannot be reached" in refusal(pioneers.data, "games")


class Session:
    """As much of a session as is asked for its settings."""

    def __init__(self, **said: str) -> None:
        self.conf = {key.replace("_", "."): value for key, value in said.items()}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Class org.apache.hadoop.fs.s3a.S3AFileSystem not found", "hadoop-aws"),
        ('No FileSystem for scheme "s3a"', "hadoop-aws"),
        ("NoAwsCredentialsException: No AWS credentials", "There is no key"),
        ("AccessDeniedException: (Service: S3, Status Code: 403)", "There is no key"),
        ("UnknownStoreException: bucket does not exist", "does not exist"),
        ("ConnectException: Connection refused", "cannot be reached"),
        ("something\nelse", "could not be read: something else"),
    ],
)
def test_what_hadoop_says_is_said_in_words(said: str, means: str) -> None:
    assert means in str(spark._told(Session(), "s3://bucket/x", RuntimeError(said)))


# ------------------------------------------------- what Spark is told; its S3A is not installed


def told(session: Session, *, anonymous: bool = False) -> dict[str, str]:
    pioneers.use("s3://bucket/x", anonymous=anonymous)
    return spark._options(session, places.place())


def test_spark_is_told_nothing_where_nothing_is_set() -> None:
    assert told(Session()) == {}


def test_spark_is_told_another_endpoint_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    monkeypatch.setenv("AWS_REGION", "ap-northeast-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-word")
    options = told(Session())
    assert options == {
        "fs.s3a.endpoint": "http://127.0.0.1:9000",
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": "false",
        "fs.s3a.endpoint.region": "ap-northeast-2",
    }
    own = Session(spark_hadoop_fs_s3a_endpoint="https://own.example")
    assert "fs.s3a.endpoint" not in told(own)


def test_spark_is_told_where_a_key_is_but_never_the_key(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id = made-up\n")
    (chain,) = told(Session()).values()
    assert "ProfileCredentialsProvider" in chain
    (nobody,) = told(Session(), anonymous=True).values()
    assert nobody.endswith("AnonymousAWSCredentialsProvider")


def test_a_session_elsewhere_keeps_its_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    connect = type("SparkSession", (Session,), {"__module__": "pyspark.sql.connect.session"})
    assert told(connect()) == {}
    lacking = RuntimeError("Class org.apache.hadoop.fs.s3a.S3AFileSystem not found")
    assert "Tell whoever runs it" in str(spark._told(connect(), "s3://bucket/x", lacking))


def test_spark_s_own_hadoop_names_the_package() -> None:
    name, _, version = spark.hadoop_aws().rpartition(":")
    assert name == "org.apache.hadoop:hadoop-aws"
    assert version.split(".")[0].isdigit()


def test_an_endpoint_of_s3_alone_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://everything.example")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.example")
    assert memory.endpoint_url() == "http://s3.example"
