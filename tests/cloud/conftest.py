"""An account of AWS on loopback, with the policies that `pioneers cloud policy` prints."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto.s3.models import s3_backends

from autograder.cloud import documents, statements
from autograder.cloud.setting import Setting, Subject
from autograder.s3 import Address, session
from tests.cloud.iam import ACCOUNT, Judge, judging

BUCKET = "cohort-bucket"
SETTING = Setting(
    name="pioneers",
    account=ACCOUNT,
    data=Address(BUCKET, "shared/data"),
    ledger=Address(BUCKET, "ledger"),
    subject=Subject("garam-example/spark-2026", owner_id=123456, repository_id=456789),
    region="ap-northeast-2",
    budget_usd=Decimal(20),
    mails=("garam@example.org",),
)
POINTER = "shared/data/games/scale=0.01/seed=42/current.json"
OLD = "shared/data/games/scale=0.01/seed=42/versions/0123456789abcdef/users/part-0.parquet"
RECORD = "ledger/grade/one.json"
PRIVATE = "private/notes.txt"


@pytest.fixture
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, and an environment that leads to it with the key of the account's owner."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "owner")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "owner")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    return server


@dataclass
class Account:
    """The account with everything in it."""

    judge: Judge
    keys: dict[str, dict[str, str]]
    monkeypatch: pytest.MonkeyPatch

    def become(self, who: str) -> Any:
        """An S3 client as somebody; commands started from now on act as them, too."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            self.monkeypatch.delenv(name, raising=False)
        for name, value in self.keys[who].items():
            self.monkeypatch.setenv(name, value)
        return session().client("s3")

    def names(self) -> list[str]:
        """Every key in the bucket that is not deleted."""
        found = s3_backends[ACCOUNT]["aws"].get_bucket(BUCKET).keys
        return sorted(key for key, last in found.items() if hasattr(last, "value"))


@functools.cache
def _made(server: str) -> dict[str, dict[str, str]]:
    """Bucket, users, roles and policies, each as a printed document says; keys by user or role."""
    owner = boto3.session.Session("owner", "owner", region_name="us-east-1")
    s3, iam, sts = (owner.client(name, endpoint_url=server) for name in ("s3", "iam", "sts"))
    printed = documents.documents(SETTING)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket=BUCKET, PublicAccessBlockConfiguration=printed["public-access-block"]
    )
    s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET, LifecycleConfiguration=printed["lifecycle"]
    )
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(printed["bucket"]))
    iam.create_group(GroupName="members")
    iam.put_group_policy(
        GroupName="members", PolicyName="member", PolicyDocument=json.dumps(printed["member"])
    )
    made = {name: _user(iam, name) for name in ("haneul", "stranger", "admin")}
    iam.add_user_to_group(GroupName="members", UserName="haneul")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_user_policy(
        UserName="admin",
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": statements.VERSION, "Statement": [everything]}),
    )
    for role in statements.roles(SETTING):
        trust, policy = printed[f"{role.key}-trust"], printed[role.key]
        made[role.key] = _role(iam, sts, role.name, json.dumps(policy), json.dumps(trust))
    return made


@pytest.fixture
def account(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The account as it was at first, judged by its policies."""
    kept = s3_backends[ACCOUNT]["aws"]
    # All servers of a process have one memory, and others' tests may have cleared it.
    if BUCKET not in kept.buckets:
        _made.cache_clear()
    keys = _made(address)
    kept.get_bucket(BUCKET).keys.clear()
    for key in (POINTER, OLD, RECORD, PRIVATE):
        kept.put_object(BUCKET, key, b"{}")
    with judging() as judge:
        yield Account(judge, copy.deepcopy(keys), monkeypatch)


def _user(iam: Any, name: str) -> dict[str, str]:
    iam.create_user(UserName=name)
    return _environment(iam.create_access_key(UserName=name)["AccessKey"])


def _role(iam: Any, sts: Any, name: str, policy: str, trust: str) -> dict[str, str]:
    """A role's session. Moto does not judge who may take it; `test_rights` does."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy)
    taken = sts.assume_role(RoleArn=made["Arn"], RoleSessionName="run")
    return _environment(taken["Credentials"])


def _environment(made: dict[str, str]) -> dict[str, str]:
    token = made.get("SessionToken")
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        **({"AWS_SESSION_TOKEN": token} if token else {}),
    }
