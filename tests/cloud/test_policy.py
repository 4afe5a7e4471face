"""`pioneers cloud policy`: what it prints, what Terraform says of it, and names that are none."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cli import main
from autograder.cloud import documents, setting, terraform
from autograder.cloud.setting import Subject
from autograder.errors import ConfigError, InfrastructureError, RemoteError, UsageError
from autograder.s3 import Address
from tests.cloud.conftest import BUCKET, SETTING
from tests.cloud.iam import ACCOUNT

PLUGINS = (
    Path.home() / ".terraform.d/plugins",
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
    Path("/opt/tf-plugins"),
)
"""Where providers lie on machines that do not fetch them: the usual folders."""
ASK = ("cloud", "policy", "--account", ACCOUNT, "--repository", "garam-example/spark-2026")
NUMBERS = ("--owner-id", "123456", "--repository-id", "456789")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    (tmp_path / "cohort.toml").write_text(
        f'data = "s3://{BUCKET}/shared/data"\nledger = "s3://{BUCKET}/ledger"\n', "utf-8"
    )
    return tmp_path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run


def test_json_is_every_document_and_nothing_else(home: Path, call: Any) -> None:
    code, out, err = call(*ASK, *NUMBERS, "--mail", "garam@example.org", "--format", "json")
    assert code == 0
    assert json.loads(out) == documents.documents(SETTING)
    assert err == ""


def test_files_are_written_whole(home: Path, call: Any) -> None:
    out = home / "made" / "here"
    assert call(*ASK, "--format", "json", "--out", str(out))[0] == 0
    names = {f"{name}.json" for name in documents.documents(SETTING)}
    assert {path.name for path in out.iterdir()} == names
    assert call(*ASK, "--out", str(out))[0] == 0
    assert json.loads((out / terraform.FILE).read_text("utf-8"))["provider"]["aws"]
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_place_where_nothing_can_be_written(home: Path, call: Any) -> None:
    (home / "file").write_text("")
    code, out, err = call(*ASK, "--out", str(home / "file"))
    assert (code, out) == (2, "")
    assert "file: " in err.splitlines()[-1]


def test_what_policies_cannot_say_is_said(home: Path, call: Any) -> None:
    _, _, err = call(*ASK, "--public", "--bucket", "other-bucket")
    notes = err.splitlines()
    assert ["--owner-id" in notes[0], "--mail" in notes[1], "pays" in notes[2]] == [True] * 3
    assert "s3://cohort-bucket/ledger is another bucket" in notes[3]


def test_both_forms_say_the_same() -> None:
    printed, made = documents.documents(SETTING), terraform.configuration(SETTING)["resource"]
    for role, text in made["aws_iam_role_policy"].items():
        assert json.loads(text["policy"]) == printed[role]
        assert (
            json.loads(made["aws_iam_role"][role]["assume_role_policy"]) == printed[f"{role}-trust"]
        )
    groups = made["aws_iam_group_policy"]
    assert json.loads(groups["members"]["policy"]) == printed["member"]
    assert json.loads(groups["organisers"]["policy"]) == printed["organiser"]
    assert json.loads(made["aws_s3_bucket_policy"]["data"]["policy"]) == printed["bucket"]
    assert made["aws_budgets_budget"]["month"]["limit_amount"] == "20"
    first, second = made["aws_s3_bucket_lifecycle_configuration"]["data"]["rule"]
    assert first["abort_incomplete_multipart_upload"] == {"days_after_initiation": 1}
    assert second["filter"] == {"prefix": "shared/data/"}
    assert second["noncurrent_version_expiration"] == {"noncurrent_days": 30}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("ledger", [SETTING.ledger, None])
def test_every_reference_leads_somewhere(ledger: Address | None) -> None:
    made = terraform.configuration(dataclasses.replace(SETTING, ledger=ledger))
    named = {f"{kind}.{name}" for kind, all_ in made["resource"].items() for name in all_}
    used = set()
    for text in strings({"resource": made["resource"], "output": made["output"]}):
        for inside in re.findall(r"\$\{([^}]*)\}", text):
            if found := re.match(r"var\.(\w+)", inside):
                assert found[1] in made["variable"]
            else:
                used.add(".".join(inside.split(".")[:2]))
    for all_ in made["resource"].values():
        for resource in all_.values():
            used |= set(resource.get("depends_on", ()))
    assert used <= named
    assert "aws_s3_bucket.data" in used


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terraform with its provider for AWS, from this machine's disk."""
    if shutil.which("terraform") is None:
        pytest.skip("no terraform on this machine")
    found = next((each for each in PLUGINS if any(each.glob("*/hashicorp/aws/*"))), None)
    if found is None:
        pytest.skip("terraform's provider for AWS is not on this machine")
    monkeypatch.setenv("TF_CLI_ARGS_init", f"-plugin-dir={found}")


@pytest.mark.usefixtures("provider")
def test_terraform_itself_finds_it_valid(home: Path, call: Any) -> None:
    code, out, err = call(*ASK, *NUMBERS, "--mail", "a@example.org", "--public", "--validate")
    assert (code, "terraform: valid" in err) == (0, True), err
    assert json.loads(out)["terraform"]


