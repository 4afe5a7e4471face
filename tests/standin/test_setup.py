"""What an organiser sets up, and sees."""

from __future__ import annotations

from autograder.standin import StandIn
from tests.standin.conftest import HOME, Ask

SETTINGS = ("/actions/permissions", "/actions/permissions/workflow", "/branches/main/protection")


def test_settings_are_for_admins(hub: StandIn, ask: Ask) -> None:
    assert [ask("GET", path).status_code for path in SETTINGS] == [403] * 3
    stranger = hub.user_token("bada-example")
    assert [ask("GET", path, stranger).status_code for path in SETTINGS] == [403] * 3


def test_a_fresh_repository(hub: StandIn, ask: Ask) -> None:
    owner = hub.user_token("organiser-example")

    def told(path: str) -> object:
        answer = ask("GET", path, owner)
        return answer.json() if answer.ok else answer.status_code

    assert told("/actions/permissions") == {"enabled": True, "allowed_actions": "all"}
    assert told("/actions/permissions/workflow") == {
        "default_workflow_permissions": "read",
        "can_approve_pull_request_reviews": False,
    }
    assert told("/branches/main/protection") == 404
    assert told("/pages") == 404
    assert told("/actions/secrets") == {"total_count": 0, "secrets": []}
    assert told("/topics") == {"names": []}


def test_after_setting_up(hub: StandIn, ask: Ask) -> None:
    owner, now, setup = hub.user_token("organiser-example"), hub.state.now(), hub.setup(HOME)
    setup.secrets["DISCORD_WEBHOOK"] = now
    setup.environments["github-pages"] = now
    setup.protections["main"] = {"enforce_admins": {"url": "x", "enabled": True}}

    def send(method: str, path: str, **body: object) -> int:
        return ask(method, path, owner, json=body).status_code

    assert send("PUT", "/actions/permissions/workflow", default_workflow_permissions="write") == 204
    assert send("POST", "/actions/variables", name="LEDGER", value="branch:ledger") == 201
    assert send("POST", "/actions/variables", name="LEDGER", value="again") == 409
    assert send("POST", "/pages", build_type="workflow") == 201
    assert send("POST", "/pages", build_type="workflow") == 409
    assert send("PATCH", "", has_wiki=False, description="a cohort") == 200
    assert setup.workflow["default_workflow_permissions"] == "write"
    found = ask("GET", "/actions/secrets", owner).json()["secrets"]
    assert [one["name"] for one in found] == ["DISCORD_WEBHOOK"]
    assert ask("GET", "/actions/variables/LEDGER", owner).json()["value"] == "branch:ledger"
    assert ask("GET", "/pages", owner).json()["build_type"] == "workflow"
    assert ask("GET", "/environments", owner).json()["total_count"] == 1
    assert ask("GET", "/branches/main/protection", owner).json()["enforce_admins"]["enabled"]
    told = ask("GET", "", owner).json()
    assert (told["has_wiki"], told["description"], told["has_pages"]) == (False, "a cohort", True)


def test_workflows_and_who_may_start_them(hub: StandIn, ask: Ask) -> None:
    owner = hub.user_token("organiser-example")
    names = ("grade.yml", "site.yaml", "notes.md")
    hub.commit(HOME, "main", {f".github/workflows/{name}": b"on: push\n" for name in names})
    hub.setup(HOME).idle.add("site")
    hub.setup(HOME).approval = "all_external_contributors"
    found = ask("GET", "/actions/workflows", owner).json()["workflows"]
    assert [(one["name"], one["state"]) for one in found] == [
        ("grade", "active"), ("site", "disabled_manually"),
    ]  # fmt: skip
    path = "/actions/permissions/fork-pr-contributor-approval"
    assert ask("GET", path, owner).json() == {"approval_policy": "all_external_contributors"}


def test_collaborators_by_what_they_may_do(hub: StandIn, ask: Ask) -> None:
    owner = hub.user_token("organiser-example")
    hub.add_collaborator(HOME, "haneul-example", "read")
    hub.add_collaborator(HOME, "bada-example", "maintain")

    def logins(permission: str) -> list[str]:
        answer = ask("GET", f"/collaborators?permission={permission}", owner)
        return [one["login"] for one in answer.json()]

    assert logins("pull") == ["organiser-example", "haneul-example", "bada-example"]
    assert logins("push") == ["organiser-example", "bada-example"]
    assert logins("admin") == ["organiser-example"]


def test_a_dispatch_is_noted(hub: StandIn, ask: Ask) -> None:
    owner = hub.user_token("organiser-example")
    body = {"ref": "main", "inputs": {"shards": "4"}}
    path = "/actions/workflows/regrade.yml/dispatches"
    assert ask("POST", path, owner, json=body).ok
    assert [one["workflow"] for one in hub.setup(HOME).dispatched] == ["regrade.yml"]
