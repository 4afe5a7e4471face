"""How AWS judges a request by policies, and a stand-in server that judges so.

Moto checks keys, signatures, actions and resources, but not conditions: an `s3:prefix` is passed
over, and a bucket policy that denies plain HTTP denies everything. So its judgement, and nothing
else of it, is replaced here by the rules that AWS documents:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
An operator or key that this does not know fails the test instead of passing for a match.

The loopback has no TLS; `tls` says whether a request counts as one over it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from moto.core.authorization import disable_iam_authentication, enable_iam_authentication
from moto.iam import access_control
from moto.s3.models import FakeBucket, s3_backends

ACCOUNT = "123456789012"
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What is asked, by whom (empty: nobody), and what is known of the asking."""

    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


def allowed(request: Request, own: list[Document], bucket: Document | None = None) -> bool:
    """An explicit deny wins; else either side's allow suffices within one account."""
    statements = [each for policy in own for each in policy["Statement"]]
    if bucket:
        statements += [s for s in bucket["Statement"] if _is_principal(s["Principal"], request)]
    effects = {each["Effect"] for each in statements if applies(each, request)}
    return "Allow" in effects and "Deny" not in effects


def trusted(request: Request, trust: Document, federated: str = "") -> bool:
    """Whether a role may be taken."""
    return any(
        applies(each, request) and _is_principal(each["Principal"], request, federated)
        for each in trust["Statement"]
    )


def applies(statement: Document, request: Request) -> bool:
    assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
    resources = _many(statement.get("Resource", "*"))
    return (
        any(_like(each.lower(), request.action.lower()) for each in _many(statement["Action"]))
        and any(_like(each, request.resource) for each in resources)
        and all(
            _holds(operator, key, _many(values), request.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _holds(operator: str, key: str, values: list[str], context: Mapping[str, str]) -> bool:
    there = context.get(key)
    if operator == "StringNotEquals":  # also where the key is absent
        return there not in values
    if operator not in ("StringEquals", "StringLike", "Bool"):
        raise AssertionError(f"no rule for {operator}")
    if there is None:
        return False
    if operator == "StringLike":
        return any(_like(each, there) for each in values)
    return there in values


def _is_principal(principal: Any, request: Request, federated: str = "") -> bool:
    if principal == "*":
        return True
    (kind, value), *rest = principal.items()
    assert not rest
    if kind == "Federated":
        return bool(value == federated)
    assert kind == "AWS"
    return bool(request.principal) and (
        value == request.principal
        or value == f"arn:aws:iam::{request.principal.split(':')[4]}:root"
    )


def _like(pattern: str, text: str) -> bool:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@dataclass
class Judge:
    """The judgement of the server, and how it saw the last requests."""

    tls: bool = True
    seen: list[Request] = field(default_factory=list)

    @contextmanager
    def as_admin(self) -> Iterator[None]:
        """Nobody is judged, as an account's owner is not."""
        with disable_iam_authentication():
            yield


@contextmanager
def judging() -> Iterator[Judge]:
    """Every request to S3 is judged by the policies of its key's owner and of the bucket."""
    judge = Judge()

    def check(own: Any, resource: str) -> None:
        key = own._access_key
        policies = [access_control.IAMPolicy(each)._policy_json for each in key.collect_policies()]
        role = getattr(key, "_owner_role_name", "")
        principal = f"arn:aws:iam::{ACCOUNT}:role/{role}" if role else key.arn
        for request in _requests(own, resource, principal, judge.tls):
            judge.seen.append(request)
            if not allowed(request, policies, _bucket_policy(request.resource)):
                own._raise_access_denied()

    with pytest.MonkeyPatch.context() as patch, enable_iam_authentication():
        patch.setattr(access_control.S3IAMRequest, "check_action_permitted", check)
        neutral = access_control.PermissionResult.NEUTRAL
        patch.setattr(FakeBucket, "get_permission", lambda *_: neutral)
        yield judge


def _requests(own: Any, resource: str, principal: str, tls: bool) -> Iterator[Request]:
    """What one HTTP request asks for: mostly one thing."""
    query = parse_qs(urlsplit(own._path).query, keep_blank_values=True)
    headers = {name.lower(): value for name, value in own._headers.items()}
    context = {"aws:SecureTransport": str(tls).lower(), "aws:PrincipalArn": principal}
    if "prefix" in query and own._action == "s3:ListBucket":
        context["s3:prefix"] = query["prefix"][0]
    for name in ("if-none-match", "if-match"):
        if name in headers:
            context[f"s3:{name}"] = headers[name]
    bucket, _, key = resource.partition("/")
    if own._action == "s3:DeleteObject" and not key:
        # Many at once. AWS judges each and answers for each; here one that is denied denies all.
        for each in re.findall(r"<Key>([^<]*)</Key>", own._body.decode()):
            yield Request(own._action, f"{bucket}/{each}", principal, context)
        return
    yield Request(own._action, resource, principal, context)
    if own._action == "s3:GetObject" and not _exists(bucket.rpartition(":")[2], key):
        # That something is missing is told only to those who may list the whole bucket.
        yield Request("s3:ListBucket", bucket, principal, context)


def _exists(bucket: str, key: str) -> bool:
    return key in s3_backends[ACCOUNT]["aws"].get_bucket(bucket).keys


def _bucket_policy(resource: str) -> Document | None:
    bucket = resource.split(":")[5].partition("/")[0]
    if bucket == "*":  # the account's list of buckets
        return None
    policy = s3_backends[ACCOUNT]["aws"].get_bucket(bucket).policy
    return json.loads(policy) if policy else None
