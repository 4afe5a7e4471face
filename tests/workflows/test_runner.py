"""The runner of workflows runs what GitHub would run: conditions, outputs, artifacts, failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workflows.expressions import UnknownExpression, evaluate, fill, functions, string
from tests.workflows.runner import Scene, load, run_workflow

ROOT = Path(__file__).resolve().parents[2]
GRADE = ROOT / ".github" / "workflows" / "grade.yml"
STATUS = {"success": True, "failure": False, "always": True, "cancelled": False}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("1 == 1 && 'yes' || 'no'", "yes"),
        ("github.event.comment.body == null", True),
        ("!github.event.comment && 'none'", "none"),
        ("startsWith(github.word, 'ABC')", True),
        ("format('a-{0}-{1}', github.number, 'x')", "a-7-x"),
        ("fromJSON('{\"2\":[1,2]}')[github.two]", [1, 2]),
        ("github['word']", "abcdef"),
        ("(github.number == 7 || false) && !false", True),
        ("'ABC' == 'abc'", True),
        ("'7' == github.number", True),
        ("'' == null", True),
        ("'x' != null", True),
        ("success() && !cancelled()", True),
    ],
)
def test_expressions(expression: str, value: Any) -> None:
    contexts = {"github": {"word": "abcdef", "number": 7.0, "two": "2", "event": {}}}
    assert evaluate(expression, contexts, functions(ROOT, STATUS)) == value


@pytest.mark.parametrize(
    "expression",
    ["secret.x", "toJSON(github)", "1 < 2", "github.", "'open", "1 == 1 )", "github.a ? 1 : 2", ""],
)
def test_what_is_not_known_is_an_error(expression: str) -> None:
    with pytest.raises(UnknownExpression):
        evaluate(expression, {"github": {}}, functions(ROOT, STATUS))


def test_texts_with_expressions() -> None:
    contexts = {"github": {"n": 7.0, "t": True, "o": None}}
    known = functions(ROOT, STATUS)
    assert fill("a ${{ github.n }} b ${{ github.o }}${{github.t}}", contexts, known) == "a 7 b true"
    assert fill({"k": ["${{ github.n }}"]}, contexts, known) == {"k": [7.0]}
    assert [string(each) for each in (1.5, None, False, [1])] == ["1.5", "", "false", "[1]"]
    assert functions(ROOT, STATUS)["hashFiles"]("pyproject.toml") != ""
    assert functions(ROOT, STATUS)["hashFiles"]("no-such-file") == ""


def scene(tmp_path: Path, pioneers: str, **more: Any) -> Scene:
    """A checkout with a `pioneers` of ours: a shell script."""
    checkout, scratch = tmp_path / "checkout", tmp_path / "scratch"
    (checkout / ".ci").mkdir(parents=True)
    scratch.mkdir()
    for path, body in ((checkout / "pioneers", pioneers), (checkout / ".ci" / "sandbox", "")):
        path.write_text("#!/bin/sh\n" + body, "utf-8")
        path.chmod(0o755)
    more.setdefault("event_name", "pull_request_target")
    more.setdefault("event", {"pull_request": {"number": 12}})
    return Scene(checkout, scratch, **more)


GRADES = """
case "$2" in
grade) mkdir -p handover; echo "$GITHUB_TOKEN" > handover/handover.json
       echo "<p>" > handover/w1.notebook.html; exit ${FAILS:-0};;
