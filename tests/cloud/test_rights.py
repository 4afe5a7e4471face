"""The printed policies do what they say: proven with real keys and requests to a stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from autograder.cloud import documents, statements
from tests.cloud.conftest import BUCKET, OLD, POINTER, PRIVATE, RECORD, SETTING, Account
from tests.cloud.iam import ACCOUNT, Request, allowed, trusted

Call = Callable[[Any], Any]
PRINTED = documents.documents(SETTING)
DATA = f"arn:aws:s3:::{BUCKET}/shared/data/"


def listing(prefix: str | None) -> Call:
    words = {} if prefix is None else {"Prefix": prefix}
    return lambda s3: s3.list_objects_v2(Bucket=BUCKET, **words)


def reading(key: str) -> Call:
    return lambda s3: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def putting(key: str, **words: str) -> Call:
    return lambda s3: s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", **words)


def deleting(key: str, **words: str) -> Call:
    return lambda s3: s3.delete_object(Bucket=BUCKET, Key=key, **words)


def deleting_many(*keys: str) -> Call:
    def call(s3: Any) -> None:
        found = {"Objects": [{"Key": key} for key in keys]}
        for fault in s3.delete_objects(Bucket=BUCKET, Delete=found).get("Errors", []):
            raise ClientError({"Error": fault}, "DeleteObjects")

    return call


def beginning(key: str) -> Call:
    return lambda s3: s3.create_multipart_upload(Bucket=BUCKET, Key=key)


NEW = "shared/data/games/scale=0.01/seed=42/versions/fedcba9876543210/users/part-0.parquet"
TRIES: dict[str, Call] = {
    "list data": listing("shared/data/"),
    "list deeper": listing("shared/data/games/"),
    "read data": reading(POINTER),
    "miss data": reading("shared/data/none"),
    "list look-alike": listing("shared/data"),
    "list all": listing(None),
    "list nothing": listing(""),
    "list ledger": listing("ledger/"),
    "list private": listing("private/"),
    "list versions": lambda s3: s3.list_object_versions(Bucket=BUCKET, Prefix="shared/data/"),
    "list buckets": lambda s3: s3.list_buckets(),
    "read ledger": reading(RECORD),
    "read private": reading(PRIVATE),
    "put data": putting(NEW),
    "put pointer": putting(POINTER),
    "put manifest": putting(NEW.replace("users/part-0.parquet", "manifest.json")),
    "put parts": beginning(NEW),
    "put look-alike": putting("shared/data-2/x"),
    "put private": putting("private/new"),
    "put record": putting("ledger/grade/two.json"),
    "put new record": putting("ledger/grade/three.json", IfNoneMatch="*"),
    "put record in parts": beginning("ledger/grade/four.json"),
    "delete old": deleting(OLD),
    "delete many": deleting_many(OLD),
    "delete pointer": deleting(POINTER),
    "delete many with pointer": deleting_many(OLD, POINTER),
    "delete record": deleting(RECORD),
    "delete private": deleting(PRIVATE),
    "see uploads": lambda s3: s3.list_multipart_uploads(Bucket=BUCKET),
    "read policy": lambda s3: s3.get_bucket_policy(Bucket=BUCKET),
    "change policy": lambda s3: s3.put_bucket_policy(Bucket=BUCKET, Policy="{}"),
    "open to all": lambda s3: s3.put_object_acl(Bucket=BUCKET, Key=POINTER, ACL="public-read"),
}
READ = {"list data", "list deeper", "read data"}
WORK = READ | {"list look-alike", "list all", "list nothing", "list ledger", "list private"}
WORK |= {"miss data"}
MAY = {
    "haneul": READ,
    "grader": READ,
    "publisher": WORK | {"put data", "put pointer", "put manifest", "put parts"},
    "pruner": WORK | {"delete old", "delete many", "see uploads", "put manifest"},
    "recorder": {"list ledger", "read ledger", "put new record"},
    "cost": set(),
    "stranger": set(),
}


@pytest.mark.parametrize("who", MAY)
def test_each_may_do_what_it_needs_and_nothing_else(account: Account, who: str) -> None:
    s3 = account.become(who)
    done = set()
    for name, attempt in TRIES.items():
        try:
            attempt(s3)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("AccessDenied", "NoSuchKey"):
                raise
            if error.response["Error"]["Code"] == "NoSuchKey":
                done.add(name)
        else:
            done.add(name)
    assert done == MAY[who]


@pytest.mark.parametrize("tried", ["put data", "put record", "delete old", "delete record"])
def test_the_bucket_itself_refuses_even_an_administrator(account: Account, tried: str) -> None:
    s3 = account.become("admin")
    reading(PRIVATE)(s3)
    putting("private/new")(s3)
    with pytest.raises(ClientError, match="AccessDenied"):
        TRIES[tried](s3)


@pytest.mark.parametrize("who", ["haneul", "publisher", "admin"])
def test_nothing_goes_without_tls(account: Account, who: str) -> None:
    s3 = account.become(who)
    reading(POINTER)(s3)
    account.judge.tls = False
    with pytest.raises(ClientError, match="AccessDenied"):
        reading(POINTER)(s3)


def test_a_key_that_is_not_known_or_not_right_is_none(account: Account) -> None:
    account.keys["haneul"]["AWS_SECRET_ACCESS_KEY"] = "wrong"
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        reading(POINTER)(account.become("haneul"))


def claims(sub: str, aud: str = "sts.amazonaws.com") -> dict[str, str]:
    return {f"{statements.GITHUB}:aud": aud, f"{statements.GITHUB}:sub": sub}


OURS = "repo:garam-example@123456/spark-2026@456789:ref:refs/heads/main"


@pytest.mark.parametrize(
    ("sub", "audience", "right"),
    [
        (OURS, "sts.amazonaws.com", True),
        (OURS, "https://github.com/garam-example", False),
        (OURS.replace("main", "other"), "sts.amazonaws.com", False),
        (OURS.replace("main", "main2"), "sts.amazonaws.com", False),
        (OURS.replace("ref:refs/heads/main", "pull_request"), "sts.amazonaws.com", False),
        (OURS.replace("@456789", "@456780"), "sts.amazonaws.com", False),
        ("repo:garam-example/spark-2026:ref:refs/heads/main", "sts.amazonaws.com", False),
        ("repo:evil/spark-2026@456789:ref:refs/heads/main", "sts.amazonaws.com", False),
    ],
)
def test_only_our_own_workflows_take_a_role(sub: str, audience: str, right: bool) -> None:
    request = Request("sts:AssumeRoleWithWebIdentity", "*", context=claims(sub, audience))
    github = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    taken = {
        role.key
        for role in statements.roles(SETTING)
        if trusted(request, PRINTED[f"{role.key}-trust"], github)
    }
    assert taken == ({"grader", "publisher", "cost", "recorder"} if right else set())
    other = f"arn:aws:iam::{ACCOUNT}:oidc-provider/example.org"
    assert not any(
        trusted(request, PRINTED[f"{role.key}-trust"], other) for role in statements.roles(SETTING)
    )


def test_organisers_take_three_roles_and_members_none() -> None:
    for role in statements.roles(SETTING):
        arn = f"arn:aws:iam::{ACCOUNT}:role/{role.name}"
        ask = Request("sts:AssumeRole", arn, f"arn:aws:iam::{ACCOUNT}:user/garam")
        open_to_people = trusted(ask, PRINTED[f"{role.key}-trust"])
        assert open_to_people == (role.key in ("publisher", "pruner", "cost"))
        assert allowed(ask, [PRINTED["organiser"]]) == open_to_people
        assert not allowed(ask, [PRINTED["member"]])
        abroad = Request("sts:AssumeRole", arn, "arn:aws:iam::210987654321:user/garam")
        assert not trusted(abroad, PRINTED[f"{role.key}-trust"])


def actions() -> SearchStrategy[str]:
    services = st.sampled_from(["s3:", "iam:", "sts:", "ce:"])
    verbs = st.sampled_from(["Get", "Put", "List", "Delete", "Restore", "Assume", "Create"])
    things = st.sampled_from(["Object", "ObjectAcl", "Bucket", "BucketPolicy", "Role", "User", ""])
    return st.tuples(services, verbs, things).map("".join)


@given(actions(), st.text(max_size=40), st.one_of(st.none(), st.text(max_size=20)))
def test_a_member_reads_the_data_and_nothing_else_whatever_is_asked(
    action: str, key: str, prefix: str | None
) -> None:
    context = {"aws:SecureTransport": "true"} | ({} if prefix is None else {"s3:prefix": prefix})
    for resource in (f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{key}", DATA + key):
        request = Request(action, resource, f"arn:aws:iam::{ACCOUNT}:user/haneul", context)
        reads = action == "s3:GetObject" and resource.startswith(DATA)
        lists = (
            action == "s3:ListBucket"
            and resource == f"arn:aws:s3:::{BUCKET}"
            and (prefix or "").startswith("shared/data/")
        )
        assert allowed(request, [PRINTED["member"]], PRINTED["bucket"]) == (reads or lists)


def test_data_for_everybody_are_read_without_a_key_and_not_changed_or_listed() -> None:
    import dataclasses

    opened = statements.bucket(dataclasses.replace(SETTING, public=True))
    secure = {"aws:SecureTransport": "true"}
    for action, resource, right in (
        ("s3:GetObject", DATA + "games/current.json", True),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/ledger/grade/one.json", False),
        ("s3:PutObject", DATA + "games/current.json", False),
        ("s3:DeleteObject", DATA + "games/current.json", False),
        ("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", False),
    ):
        asked = Request(action, resource, context=secure)
        assert allowed(asked, [], opened) == right
        assert not allowed(asked, [], PRINTED["bucket"])


def test_the_documents_are_json_of_the_length_that_aws_takes() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    limits = {"member": 5120, "organiser": 5120, "bucket": 20480}
    for name, document in PRINTED.items():
        most = limits.get(name, 2048 if name.endswith("-trust") else 10240)
        assert len(json.dumps(document, separators=(",", ":"))) < most
