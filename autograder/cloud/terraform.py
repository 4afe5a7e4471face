"""The same as one Terraform file in JSON, which Terraform reads as it reads its own language.

Made from the same documents as the plain ones, so that both say the same. No I/O but `validate`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from autograder.cloud import documents, statements
from autograder.cloud.setting import Setting
from autograder.errors import InfrastructureError, RemoteError, UsageError
from autograder.text import escape

FILE = "main.tf.json"
PROVIDER = {"source": "hashicorp/aws", "version": "~> 5.100"}
TIMEOUT_S = 300
_BUCKET = "${aws_s3_bucket.data.id}"


def configuration(setting: Setting) -> dict[str, Any]:
    """The content of `main.tf.json`."""
    return {
        "terraform": {"required_version": ">= 1.5", "required_providers": {"aws": PROVIDER}},
        # Another account's key changes nothing here.
        "provider": {"aws": {"region": setting.region, "allowed_account_ids": [setting.account]}},
        "variable": {
            "github_provider_exists": {
                "type": "bool",
                "default": False,
                "description": "The account knows GitHub as an identity provider already.",
            }
        },
        "resource": _storage(setting) | _identities(setting) | _alarm(setting),
        "output": {
            f"{role.key}_role": {"value": f"${{aws_iam_role.{role.key}.arn}}"}
            for role in statements.roles(setting)
        },
    }


def _storage(setting: Setting) -> dict[str, Any]:
    block = documents.access_block(setting)
    return {
        "aws_s3_bucket": {
            "data": {"bucket": setting.data.bucket, "lifecycle": {"prevent_destroy": True}}
        },
        "aws_s3_bucket_ownership_controls": {
            # Access control lists are off: policies alone decide.
            "data": {"bucket": _BUCKET, "rule": {"object_ownership": "BucketOwnerEnforced"}}
        },
        "aws_s3_bucket_public_access_block": {
            "data": {
                "bucket": _BUCKET,
                "block_public_acls": block["BlockPublicAcls"],
                "ignore_public_acls": block["IgnorePublicAcls"],
                "block_public_policy": block["BlockPublicPolicy"],
                "restrict_public_buckets": block["RestrictPublicBuckets"],
            }
        },
        "aws_s3_bucket_versioning": {
            "data": {"bucket": _BUCKET, "versioning_configuration": {"status": "Enabled"}}
        },
        "aws_s3_bucket_lifecycle_configuration": {
            "data": {
                "bucket": _BUCKET,
                "rule": [_rule(each) for each in documents.lifecycle(setting)["Rules"]],
                "depends_on": ["aws_s3_bucket_versioning.data"],
            }
        },
        "aws_s3_bucket_policy": {
            "data": {
                "bucket": _BUCKET,
                "policy": json.dumps(statements.bucket(setting)),
                "depends_on": ["aws_s3_bucket_public_access_block.data"],
            }
        },
    }


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A lifecycle rule in Terraform's words."""
    made = {
        "id": rule["ID"],
        "status": rule["Status"],
        "filter": {"prefix": rule["Filter"]["Prefix"]},
    }
    if ended := rule.get("AbortIncompleteMultipartUpload"):
        made["abort_incomplete_multipart_upload"] = {
            "days_after_initiation": ended["DaysAfterInitiation"]
        }
    if marker := rule.get("Expiration"):
        made["expiration"] = {"expired_object_delete_marker": marker["ExpiredObjectDeleteMarker"]}
    if kept := rule.get("NoncurrentVersionExpiration"):
        made["noncurrent_version_expiration"] = {"noncurrent_days": kept["NoncurrentDays"]}
    return made


def _identities(setting: Setting) -> dict[str, Any]:
    roles = statements.roles(setting)
    groups = {"members": statements.member(setting), "organisers": statements.organiser(setting)}
    return {
        "aws_iam_openid_connect_provider": {
            "github": {
                "count": "${var.github_provider_exists ? 0 : 1}",
                "url": f"https://{statements.GITHUB}",
                "client_id_list": [statements.AUDIENCE],
            }
        },
        "aws_iam_role": {
            role.key: {
                "name": role.name,
                "assume_role_policy": json.dumps(role.trust),
                "max_session_duration": 3600,
                "depends_on": ["aws_iam_openid_connect_provider.github"],
            }
            for role in roles
        },
        "aws_iam_role_policy": {
            role.key: {
                "name": role.name,
                "role": f"${{aws_iam_role.{role.key}.id}}",
                "policy": json.dumps(role.policy),
            }
            for role in roles
        },
        "aws_iam_group": {key: {"name": f"{setting.name}-{key}"} for key in groups},
        "aws_iam_group_policy": {
            key: {
                "name": f"{setting.name}-{key}",
                "group": f"${{aws_iam_group.{key}.name}}",
                "policy": json.dumps(policy),
            }
            for key, policy in groups.items()
        },
    }


def _alarm(setting: Setting) -> dict[str, Any]:
    told = documents.budget(setting)
    return {
        "aws_budgets_budget": {
            "month": {
                "name": told["BudgetName"],
                "budget_type": told["BudgetType"],
                "time_unit": told["TimeUnit"],
                "limit_amount": told["BudgetLimit"]["Amount"],
                "limit_unit": told["BudgetLimit"]["Unit"],
                "cost_types": {"include_credit": False, "include_refund": False},
                "notification": [
                    {
                        "notification_type": each["Notification"]["NotificationType"],
                        "comparison_operator": each["Notification"]["ComparisonOperator"],
                        "threshold": each["Notification"]["Threshold"],
                        "threshold_type": each["Notification"]["ThresholdType"],
                        "subscriber_email_addresses": list(setting.mails),
                    }
                    for each in documents.notifications(setting)
                ],
            }
        }
    }


def validate(content: dict[str, Any]) -> None:
    """Let Terraform itself judge the file, in a folder of its own; nothing is applied.

    Raises:
        UsageError: there is no terraform on this machine.
        RemoteError: it could not get its provider for AWS.
        InfrastructureError: it found a mistake in the file.
    """
    program = shutil.which("terraform")
    if program is None:
        raise UsageError(
            "there is no terraform on this machine", fix="install it, or leave out --validate"
        )
    with tempfile.TemporaryDirectory(prefix="pioneers-terraform-") as folder:
        (Path(folder) / FILE).write_text(json.dumps(content), encoding="utf-8")
        begun = _run(program, folder, "init", "-backend=false")
        if begun.returncode:
            raise RemoteError(
                f"terraform init: {_first_error(begun.stderr or begun.stdout)}",
                fix="look whether this machine reaches Terraform's registry",
            )
        judged = _run(program, folder, "validate", "-json")
    if judged.returncode:
        raise InfrastructureError(f"terraform validate: {_diagnosis(judged.stdout)}")


def _run(program: str, folder: str, word: str, option: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - the user's own terraform, fixed words
            [program, word, *(["-input=false", "-no-color"] if word == "init" else []), option],
            cwd=folder,
            env={**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RemoteError(f"terraform {word} took more than {TIMEOUT_S} s") from error


def _first_error(said: str) -> str:
    lines = [line.strip(" │╷╵") for line in said.splitlines()]
    found = next((line for line in lines if line.startswith("Error")), "it failed")
    return escape.log_line(found, limit=300)


def _diagnosis(said: str) -> str:
    """The first fault that `terraform validate -json` tells."""
    try:
        told = json.loads(said)["diagnostics"][0]
        return escape.log_line(f"{told['summary']}: {told.get('detail', '')}", limit=300)
    except (ValueError, LookupError, TypeError):
        return _first_error(said)
