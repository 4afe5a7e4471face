"""`cohort doctor` says what is missing and how to mend it, and never what it cannot know."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cohort import doctor
from autograder.models import LANGUAGES
from autograder.standin import StandIn
from autograder.text.catalogue import catalogue
from tests.cohort.conftest import COHORT, NAME, Run


def ready(hub: StandIn, cohort: Run, home: Path) -> None:
    """Set everything up as the guide says."""
    setup = hub.setup(NAME)
    setup.pages = {
        "url": f"{hub.url}/repos/{NAME}/pages", "status": "built", "cname": None,
        "custom_404": False, "html_url": "https://garam-example.github.io/cohort/",
        "build_type": "workflow", "public": True,
    }  # fmt: skip
    address = "https://garam-example.github.io/cohort"
    (home / "cohort.toml").write_text(COHORT.format(site=address), "utf-8")
    assert cohort("init").returncode == 0


def test_a_repository_that_is_ready(hub: StandIn, cohort: Run, home: Path) -> None:
    ready(hub, cohort, home)
    done = cohort("doctor")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    assert lines[-1].startswith("Ready")
    assert {line[0] for line in lines[:-1]} <= {"✅", "➖"}
    assert {seen.method for seen in hub.requests if seen.path.endswith("/pages")} == {"GET"}


def test_a_fresh_copy_of_the_template_lacks_things(hub: StandIn, cohort: Run) -> None:
    done = cohort("doctor")
    assert done.returncode == 1
    bad = [line for line in done.stdout.splitlines() if line.startswith("❌")]
    assert [line.split(":")[0][2:] for line in bad] == ["Pages", "Labels", "Ledger's branch"]
    assert "Run ./pioneers cohort init" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Things to mend before the cohort starts: 3")


@pytest.mark.parametrize(
    ("change", "mark", "says"),
    [
        ("off", "❌ Actions: ", "disabled"),
        ("local", "❌ Actions: ", "limited"),
        ("token", "⚠️  Default rights", "read and write"),
        ("approval", "⚠️  Approval", "only accounts new to GitHub"),
        ("idle", "❌ Workflows: ", "`grade`, `site`"),
        ("legacy", "❌ Pages: ", "Source: GitHub Actions"),
        ("issues", "❌ Issues: ", "tick Issues"),
        ("writer", "⚠️  Members' rights", "`haneul-kim`"),
        ("protected", "⚠️  Ledger's protection", "`ledger`"),
        ("webhook", "✅ Discord", "`DISCORD_WEBHOOK` is set"),
    ],
)
def test_each_setting(
    hub: StandIn, cohort: Run, home: Path, change: str, mark: str, says: str
) -> None:
    ready(hub, cohort, home)
    setup = hub.setup(NAME)
    match change:
        case "off":
            setup.actions["enabled"] = False
        case "local":
            setup.actions["allowed_actions"] = "local_only"
        case "token":
            setup.workflow["default_workflow_permissions"] = "write"
        case "approval":
            setup.approval = "first_time_contributors_new_to_github"
        case "idle":
            setup.idle |= {"grade", "site"}
        case "legacy":
            setup.pages["build_type"] = "legacy"
        case "issues":
            setup.options["has_issues"] = False
        case "writer":
            hub.add_collaborator(NAME, "haneul-kim", "write")
        case "protected":
            setup.protections["ledger"] = {"enabled": True}
        case "webhook":
            setup.secrets["DISCORD_WEBHOOK"] = hub.repository(NAME).created_at
    done = cohort("doctor")
    assert done.returncode == (1 if mark.startswith("❌") else 0), done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(mark)]
    assert says in line


def test_what_a_token_may_not_see_is_unknown_and_not_missing(
    hub: StandIn, cohort: Run, home: Path
) -> None:
    ready(hub, cohort, home)
    done = cohort("doctor", login="haneul-kim")
    assert done.returncode == 0, done.stdout + done.stderr
    unknown = [line[2:].split(":")[0] for line in done.stdout.splitlines() if line[0] == "❔"]
    assert unknown == [
        *("Actions", "Default rights of workflows", "Approval of outside runs"),
        *("Discord", "Members' rights"),
    ]


def test_no_such_repository_and_no_github(hub: StandIn, cohort: Run) -> None:
    gone = cohort("doctor", "--repository", "garam-example/elsewhere")
    assert gone.returncode == 1
    assert gone.stdout.startswith("❌ Repository: `garam-example/elsewhere` is not to be seen")
    hub.fail("GET", "/pages", "server_error", times=50)
    broken = cohort("doctor")
    assert broken.returncode == 3
    assert broken.stderr.startswith("pioneers: GitHub did not answer while looking at pages")
    hub.release()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("members = []", "❌ Roster: empty"),
        ("[[members]]\nlogin = 'A'\n[[members]]\nlogin = 'a'", "`A`, `a`"),
        ("[[members]]\nlogin = 'sora-example'", "made up: `sora-example`"),
        ("ledger = 'folder:x'", "`folder:x` is a folder"),
        ("ledger = 's3://bucket/x'", "❌ Role for the ledger on S3: `LEDGER_AWS_ROLE`"),
        ("organisers = ['bada-kim']", "⚠️  Organisers' rights: none named"),
    ],
)
def test_the_cohort_s_own_file(hub: StandIn, cohort: Run, home: Path, text: str, says: str) -> None:
    (home / "cohort.toml").write_text(f"language = 'en'\n{text}\n", "utf-8")
    assert says in cohort("doctor").stdout


def test_every_finding_has_its_words() -> None:
    source = Path(doctor.__file__).read_text("utf-8")
    for language in LANGUAGES:
        words = catalogue(language)
        for look in {
            key.split(".")[2] for key in sorted(words.keys()) if key.startswith("cohort.look.")
        }:
            assert f'"{look}"' in source, look
            assert words.has(f"cohort.look.{look}.name")
