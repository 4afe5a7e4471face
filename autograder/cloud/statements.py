"""The least that each party needs, as IAM policies in plain dicts.

    member     reads the data
    grader     reads the data; a GitHub workflow
    publisher  puts data and never deletes; a GitHub workflow or an organiser
    pruner     deletes old versions of the data, never what names the current one; an organiser
    recorder   adds records to a ledger on S3 and never overwrites one; a GitHub workflow
    cost       asks what was spent; a GitHub workflow or an organiser

No I/O. Actions and condition keys: https://docs.aws.amazon.com/service-authorization/latest/
reference/list_amazons3.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograder.cloud.setting import Setting, base
from autograder.s3 import Address

Document = dict[str, Any]
VERSION = "2012-10-17"
GITHUB = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
VERSIONS = "versions"
"""The folder of published versions in each data set's own; `current.json` lies beside it."""


@dataclass(frozen=True)
class Role:
    """A role of AWS.

    Attributes:
        key: its short name, such as `grader`.
        name: its name in the account.
        policy: what it may do.
        trust: who may take it.
    """

    key: str
    name: str
    policy: Document
    trust: Document


def member(setting: Setting) -> Document:
    """Read the data and list them, and nothing else anywhere."""
    return _policy(*_reading(setting.data))


def publisher(setting: Setting) -> Document:
    """Read and put the data, in parts where they are large; nothing is ever deleted by it."""
    put = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    return _policy(*_working(setting.data), _allow("PutData", put, _objects(setting.data)))


def pruner(setting: Setting) -> Document:
    """Delete published versions and unfinished uploads; what names the current version stays.

    A manifest is put back where its version became current while it was being deleted.
    """
    data = setting.data
    below = f"arn:aws:s3:::{data.bucket}/{base(data)}*/{VERSIONS}/*"
    return _policy(
        *_working(data),
        _allow("DeleteOldVersions", "s3:DeleteObject", below),
        _allow("PutBackManifests", "s3:PutObject", f"{below}/manifest.json"),
        # The action knows no prefix; names of unfinished uploads are all that it shows.
        _allow("SeeUnfinishedUploads", "s3:ListBucketMultipartUploads", _bucket(data)),
        _allow("EndUnfinishedUploads", "s3:AbortMultipartUpload", _objects(data)),
    )


def recorder(ledger: Address) -> Document:
    """Read the ledger and add to it; a put must say that the name is still free."""
    add = _allow("AddRecords", "s3:PutObject", _objects(ledger))
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    add["Condition"] = {"StringEquals": {"s3:if-none-match": "*"}}
    return _policy(*_reading(ledger), add)


def cost() -> Document:
    """Ask what was spent; Cost Explorer knows no smaller right."""
    return _policy(_allow("SeeCost", "ce:GetCostAndUsage", "*"))


def organiser(setting: Setting) -> Document:
    """Take the roles that organisers work with, and nothing without them."""
    own = [_role_arn(setting, key) for key in ("publisher", "pruner", "cost")]
    return _policy(_allow("TakeRoles", "sts:AssumeRole", own))


def roles(setting: Setting) -> tuple[Role, ...]:
    """Every role of a cohort."""
    workflow, person = _workflow(setting), _person(setting)
    made = [
        ("grader", member(setting), [workflow]),
        ("publisher", publisher(setting), [workflow, person]),
        ("pruner", pruner(setting), [person]),
        ("cost", cost(), [workflow, person]),
    ]
    if setting.ledger:
        made.append(("recorder", recorder(setting.ledger), [workflow]))
    return tuple(
        Role(key, f"{setting.name}-{key}", policy, _policy(*trust)) for key, policy, trust in made
    )


def bucket(setting: Setting) -> Document:
    """What holds for everybody, administrators of the account among them.

    Only TLS; only the publisher (and, for manifests, the pruner) puts data, only the recorder
    records, only the pruner deletes.
    An administrator who must do otherwise changes this policy first, and CloudTrail tells of it.
    """
    data, ledger = setting.data, setting.ledger
    everything = [_bucket(data), f"{_bucket(data)}/*"]
    plain = _deny("OnlyTLS", "s3:*", everything)
    plain["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    puts = _deny("OnlyThePublisherPuts", _PUTS, _objects(data))
    held = [plain, _unless(setting, ("publisher", "pruner"), puts)]
    if ledger and ledger.bucket == data.bucket:
        adds = _deny("OnlyTheRecorderAdds", _PUTS, _objects(ledger))
        held.append(_unless(setting, ("recorder",), adds))
    deletes = _deny("OnlyThePrunerDeletes", "s3:DeleteObject*", f"{_bucket(data)}/*")
    held.append(_unless(setting, ("pruner",), deletes))
    if setting.public:
        everybody = _allow("EverybodyReads", "s3:GetObject", _objects(data))
        held.append({**everybody, "Principal": "*"})
    return _policy(*held)


_PUTS = ["s3:PutObject*", "s3:RestoreObject", "s3:ReplicateObject"]


def provider_arn(setting: Setting) -> str:
    """GitHub as an identity provider of the account; there is one for each account."""
    return f"arn:aws:iam::{setting.account}:oidc-provider/{GITHUB}"


def _workflow(setting: Setting) -> Document:
    """Runs of our repository's workflows on the branch or in the environment, exactly."""
    return {
        "Sid": "WorkflowsOfOurs",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(setting)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB}:aud": AUDIENCE,
                f"{GITHUB}:sub": setting.subject.claim,
            }
        },
    }


def _person(setting: Setting) -> Document:
    """People of the account to whom its policies give this role, as the organisers' group does."""
    return {
        "Sid": "OrganisersOfOurs",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{setting.account}:root"},
        "Action": "sts:AssumeRole",
    }


def _reading(place: Address) -> tuple[Document, Document]:
    see = _allow("ListOnlyThese", "s3:ListBucket", _bucket(place))
    if base(place):
        see["Condition"] = {"StringLike": {"s3:prefix": f"{base(place)}*"}}
    return _allow("Read", "s3:GetObject", _objects(place)), see


def _working(place: Address) -> tuple[Document, Document]:
    """Read, and learn that something is missing.

    S3 tells that only to whoever may list the bucket as a whole; others hear that they are denied.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
    """
    see = _allow("SeeWhatIsMissing", "s3:ListBucket", _bucket(place))
    return _allow("Read", "s3:GetObject", _objects(place)), see


def _unless(setting: Setting, keys: tuple[str, ...], statement: Document) -> Document:
    """For all but these roles. Whoever has no key has no ARN, and is meant as well."""
    spared = [_role_arn(setting, key) for key in keys]
    others = {"StringNotEquals": {"aws:PrincipalArn": spared}}
    return {**statement, "Condition": others}


def _role_arn(setting: Setting, key: str) -> str:
    return f"arn:aws:iam::{setting.account}:role/{setting.name}-{key}"


def _bucket(place: Address) -> str:
    return f"arn:aws:s3:::{place.bucket}"


def _objects(place: Address) -> str:
    return f"{_bucket(place)}/{base(place)}*"


def _allow(sid: str, action: str | list[str], resource: str | list[str]) -> Document:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}


def _deny(sid: str, action: str | list[str], resource: str | list[str]) -> Document:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
    }


def _policy(*statements: Document) -> Document:
    return {"Version": VERSION, "Statement": list(statements)}
