"""Looks at a cohort's repository on GitHub: what the loop needs, whether it is so, and the fix.

Only reads. What GitHub does not show to this token is `unknown`, never `missing`. Knows nothing of
how the findings are shown; `cohort.look.<code>` of the catalogue has the words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from github import GithubException
from github.Repository import Repository

from autograder import hub, paths
from autograder.assignment import Assignment
from autograder.cohort import Cohort
from autograder.cohort import setup as needs

State = Literal["ok", "bad", "warn", "note", "unknown"]
"""`bad`: required and missing. `warn`: advice. `note`: a choice. `unknown`: not for this token."""

WORKFLOWS = ("grade", "commands", "regrade", "site", "weekly", "digest", "caches")
FORMS = ("ISSUE_TEMPLATE/score.yml", "ISSUE_TEMPLATE/bug.yml", "PULL_REQUEST_TEMPLATE.md")
WEBHOOK, ROLE = "DISCORD_WEBHOOK", "LEDGER_AWS_ROLE"
_HIDDEN = (401, 403, 404)


@dataclass(frozen=True)
class Finding:
    """One look.

    Attributes:
        code: key below `cohort.look.` of the catalogue: `name`, and a sentence for each state.
        params: values for that sentence.
    """

    code: str
    state: State
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Patient:
    """What is looked at."""

    repository: Repository
    cohort: Cohort
    assignments: Sequence[Assignment]

    def ask(self, path: str) -> dict[str, Any] | None:
        """The answer below the repository's address; None where this token may not see it."""
        try:
            _, answer = self.repository.requester.requestJsonAndCheck(
                "GET", self.repository.url + path
            )
        except GithubException as error:
            if error.status in _HIDDEN:
                return None
            raise
        return answer if isinstance(answer, dict) else {}


def examine(patient: Patient) -> Iterator[Finding]:
    """Yield the findings, the most basic first; nothing more where there is no such repository.

    Raises:
        RemoteError: GitHub did not answer.
    """
    with hub.faults("reading the repository"):
        about = patient.ask("")
    if about is None:
        yield Finding("repository", "bad", {"repository": patient.repository.full_name})
        return
    yield Finding("repository", "ok", {"repository": str(about.get("full_name", ""))})
    yield from _about(about)
    for look in LOOKS:
        with hub.faults(f"looking at {look.__name__.strip('_')}"):
            yield from look(patient)


def _about(about: Mapping[str, Any]) -> Iterator[Finding]:
    yield Finding("issues", "ok" if about.get("has_issues") else "bad")
    if about.get("archived"):
        yield Finding("archived", "bad")
    rights = about.get("permissions") or {}
    admin = bool(rights.get("admin"))
    yield Finding("rights", "ok" if admin else "note")


def _actions(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/actions/permissions")
    if told is None:
        yield Finding("actions", "unknown")
        return
    allowed = str(told.get("allowed_actions", "all"))
    good = bool(told.get("enabled")) and allowed != "local_only"
    yield Finding("actions", "ok" if good else "bad")


def _token(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/actions/permissions/workflow")
    if told is None:
        yield Finding("token", "unknown")
        return
    yield Finding("token", "ok" if told.get("default_workflow_permissions") == "read" else "warn")


def _approval(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/actions/permissions/fork-pr-contributor-approval")
    if told is None or "approval_policy" not in told:
        yield Finding("approval", "unknown")
        return
    weak = told["approval_policy"] == "first_time_contributors_new_to_github"
    yield Finding("approval", "warn" if weak else "ok")


def _workflows(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/actions/workflows?per_page=100")
    if told is None:
        yield Finding("workflows", "unknown")
        return
    states = {
        Path(str(each.get("path", ""))).stem: each.get("state")
        for each in told.get("workflows", [])
        if isinstance(each, dict)
    }
    idle = [name for name in WORKFLOWS if states.get(name) != "active"]
    yield Finding("workflows", "bad" if idle else "ok", {"names": idle})


def _pages(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/pages")
    if told is None:
        yield Finding("pages", "bad")
        return
    yield Finding("pages", "ok" if told.get("build_type") == "workflow" else "bad")
    there = str(told.get("html_url") or "").rstrip("/")
    same = patient.cohort.site.rstrip("/") == there
    yield Finding("site", "ok" if same else "warn", {"address": there})


def _made(patient: Patient) -> Iterator[Finding]:
    steps = list(needs.plan(patient.repository, patient.cohort, patient.assignments))
    for kind in ("label", "milestone", "ledger"):
        some = [step for step in steps if step.kind == kind]
        lacking = [step.name for step in some if step.state != "there"]
        if some:
            weak: State = "warn" if kind == "milestone" else "bad"
            yield Finding(kind, weak if lacking else "ok", {"names": lacking})


def _ledger(patient: Patient) -> Iterator[Finding]:
    address = patient.cohort.ledger
    kind, _, branch = address.partition(":")
    if kind == "folder":
        yield Finding("place", "bad", {"address": address})
    elif kind == "s3":
        role = patient.ask(f"/actions/variables/{ROLE}")
        yield Finding("role", "ok" if role else "bad", {"name": ROLE})
    elif kind == "branch":
        told = patient.ask(f"/branches/{branch}")
        if told is not None:
            locked = bool(told.get("protected"))
            yield Finding("writable", "warn" if locked else "ok", {"branch": branch})


def _secrets(patient: Patient) -> Iterator[Finding]:
    told = patient.ask("/actions/secrets?per_page=100")
    if told is None:
        yield Finding("discord", "unknown", {"name": WEBHOOK})
        return
    names = {each.get("name") for each in told.get("secrets", []) if isinstance(each, dict)}
    yield Finding("discord", "ok" if WEBHOOK in names else "note", {"name": WEBHOOK})


def _roster(patient: Patient) -> Iterator[Finding]:
    members = [member.login for member in patient.cohort.members]
    lower = [login.lower() for login in members]
    twice = sorted({login for login in members if lower.count(login.lower()) > 1})
    made_up = [login for login in members if login.endswith("-example")]
    if not members or twice or made_up:
        yield Finding("roster", "bad", {"names": twice or made_up})
    else:
        yield Finding("roster", "ok", {"count": len(members)})


def _writers(patient: Patient) -> Iterator[Finding]:
    """Members who could write the ledger, and organisers who could not help."""
    try:
        writers = {
            each.login.lower() for each in patient.repository.get_collaborators(permission="push")
        }
    except GithubException as error:
        if error.status not in _HIDDEN:
            raise
        yield Finding("writers", "unknown")
        return
    organisers = {login.lower(): login for login in patient.cohort.organisers}
    members = {each.login.lower(): each.login for each in patient.cohort.members}
    strong = [members[each] for each in sorted(members) if each in writers - set(organisers)]
    weak = [organisers[each] for each in sorted(organisers) if each not in writers]
    yield Finding("writers", "warn" if strong else "ok", {"names": strong})
    yield Finding("organisers", "warn" if weak or not organisers else "ok", {"names": weak})


def _forms(_patient: Patient) -> Iterator[Finding]:
    lacking = [name for name in FORMS if not (paths.root() / ".github" / name).is_file()]
    yield Finding("forms", "bad" if lacking else "ok", {"names": lacking})


LOOKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    _actions,
    _token,
    _approval,
    _workflows,
    _pages,
    _made,
    _ledger,
    _secrets,
    _roster,
    _writers,
    _forms,
)
