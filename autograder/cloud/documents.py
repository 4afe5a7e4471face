"""Everything that a cohort's account needs, as documents for the `aws` command; no I/O.

Each has the shape that `aws iam`, `aws s3api` and `aws budgets` take with `file://`.
"""

from __future__ import annotations

from typing import Any

from autograder.cloud import statements
from autograder.cloud.setting import Setting, base

KEPT_DAYS = 30
"""How long S3 keeps what was overwritten or deleted: time to notice, and to bring it back."""
UNFINISHED_DAYS = 1
ALARMS = (("ACTUAL", 50.0), ("ACTUAL", 80.0), ("FORECASTED", 100.0), ("ACTUAL", 100.0))
"""When the budget's mail goes out: kind of amount, and percent of the budget."""


def documents(setting: Setting) -> dict[str, Any]:
    """Each document by the name of its file, without `.json`."""
    found: dict[str, Any] = {
        "member": statements.member(setting),
        "organiser": statements.organiser(setting),
    }
    for role in statements.roles(setting):
        found[role.key] = role.policy
        found[f"{role.key}-trust"] = role.trust
    return found | {
        "bucket": statements.bucket(setting),
        "public-access-block": access_block(setting),
        "lifecycle": lifecycle(setting),
        "budget": budget(setting),
        "budget-notifications": notifications(setting),
    }


def access_block(setting: Setting) -> dict[str, bool]:
    """For `aws s3api put-public-access-block`; a public bucket opens its policy and no more."""
    closed = not setting.public
    return {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": closed,
        "RestrictPublicBuckets": closed,
    }


def lifecycle(setting: Setting) -> dict[str, Any]:
    """For `aws s3api put-bucket-lifecycle-configuration`.

    What was overwritten or deleted goes after `KEPT_DAYS`. It is not moved to a cheaper class
    before: those bill 30 days at least, and each move costs a request. A ledger in the same bucket
    has nothing that goes.
    """
    return {
        "Rules": [
            {
                "ID": "end-unfinished-uploads",
                "Status": "Enabled",
                "Filter": {"Prefix": ""},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_DAYS},
            },
            {
                "ID": "forget-replaced-data",
                "Status": "Enabled",
                "Filter": {"Prefix": base(setting.data)},
                "Expiration": {"ExpiredObjectDeleteMarker": True},
                "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
            },
        ]
    }


def budget(setting: Setting) -> dict[str, Any]:
    """For `aws budgets create-budget --budget`: the account's cost before credits and refunds."""
    return {
        "BudgetName": f"{setting.name}-month",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": str(setting.budget_usd), "Unit": "USD"},
        # Credits would hide what is used up until the day they end.
        "CostTypes": {"IncludeCredit": False, "IncludeRefund": False},
    }


def notifications(setting: Setting) -> list[dict[str, Any]]:
    """For `aws budgets create-budget --notifications-with-subscribers`; none without a mail."""
    subscribers = [{"SubscriptionType": "EMAIL", "Address": mail} for mail in setting.mails]
    return [
        {
            "Notification": {
                "NotificationType": kind,
                "ComparisonOperator": "GREATER_THAN",
                "Threshold": percent,
                "ThresholdType": "PERCENTAGE",
            },
            "Subscribers": subscribers,
        }
        for kind, percent in ALARMS
        if subscribers
    ]
