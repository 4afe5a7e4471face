"""`pioneers cohort init` and `cohort doctor`: a repository made ready for a cohort."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import ConfigError
from autograder.text import escape

if TYPE_CHECKING:
    from autograder.assignment import Assignment

FAILED = 1
_MARKS = {"ok": "✅", "bad": "❌", "warn": "⚠️ ", "note": "➖", "unknown": "❔"}
_REMOTE = re.compile(r"[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")
INIT_HELP = """Make what a new cohort's repository lacks: labels, milestones, the ledger's branch.

What is there stays as it is; run it again after a change of cohort.toml or of due dates. Needs
GITHUB_TOKEN with the right to write contents and issues.

Examples:

  pioneers cohort init --dry-run

  pioneers cohort init --repository garam-example/spark-2026
"""
DOCTOR_HELP = """Look at the repository's settings on GitHub, and say what is missing with the fix.

Changes nothing. Needs GITHUB_TOKEN; an owner's shows everything, another's less. Exit codes: 0
nothing that is required is missing, 1 something is, 3 GitHub did not answer.

Examples:

  pioneers cohort doctor

  pioneers cohort doctor --repository garam-example/spark-2026 --lang en
"""
Where = Annotated[
    str | None,
    typer.Option(
        "--repository",
        envvar="GITHUB_REPOSITORY",
        help="owner/name; by default where `git remote` points.",
    ),
]
Lang = Annotated[str | None, typer.Option("--lang", help="ko or en.")]

app = typer.Typer(no_args_is_help=True, help="The cohort's repository.")


@app.command(help=INIT_HELP)
def init(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be made.")
    ] = False,
    repository: Where = None,
    lang: Lang = None,
) -> None:
    """Make what is missing."""
    from autograder import cohort, hub
    from autograder.cohort import setup
    from autograder.text.catalogue import catalogue

    words = catalogue(cohort.language(lang))
    target = hub.repository(repository or _remote())
    made = 0
    for step in setup.plan(target, cohort.load(), _assignments()):
        if step.state != "there":
            made += 1
            if not dry_run:
                setup.carry_out(step)
        what = "would" if dry_run and step.state != "there" else step.state
        typer.echo(
            escape.log_line(
                words.say(
                    f"cohort.init.{what}",
                    kind=words.say(f"cohort.kind.{step.kind}"),
                    name=step.name,
                )
            )
        )
    typer.echo(words.say("cohort.init.planned" if dry_run else "cohort.init.done", count=made))


@app.command(help=DOCTOR_HELP)
def doctor(repository: Where = None, lang: Lang = None) -> None:
    """Look at the repository."""
    from autograder import cohort, hub
    from autograder.cohort import doctor as examination
    from autograder.text.catalogue import catalogue

    words = catalogue(cohort.language(lang))
    target = hub.repository(repository or _remote())
    patient = examination.Patient(target, cohort.load(), _assignments())
    bad = 0
    for finding in examination.examine(patient):
        bad += finding.state == "bad"
        key = f"cohort.look.{finding.code}"
        line = (
            f"{words.say(key + '.name')}: {words.say(f'{key}.{finding.state}', **finding.params)}"
        )
        typer.echo(f"{_MARKS[finding.state]} {escape.log_line(line, limit=600)}")
    typer.echo(words.say("cohort.doctor.missing" if bad else "cohort.doctor.ready", count=bad))
    if bad:
        raise typer.Exit(FAILED)


def _assignments() -> list[Assignment]:
    from autograder import assignment as assignments
    from autograder import paths

    return [
        assignments.load(path.parent)
        for path in sorted(paths.assignments().glob(f"**/{assignments.FILE}"))
        if "golden" not in path.parts
    ]


def _remote() -> str:
    """The `owner/name` that the remote called origin points to."""
    from autograder import paths

    done = subprocess.run(
        ["git", "remote", "get-url", "origin"], cwd=paths.root(), capture_output=True, text=True,
        check=False, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )  # fmt: skip
    found = _REMOTE.search(done.stdout.strip())
    if done.returncode or found is None:
        raise ConfigError(
            "nothing says which repository on GitHub this is", fix="give --repository owner/name"
        )
    return found[1]
