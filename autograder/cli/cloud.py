"""`pioneers cloud`: who may do what with the shared data on S3, and what that costs."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.cli import screen
from autograder.errors import ConfigError, UsageError
from autograder.text import escape

if TYPE_CHECKING:
    from autograder.cloud.setting import Setting
    from autograder.s3 import Address

FAILED = 1
_MARKS = {"ok": "✓", "bad": "✗", "unknown": "?", "note": "·"}
POLICY_HELP = """Print the least rights for members, workflows and organisers, and a budget alarm.

Nothing is changed by it: look at what it prints, then let Terraform or the aws command carry it
out. A repository made, renamed or moved since 15 July 2026 needs both --…-id: the address
api.github.com/repos/OWNER/NAME shows them as id and owner.id.

Examples:

  pioneers cloud policy --account 123456789012 --repository garam-example/spark-2026
  --owner-id 1234 --repository-id 5678 --mail garam@example.org --out infra --validate

  pioneers cloud policy --account 123456789012 --repository garam-example/spark-2026 --format json
"""
CHECK_HELP = """Prove with the key at hand that it can read the shared data and can do nothing else.

Tries to list and read, then to list elsewhere, write and delete, with names that nobody has; what
is written by surprise is removed again. Ends with 1 if anything is not as it must be for a member.

Examples:

  pioneers cloud check

  AWS_PROFILE=member pioneers cloud check --address s3://our-bucket/data --json
"""
COST_HELP = """Show what the account spent by day and service, and what the month will cost.

Amounts are before credits and refunds. Each request to Cost Explorer costs 0.01 US dollars; this
takes one for every few thousand lines, so mostly one. The forecast: what the month has cost up to
two days ago, and for each day left the median of the last seven days, or of the last three where
that is more. With --discord, a warning goes out on the day on which the month first reaches 80 % of
the budget, all of it by forecast, or all of it by what is spent: run it once a day.

Examples:

  pioneers cloud cost --plot cost.png

  pioneers cloud cost --budget 20 --discord
"""
Lang = Annotated[str | None, typer.Option("--lang", help="ko or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


class Form(StrEnum):
    """Whom the policies are printed for."""

    TERRAFORM = "terraform"
    JSON = "json"


app = typer.Typer(help="The cohort's cloud account: rights and cost.", no_args_is_help=True)


@app.command(help=POLICY_HELP)
def policy(  # noqa: PLR0913, PLR0917 - one for each option
    account: Annotated[str, typer.Option(help="The twelve digits of your AWS account.")],
    repository: Annotated[
        str, typer.Option(envvar="GITHUB_REPOSITORY", help="owner/name on GitHub.")
    ],
    owner_id: Annotated[
        int | None, typer.Option(min=1, help="GitHub's number of the owner.")
    ] = None,
    repository_id: Annotated[
        int | None, typer.Option(min=1, help="GitHub's number of the repository.")
    ] = None,
    bucket: Annotated[str | None, typer.Option(help="By default that of cohort.toml.")] = None,
    prefix: Annotated[str | None, typer.Option(help="The folder of the data in it.")] = None,
    branch: Annotated[str, typer.Option(help="Whose workflows may take a role.")] = "main",
    environment: Annotated[str, typer.Option(help="… or only jobs of this environment.")] = "",
    region: Annotated[str, typer.Option(help="Where the bucket is.")] = "ap-northeast-2",
    budget: Annotated[str, typer.Option(help="US dollars a month.")] = "20",
    mail: Annotated[
        list[str] | None, typer.Option(help="Who hears of it; may be repeated.")
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Everybody may read without a key, at your cost.")
    ] = False,
    name: Annotated[str, typer.Option(help="What all names begin with.")] = "pioneers",
    form: Annotated[
        Form, typer.Option("--format", help="For Terraform, or for the aws command.")
    ] = Form.TERRAFORM,
    out: Annotated[Path | None, typer.Option(help="Write files into this folder.")] = None,
    validate: Annotated[
        bool, typer.Option("--validate", help="Let terraform judge it first.")
    ] = False,
) -> None:
    """Print policies."""
    from autograder import cohort, s3
    from autograder.cloud import setting as settings
    from autograder.cloud import terraform

    known = cohort.load()
    made = settings.Setting(
        name=name,
        account=account,
        data=_place(bucket, prefix, known.data),
        ledger=s3.address(known.ledger) if known.ledger.startswith("s3:") else None,
        subject=settings.Subject(repository, owner_id, repository_id, branch, environment),
        region=region,
        budget_usd=settings.budget(budget),
        mails=tuple(mail or ()),
        public=public,
    )
    if validate:
        with screen.progress("asking terraform"):
            terraform.validate(terraform.configuration(made))
        screen.note("terraform: valid")
    _advise(made, known.ledger)
    _print(made, form, out)


def _place(bucket: str | None, prefix: str | None, known: str) -> Address:
    from autograder import s3

    if bucket is not None:
        return s3.address(f"s3://{bucket}/{prefix or ''}")
    if prefix is not None or not known:
        raise UsageError(
            "nothing says where the shared data are",
            fix='write data = "s3://bucket/prefix" into cohort.toml, or give --bucket and --prefix',
        )
    return s3.address(known)


def _advise(made: Setting, ledger: str) -> None:
    """What the printed policies cannot say themselves."""
    if made.subject.owner_id is None:
        screen.note(
            "note: workflows of a repository made, renamed or moved since 15 July 2026 can take no "
            "role without --owner-id and --repository-id"
        )
    if not made.mails:
        screen.note("note: nobody hears from the budget alarm; give --mail")
    if made.public:
        screen.note("note: whoever knows the address can read, and the account pays for it")
    if made.ledger and made.ledger.bucket != made.data.bucket:
        screen.note(f"note: {ledger} is another bucket, which this does not make or guard")


def _print(made: Setting, form: Form, out: Path | None) -> None:
    from autograder.cloud import documents, terraform
    from autograder.files import write_whole

    content: dict[str, Any] = (
        documents.documents(made) if form is Form.JSON else terraform.configuration(made)
    )
    if out is None:
        sys.stdout.write(_json(content))
        return
    files = (
        {f"{name}.json": _json(document) for name, document in content.items()}
        if form is Form.JSON
        else {terraform.FILE: _json(content)}
    )
    try:
        for file, text in files.items():
            write_whole(out / file, text)
            typer.echo(str(out / file))
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror}", fix="name another folder") from error


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


@app.command(help=CHECK_HELP)
def check(
    address: Annotated[
        str | None, typer.Option(help="s3://bucket/prefix; by default that of cohort.toml.")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Try the key."""
    from autograder import cohort, s3
    from autograder.cloud.check import examine
    from autograder.text.catalogue import catalogue

    words = catalogue(cohort.language(lang))
    data = _place(None, None, cohort.load().data) if address is None else s3.address(address)
    found = []
    with screen.progress("trying the key") as say:
        for finding in examine(data, s3.connect()):
            say(finding.code)
            found.append(finding)
    wrong = sum(finding.state in ("bad", "unknown") for finding in found)
    if as_json:
        told = [{"code": f.code, "state": f.state, **f.params} for f in found]
        sys.stdout.write(_json({"address": str(data), "ok": not wrong, "findings": told}))
    else:
        for finding in found:
            key = f"cloud.look.{finding.code}"
            said = words.say(f"{key}.{finding.state}", **finding.params)
            line = f"{words.say(f'{key}.name')}: {said}".replace("`", "")
            typer.echo(f"{_MARKS[finding.state]} {escape.log_line(line, limit=600)}")
        typer.echo(words.say("cloud.check.wrong" if wrong else "cloud.check.right", count=wrong))
    if wrong:
        raise typer.Exit(FAILED)