publish) ls handover; echo "$@"; cat handover/handover.json; echo "as $GITHUB_TOKEN";;
esac
"""


def rights(permissions: Any) -> str:
    return "+".join(f"{key}:{value}" for key, value in sorted(permissions.items()))


def test_the_grade_workflow_goes_from_job_to_job(tmp_path: Path) -> None:
    done = run_workflow(GRADE, scene(tmp_path, GRADES, token=rights))
    assert {name: job.result for name, job in done.items()} == {
        "grade": "success",
        "publish": "success",
    }
    assert done["grade"].concurrency == "grade-12"
    assert done["publish"].concurrency == "publish-12"
    said = done["publish"].step("Answer").said.splitlines()
    # The executed notebooks stay out of the hand-over; the job that grades could only read.
    assert "pr publish --handover handover --notebook-url" in said[-3]
    assert said[-3].endswith("/artifacts/2")
    assert said[-2] == "checks:read+contents:read+pull-requests:read"
    assert "contents:write" in said[-1]
    scratch = tmp_path / "scratch" / "artifacts"
    assert [path.name for path in (scratch / "handover").iterdir()] == ["handover.json"]
    assert [path.name for path in (scratch / "notebooks").iterdir()] == ["w1.notebook.html"]


def test_a_fault_of_ours_is_handed_over_and_answered(tmp_path: Path) -> None:
    done = run_workflow(GRADE, scene(tmp_path, GRADES, environment={"FAILS": "3"}))
    assert done["grade"].result == "failure"
    assert done["grade"].step("Grade").code == 3
    assert done["publish"].result == "success"
    assert "handover.json" in done["publish"].step("Answer").said


def test_without_a_handover_there_is_still_an_answer(tmp_path: Path) -> None:
    done = run_workflow(
        GRADE, scene(tmp_path, '[ "$2" = grade ] && exit 1\ntest ! -e handover && echo missing\n')
    )
    assert done["grade"].result == "failure"
    download = next(step for step in done["publish"].steps if "download" in step.name)
    assert (download.outcome, download.conclusion) == ("failure", "success")
    assert done["publish"].step("Answer").said == "missing\n"


@pytest.mark.parametrize(
    ("issue", "body", "result"),
    [
        ({"number": 12, "pull_request": {}}, "/regrade", "success"),
        ({"number": 12, "pull_request": {"url": "x"}}, "/Regrade please", "success"),
        ({"number": 12, "pull_request": {"url": "x"}}, "thanks /regrade", "skipped"),
        ({"number": 12, "pull_request": {"url": "x"}}, "$(touch stolen) `id`", "skipped"),
        ({"number": 12}, "/regrade", "skipped"),
    ],
)
def test_comments(tmp_path: Path, issue: dict[str, Any], body: str, result: str) -> None:
    event = {"issue": issue, "comment": {"body": body, "user": {"type": "User"}}}
    done = run_workflow(GRADE, scene(tmp_path, GRADES, event_name="issue_comment", event=event))
    assert done["grade"].result == result
    assert done["publish"].result == result
    # Who asks for nothing cancels nothing.
    wants = body.lower().startswith("/regrade")
    assert done["grade"].concurrency == ("grade-12" if wants else "grade-none-4711")


def test_a_regrade_in_shards(tmp_path: Path) -> None:
    pioneers = """
    case "$1" in
    grade-all) name=$(echo "$5" | tr / -); mkdir -p regraded/$name
               echo "$@" > regraded/$name/report.json;;
    ledger) cat regraded/*/report.json; echo "$@";;
    esac
    """
    here = scene(
        tmp_path,
        pioneers,
        event_name="workflow_dispatch",
        event={},
        inputs={"assignment": "w1d3-joins; rm -rf x", "shards": "2"},
    )
    done = run_workflow(ROOT / ".github" / "workflows" / "regrade.yml", here)
    assert done["grade (1)"].result == done["grade (2)"].result == "success"
    said = done["record"].step("Write the ledger").said.splitlines()
    assert said[:2] == [
        f"grade-all --assignment w1d3-joins; rm -rf x --shard {part}/2 --out regraded"
        for part in (1, 2)
    ]
    assert said[-1] == "ledger add regraded --trigger regrade-4711 --known folder:ledger"


def test_the_digest_reads_the_ledger_s_branch(tmp_path: Path) -> None:
    branch = tmp_path / "ledger"
    branch.mkdir()
    (branch / "README.md").write_text("x", "utf-8")
    digest = ROOT / ".github" / "workflows" / "digest.yml"
    here = scene(
        tmp_path, 'ls ledger; echo "$@"; echo "$DISCORD_WEBHOOK"', event_name="schedule", event={},
        branches={"ledger": branch}, secrets={"DISCORD_WEBHOOK": "hook"},
    )  # fmt: skip
    said = run_workflow(digest, here)["digest"].step("Tell").said.splitlines()
    assert said == ["README.md", "notify digest --since 24h --ledger folder:ledger", "hook"]


def test_every_workflow_can_be_read() -> None:
    for path in GRADE.parent.glob("*.yml"):
        assert "on" in load(path)
