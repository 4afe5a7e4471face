"""The names that policies are made from: bucket, prefix, account, repository, budget.

Every one is proven here, since in a policy a `*` widens a right and in Terraform a `${` runs an
expression. Knows nothing of what the policies say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from autograder.errors import ConfigError, UsageError
from autograder.s3 import Address

_BUCKET = (
    r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)"
    r"(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3|\.mrap)$)[a-z0-9.-]{3,63}"
)
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_MOST_BUDGET = Decimal(1_000_000)


def base(place: Address) -> str:
    """What every key in a place begins with; empty where it is a whole bucket."""
    return f"{place.prefix}/" if place.prefix else ""


def holds(outer: Address, inner: Address) -> bool:
    """True if the second place lies in the first, or is it."""
    return outer.bucket == inner.bucket and base(inner).startswith(base(outer))


@dataclass(frozen=True)
class Subject:
    """The runs of a GitHub workflow that may take a role.

    Attributes:
        repository: `owner/name`.
        owner_id, repository_id: GitHub's numbers, which its tokens carry for every repository made,
            renamed or moved since 15 July 2026 (https://github.blog/changelog/2026-04-23-immutable-
            subject-claims-for-github-actions-oidc-tokens); both, or neither.
        branch: only runs of this branch …
        environment: … or, if it is not empty, only jobs of this environment.
    """

    repository: str
    owner_id: int | None = None
    repository_id: int | None = None
    branch: str = "main"
    environment: str = ""

    @property
    def claim(self) -> str:
        """The claim `sub` of their tokens."""
        owner, _, name = self.repository.partition("/")
        if self.owner_id is not None:
            owner, name = f"{owner}@{self.owner_id}", f"{name}@{self.repository_id}"
        place = f"environment:{self.environment}" if self.environment else self._ref
        return f"repo:{owner}/{name}:{place}"

    @property
    def _ref(self) -> str:
        return f"ref:refs/heads/{self.branch}"


@dataclass(frozen=True)
class Setting:
    """All that the policies of one cohort differ in.

    Attributes:
        name: what the names of roles and groups begin with.
        account: twelve digits.
        data: where the shared data are published.
        ledger: where graded work is recorded, if that is on S3.
        subject: the workflows that may take a role.
        region: where the bucket is.
        budget_usd: US dollars a month.
        mails: who hears from the budget alarm.
        public: everybody may read the data, without a key.
    """

    name: str
    account: str
    data: Address
    ledger: Address | None
    subject: Subject
    region: str
    budget_usd: Decimal
    mails: tuple[str, ...] = ()
    public: bool = False

    def __post_init__(self) -> None:
        """Prove every name.

        Raises:
            UsageError: one cannot be what it is meant to be.
        """
        for what, pattern, value, fix in (
            ("name", r"[A-Za-z][A-Za-z0-9-]{0,30}", self.name, "use letters, digits and -"),
            ("account", r"\d{12}", self.account, "give the twelve digits of your AWS account"),
            ("bucket's name", _BUCKET, self.data.bucket, "choose another in cohort.toml"),
            ("region", r"[a-z]{2}(?:-[a-z]+)+-\d{1,2}", self.region, "write it as ap-northeast-2"),
            (
                "repository",
                r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}",
                self.subject.repository,
                "write owner/name",
            ),
            (
                "branch",
                r"(?!.*(?:\.\.|//))[A-Za-z0-9][A-Za-z0-9._/-]{0,99}",
                self.subject.branch,
                "use letters, digits and ._/-",
            ),
            (
                "environment",
                r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99})?",
                self.subject.environment,
                "use letters, digits and ._-",
            ),
            *(
                ("mail", r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,180}", mail, "write name@host")
                for mail in self.mails
            ),
        ):
            _proven(what, pattern, value, fix)
        if (self.subject.owner_id is None) != (self.subject.repository_id is None):
            raise UsageError(
                "GitHub's tokens carry both numbers or none",
                fix="give --owner-id and --repository-id, or neither",
            )
        if self.ledger and (holds(self.data, self.ledger) or holds(self.ledger, self.data)):
            raise ConfigError(
                f"{self.ledger} and {self.data} lie in one another, so members could read "
                "everybody's grades",
                fix="give data and ledger prefixes of their own in cohort.toml",
            )


def _proven(what: str, pattern: str, value: str, fix: str) -> None:
    if re.fullmatch(pattern, value, re.ASCII) is None:
        raise UsageError(f"{value[:80]!r} is no {what}", fix=fix)


def budget(text: str) -> Decimal:
    """An amount of US dollars a month, in cents.

    Raises:
        UsageError: it is no such amount.
    """
    wrong = UsageError(
        f"{text[:40]!r} is no budget", fix="write US dollars a month, such as 20 or 12.50"
    )
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,2})?", text, re.ASCII) is None:
        raise wrong
    amount = Decimal(text)
    if not 0 < amount <= _MOST_BUDGET:
        raise wrong
    return amount