@app.command(help=COST_HELP)
def cost(
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days to show.")] = 30,
    budget: Annotated[str | None, typer.Option(help="US dollars a month.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it into this .png or .svg.")] = None,
    discord: Annotated[
        bool, typer.Option("--discord", help="Warn there; needs --budget and DISCORD_WEBHOOK.")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Show what was spent."""
    from autograder import cohort
    from autograder.cloud import chart, explorer, forecast, wording
    from autograder.cloud import setting as settings
    from autograder.publish.discord import post
    from autograder.text.catalogue import catalogue

    words = catalogue(cohort.language(lang))
    amount = None if budget is None else settings.budget(budget)
    webhook = _webhook(budget) if discord else ""
    picture = None if plot is None else chart.proven(plot)
    today = datetime.now(UTC).date()
    settled, shown = forecast.settled_on(today), today - timedelta(days=days - 1)
    with screen.progress("asking Cost Explorer"):
        everything = explorer.fetch(min(shown, forecast.first_needed(settled)), today)
    if amount is not None and everything.currency != explorer.DOLLARS:
        raise UsageError(
            f"the account is billed in {everything.currency}, and a budget is in US dollars",
            fix="leave out --budget and set an alarm in AWS Budgets",
        )
    by_day = everything.by_day()
    view = wording.View(
        spending=everything.since(shown),
        seen=forecast.outlook(by_day, settled),
        budget=amount,
        new="none" if amount is None else forecast.warning(by_day, settled, amount),
    )
    if as_json:
        sys.stdout.write(_json(wording.plain(view)))
    else:
        for line in wording.page(view, words):
            typer.echo(escape.log_line(line))
    if picture and not chart.save(view.spending, picture):
        screen.note("note: matplotlib is not installed here, so no picture was drawn")
    if discord and view.new != "none":
        post(webhook, wording.warning(view, everything, words))
        screen.note("told Discord")


def _webhook(budget: str | None) -> str:
    """Where a warning goes; looked for before anything is asked that costs money."""
    if budget is None:
        raise UsageError("nothing to warn of without a budget", fix="add --budget 20")
    found = os.environ.get("DISCORD_WEBHOOK", "")
    if not found:
        raise ConfigError("DISCORD_WEBHOOK is not set", fix="set it, or leave out --discord")
    return found
