"""`pr publish` against a stand-in GitHub: once, in place, and never more than the event allows."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.models import Check
from autograder.publish import comment
from autograder.pull.handover import Item, Refusal
from autograder.report import build_report, failed_report, invalid_report

from .conftest import ASSIGNMENT, BOT, HOME, Cohort, graded

HALF, WHOLE = graded(total=True), graded(total=True, plot=True)


def test_a_first_try_then_a_fix(cohort: Cohort) -> None:
    first = cohort.push()
    cohort.hand_over(first, HALF)
    assert cohort.publish(first) == ()
    assert "**4 / 10 points**" in cohort.sticky()
    assert "Haneul" in cohort.sticky()
    assert cohort.labels() == ["needs-work", "week-1"]
    (run,) = cohort.checks()
    assert (run.name, run.conclusion) == (f"pioneers / {ASSIGNMENT}", "neutral")
    (told,) = run.annotations
    assert (told["path"], told["start_line"]) == (
        f"submissions/haneul-example/{ASSIGNMENT}/notebook.ipynb",
        9,
    )
    assert "The plot is off." in told["message"]
    assert cohort.said == []

    fix = cohort.push("two")
    cohort.hand_over(fix, WHOLE)
    assert cohort.publish(fix) == ()
    assert "▲ 6 points" in cohort.sticky()
    assert "Every check passes" in cohort.sticky()
    assert first.head[:7] in cohort.sticky()
    assert cohort.labels() == ["passed", "week-1"]
    assert [run.conclusion for run in cohort.checks()] == ["success"]
    assert [record.score for record in cohort.records()] == [4.0, 10.0]
    assert [record.order for record in cohort.records()] == [101, 102]


def test_the_same_job_again_writes_nothing(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about, 5)
    cohort.hub.requests.clear()
    before = cohort.sticky()
    assert cohort.publish(about, 5) == ()
    assert cohort.writes() == []
    assert cohort.sticky() == before
    assert len(cohort.records()) == 1


def test_links_lead_somewhere(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about, 5, notebook_url="https://github.example/artifact/9")
    text = cohort.sticky()
    assert f"(https://github.example/{HOME}/actions/runs/5)" in text
    assert "(https://github.example/artifact/9)" in text
    assert "(https://study.example/en/week1/day3/)" in text
    (run,) = cohort.checks()
    assert run.raw["details_url"].endswith("/actions/runs/5")


def test_an_older_run_that_ends_later_changes_its_own_commit_only(cohort: Cohort) -> None:
    old = cohort.push()
    new = cohort.push("two")
    cohort.hand_over(new, WHOLE)
    cohort.publish(new, 20)
    shown = cohort.sticky()
    cohort.hand_over(old, HALF)
    assert cohort.publish(old, 10) == ()
    assert cohort.sticky() == shown
    assert cohort.labels() == ["passed", "week-1"]
    assert {record.commit for record in cohort.records()} == {old.head, new.head}
    assert [run.conclusion for run in cohort.checks(old.head)] == ["neutral"]


def test_a_comment_with_our_marker_is_ours_only_if_we_wrote_it(cohort: Cohort) -> None:
    about = cohort.push()
    forged = f"{comment.MARKER}\n{comment.State(999, 'f' * 40, 1)}\n\n10 / 10"
    cohort.hub.comment(cohort.number, "haneul-example", forged)
    cohort.hub.comment(cohort.number, BOT, f"Look: {comment.MARKER}")
    cohort.hand_over(about, HALF)
    assert cohort.publish(about) == ()
    assert "4 / 10" in cohort.sticky()
    assert forged in [each.body for each in cohort.hub.comments(cohort.number)]
    assert len(cohort.hub.comments(cohort.number)) == 3


def test_another_login_behind_the_token(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort.hub.create_user("our-bot-example")
    cohort.hub.add_collaborator(HOME, "our-bot-example")
    monkeypatch.setenv("GITHUB_TOKEN", cohort.hub.user_token("our-bot-example"))
    monkeypatch.setenv("PIONEERS_BOT", "Our-Bot-Example")
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    cohort.publish(about)
    assert len(cohort.hub.comments(cohort.number)) == 1


def test_of_several_of_ours_the_oldest_stays(cohort: Cohort) -> None:
    about = cohort.push()
    numbers = [cohort.hub.comment(cohort.number, BOT, f"{comment.MARKER}\n{n}") for n in range(3)]
    cohort.hand_over(about, HALF)
    assert cohort.publish(about) == ()
    assert "4 / 10" in cohort.sticky()
    assert [each.id for each in cohort.hub.comments(cohort.number)] == [numbers[0]]


def test_a_comment_that_people_deleted_comes_again(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    cohort.hub.repository().comments.clear()
    assert cohort.publish(about) == ()
    assert "4 / 10" in cohort.sticky()


def test_labels_of_people_stay(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hub.add_labels(cohort.number, ["question", "late", "week-9"])
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    assert cohort.labels() == ["needs-work", "question", "week-1"]


def test_late_work_is_marked_everywhere(cohort: Cohort) -> None:
    about = cohort.push()
    made = cohort.hand_over(about, HALF)
    late = replace(made.items[0], late=True, params={"due": "2026-06-04 23:59"})
    cohort.hand_over(about, HALF, items=(late,))
    cohort.publish(about)
    assert "late" in cohort.labels()
    assert cohort.records()[0].late
    assert "2026-06-04 23:59" in cohort.sticky()


def test_several_assignments_and_one_that_is_none(cohort: Cohort) -> None:
    cohort.assignment("w2d1-more")
    about = cohort.push()
    strange = Item("w1d3-jions", "unknown", params={"nearest": ASSIGNMENT})
    cohort.hand_over(about, HALF, graded(name="w2d1-more"), extra=(strange,))
    assert cohort.publish(about) == ()
    assert len(re.findall("^## ", cohort.sticky(), re.MULTILINE)) == 3
    assert "w1d3-jions" in cohort.sticky()
    assert {run.name for run in cohort.checks()} == {
        f"pioneers / {ASSIGNMENT}",
        "pioneers / w2d1-more",
    }
    assert cohort.labels() == ["needs-work", "week-1"]
    assert len(cohort.records()) == len(cohort.records(name="w2d1-more")) == 1


def test_work_that_cannot_be_graded_is_red_and_not_recorded(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, invalid_report(ASSIGNMENT, "It is empty.", max_score=10, language="en"))
    assert cohort.publish(about) == ()
    assert "It is empty." in cohort.sticky()
    assert [run.conclusion for run in cohort.checks()] == ["failure"]
    assert cohort.records() == []
    assert cohort.labels() == ["needs-work", "week-1"]


def test_a_fault_of_ours_records_nothing_and_keeps_the_verdict(cohort: Cohort) -> None:
    first = cohort.push()
    cohort.hand_over(first, WHOLE)
    cohort.publish(first)
    about = cohort.push("two")
    cohort.hand_over(about, failed_report(ASSIGNMENT, "No disk.", max_score=10, language="en"))
    assert cohort.publish(about) == ()
    assert "Your last score of 10 / 10 stays" in cohort.sticky()
    assert [run.conclusion for run in cohort.checks()] == ["neutral"]
    assert cohort.labels() == ["passed", "week-1"]
    assert len(cohort.records()) == 1


def test_nothing_handed_over_is_our_fault_and_earlier_results_stay(cohort: Cohort) -> None:
    first = cohort.push()
    cohort.clear()
    (line,) = cohort.publish(first)
    assert "handover.json" in line
    assert "broke on our side" in cohort.sticky()
    cohort.hand_over(first, HALF)
    assert cohort.publish(first) == ()
    assert "broke on our side" not in cohort.sticky()
    cohort.clear()
    again = cohort.push("two")
    assert len(cohort.publish(again)) == 1
    assert "broke on our side" in cohort.sticky()
    assert "4 / 10" in cohort.sticky()
    assert again.head[:7] in cohort.sticky()
    assert len(cohort.records()) == 1
    assert cohort.labels() == ["needs-work", "week-1"]


def test_a_graded_regrade_gets_a_check_run_of_its_own(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    asked = cohort.comment("/regrade")
    cohort.hand_over(asked, WHOLE, received_at=about.received_at)
    assert cohort.publish(asked) == ()
    assert [run.raw["external_id"] for run in cohort.checks()] == [
        "push",
        f"regrade-{asked.comment_id}",
    ]
    assert [record.score for record in cohort.records()] == [4.0, 10.0]
    assert "graded again" in cohort.sticky()
    assert "▲ 6 points" in cohort.sticky()


def test_who_was_first_stays_in_the_ledger_and_it_is_said(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    cohort.hand_over(about, WHOLE)
    cohort.publish(about)
    assert [record.score for record in cohort.records()] == [4.0]
    assert "already recorded with a score of 4" in cohort.sticky()


def test_strangers_get_kind_words_and_nothing_else(cohort: Cohort) -> None:
    about = cohort.push()
    stranger = Refusal("unknown_author", {"author": "moru-example"})
    cohort.hand_over(about, login=None, refusals=(stranger,))
    assert cohort.publish(about) == ()
    assert "moru-example" in cohort.sticky()
    assert cohort.labels() == []
    assert cohort.checks() == []


@pytest.mark.parametrize("codes", [(), ("regrade_not_yours",)])
def test_where_there_is_nothing_to_say_nothing_is_said(
    cohort: Cohort, codes: tuple[str, ...]
) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    before = cohort.sticky()
    cohort.hand_over(about, refusals=cohort.refuse(*codes))
    cohort.hub.requests.clear()
    assert cohort.publish(about) == ()
    assert cohort.hub.requests == []
    assert cohort.sticky() == before


def test_a_closed_pull_request_keeps_its_result(cohort: Cohort) -> None:
    about = cohort.push()
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    cohort.hand_over(about, refusals=(Refusal("closed_pull"),))
    assert cohort.publish(about) == ()
    assert "4 / 10" in cohort.sticky()
    assert "closed" in cohort.sticky()


# ---------------------------------------------------------------- hand-overs that are not ours


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"repository": "somebody/else"}, "repository"),
        ({"pull_request": 9}, "pull_request"),
        ({"commit": "f" * 40}, "commit"),
        ({"trigger": "regrade-5"}, "trigger"),
        ({"login": "bada-example"}, "login"),
        ({"login": "nobody-example"}, "login"),
        ({"login": None}, "no member"),
        ({"received_at": timedelta(days=1)}, "received_at"),
        ({"items": (Item(ASSIGNMENT, "graded"), Item(ASSIGNMENT, "graded"))}, "twice"),
    ],
)
def test_a_hand_over_of_something_else_is_used_for_nothing(
    cohort: Cohort, change: dict[str, Any], told: str
) -> None:
    about = cohort.push()
    if isinstance(change.get("received_at"), timedelta):
        change = {"received_at": about.received_at + change["received_at"]}
    cohort.hand_over(about, HALF, **change)
    (line,) = cohort.publish(about)
    assert told in line
    assert cohort.records() == []
    assert cohort.checks() == []
    assert "4 / 10" not in cohort.sticky()
    assert "broke on our side" in cohort.sticky()


def test_a_comment_cannot_bring_a_commit_from_elsewhere(cohort: Cohort) -> None:
    cohort.push()
    asked = cohort.comment("/regrade")
    cohort.hand_over(asked, HALF, commit=cohort.hub.head(HOME))
    (line,) = cohort.publish(asked)
    assert "none of the pull request's" in line
    assert cohort.records() == []


@pytest.mark.parametrize("damage", ["", "{}", '{"format_version": 9}', "not json", None])
def test_one_damaged_report_hides_no_other(cohort: Cohort, damage: str | None) -> None:
    cohort.assignment("w2d1-more")
    about = cohort.push()
    cohort.hand_over(about, HALF, graded(name="w2d1-more"))
    path = cohort.folder / f"{ASSIGNMENT}.report.json"
    path.unlink()
    if damage is not None:
        path.write_text(damage)
    (line,) = cohort.publish(about)
    assert f"{ASSIGNMENT}.report.json" in line
    assert "4 / 10" not in cohort.sticky()
    assert "0 / 10" in cohort.sticky()
    assert cohort.records() == []
    assert len(cohort.records(name="w2d1-more")) == 1


def test_a_notebook_elsewhere_gets_no_annotation(cohort: Cohort) -> None:
    about = cohort.push()
    item = Item(ASSIGNMENT, "graded", path=".github/workflows/grade.yml", cell_lines=(1, 2))
    cohort.hand_over(about, HALF, items=(item,))
    assert cohort.publish(about) == ()
    (run,) = cohort.checks()
    assert run.annotations == []


def test_what_people_wrote_starts_no_command_in_the_log(cohort: Cohort, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    cohort.patch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    about = cohort.push()
    cohort.hand_over(about, HALF, repository="::error::@everyone/x")
    cohort.publish(about)
    assert "@everyone" not in summary.read_text("utf-8").replace("`", "")
    cohort.hand_over(about, HALF)
    cohort.publish(about)
    assert "The pull request has its answer." in summary.read_text("utf-8")


def test_many_annotations_come_in_batches_and_once(cohort: Cohort) -> None:
    about = cohort.push()
    checks = [
        Check(f"c{n}", f"Check {n}", 0.0, 1.0, "fail", "public", "Off.", cell=1) for n in range(120)
    ]
    cohort.hand_over(about, build_report(ASSIGNMENT, checks, max_score=120, language="en"))
    assert cohort.publish(about) == ()
    assert cohort.publish(about) == ()
    (run,) = cohort.checks()
    assert len(run.annotations) == 120
    assert len({told["title"] for told in run.annotations}) == 120


def test_the_publisher_imports_nothing_that_grades() -> None:
    ours = ("pull.publishing", "pull.commands", "cli.answering")
    heavy = ("pyspark", "papermill", "nbconvert", "pyarrow", "pandas")
    loads = "; ".join(f"import autograder.{name}" for name in ours)
    code = f"import sys; {loads}; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