def script(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder / "terraform"
    made.write_text(f"#!/bin/sh\n{body}\n")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_terraform_s_complaint_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"summary": "Extraneous JSON object property", "detail": 'No argument\n"nonsense".'}
    said = json.dumps({"diagnostics": [told]})
    script(tmp_path, f"[ $1 = init ] || {{ printf '%s' '{said}'; exit 1; }}", monkeypatch)
    with pytest.raises(InfrastructureError) as caught:
        terraform.validate({})
    assert str(caught.value) == (
        'terraform validate: Extraneous JSON object property: No argument "nonsense".'
    )
    script(tmp_path, "[ $1 = init ] || { echo gibberish; exit 1; }", monkeypatch)
    with pytest.raises(InfrastructureError, match="terraform validate: it failed"):
        terraform.validate({})


def test_terraform_without_its_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "echo '│ Error: Failed to query providers' >&2; exit 1", monkeypatch)
    with pytest.raises(RemoteError, match=r"terraform init: Error: Failed to query providers\."):
        terraform.validate({})


def test_terraform_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "exec sleep 60", monkeypatch)
    monkeypatch.setattr(terraform, "TIMEOUT_S", 0.2)
    with pytest.raises(RemoteError, match="took more than"):
        terraform.validate({})


def test_no_terraform(home: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    code, out, err = call(*ASK, "--validate")
    assert (code, out) == (2, "")
    assert "there is no terraform on this machine" in err


def test_aws_takes_the_documents(address: str) -> None:
    """The shapes of the `aws` command's arguments are checked by the client and the server."""
    session = boto3.session.Session()
    printed, budgets = documents.documents(SETTING), session.client("budgets")
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget=printed["budget"],
        NotificationsWithSubscribers=printed["budget-notifications"],
    )
    told = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="pioneers-month")["Budget"]
    assert told["BudgetLimit"] == {"Amount": "20", "Unit": "USD"}
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="pioneers-month")
    iam = session.client("iam")
    for name in ("member", "organiser", "cost", "recorder"):
        made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(printed[name]))
        iam.delete_policy(PolicyArn=made["Policy"]["Arn"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--account", "12345"), "no account"),
        (("--account", "１２３４５６７８９０１２"), "no account"),
        (("--repository", "alone"), "no repository"),
        (("--repository", "a/b/c"), "no repository"),
        (("--repository", "a/.."), "no repository"),
        (("--repository", "a*/b"), "no repository"),
        (("--bucket", "Big"), "no folder on S3"),
        (("--bucket", "a..b"), "no folder on S3"),
        (("--bucket", "192.168.0.1"), "no bucket's name"),
        (("--bucket", "xn--bucket"), "no bucket's name"),
        (("--bucket", "bucket-s3alias"), "no bucket's name"),
        (("--bucket", "bucket", "--prefix", "../up"), "no folder on S3"),
        (("--bucket", "bucket", "--prefix", "every*"), "no folder on S3"),
        (("--bucket", "bucket", "--prefix", "${x}"), "no folder on S3"),
        (("--prefix", "alone"), "nothing says where"),
        (("--branch", "*"), "no branch"),
        (("--branch", "a..b"), "no branch"),
        (("--environment", "prod:*"), "no environment"),
        (("--region", "seoul"), "no region"),
        (("--name", "9*"), "no name"),
        (("--budget", "-1"), "no budget"),
        (("--budget", "0"), "no budget"),
        (("--budget", "1e9"), "no budget"),
        (("--budget", "NaN"), "no budget"),
        (("--budget", "12.345"), "no budget"),
        (("--mail", "nobody"), "no mail"),
        (("--mail", "a@b.c\nBcc: d"), "no mail"),
        (("--owner-id", "5"), "both numbers or none"),
        (("--owner-id", "-5"), "'--owner-id'"),
        (("--format", "yaml"), "yaml"),
    ],
)
def test_what_is_no_name_is_refused(
    home: Path, call: Any, words: tuple[str, ...], said: str
) -> None:
    code, out, err = call(*ASK, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_without_a_place_or_a_repository(home: Path, call: Any) -> None:
    (home / "cohort.toml").write_text("", "utf-8")
    assert "nothing says where" in call(*ASK)[2]
    assert "--repository" in call(*ASK[:4])[2]


@pytest.mark.parametrize(
    ("data", "ledger"),
    [("", "ledger"), ("all", "all/ledger"), ("ledger/data", "ledger"), ("same", "same")],
)
def test_grades_are_never_among_the_data(data: str, ledger: str) -> None:
    with pytest.raises(ConfigError, match="lie in one another"):
        dataclasses.replace(SETTING, data=Address(BUCKET, data), ledger=Address(BUCKET, ledger))
    dataclasses.replace(SETTING, data=Address("other", data), ledger=Address(BUCKET, ledger))


def test_a_whole_bucket_of_data() -> None:
    whole = dataclasses.replace(SETTING, data=Address("data-only", ""), ledger=None)
    read, see = documents.documents(whole)["member"]["Statement"]
    assert (read["Resource"], see["Resource"]) == (
        "arn:aws:s3:::data-only/*",
        "arn:aws:s3:::data-only",
    )
    assert "Condition" not in see


def test_claims_of_repositories_old_and_new() -> None:
    old = Subject("garam-example/spark", environment="publish")
    assert old.claim == "repo:garam-example/spark:environment:publish"
    new = Subject("garam-example/spark", 1, 2, branch="next")
    assert new.claim == "repo:garam-example@1/spark@2:ref:refs/heads/next"


@given(st.one_of(st.text(max_size=20), st.decimals(allow_nan=False).map(str)))
def test_a_budget_is_cents_or_refused(text: str) -> None:
    try:
        amount = setting.budget(text)
    except UsageError:
        return
    assert Decimal(0) < amount <= 1_000_000
    assert amount == round(amount, 2)
