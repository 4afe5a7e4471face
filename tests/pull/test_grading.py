"""`pr grade` on a stand-in GitHub: every pull request is answered as its author would expect."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import ledger
from autograder.errors import RemoteError
from autograder.ledger.record import Origin, grade_record
from autograder.models import Report
from autograder.pull import changes, handover
from autograder.pull.handover import Handover, Item
from autograder.standin.setting import link, submodule
from tests.command import pioneers
from tests.pull.conftest import FORK, HOME, OWN, SOLUTION, World, notebook

GOOD = {f"{OWN}/plain/notebook.ipynb": notebook(*SOLUTION)}
BROKEN = {f"{OWN}/plain/notebook.ipynb": b"{}"}
"""Answered without being run."""
sandbox = pytest.mark.sandbox


def codes(done: Handover) -> list[str]:
    return [refusal.code for refusal in done.refusals]


def outcomes(done: Handover) -> dict[str, str]:
    return {item.assignment: item.outcome for item in done.items}


@sandbox
def test_a_pull_request_is_graded_from_its_event(world: World) -> None:
    sha = world.push(
        {
            f"{OWN}/plain/notebook.ipynb": notebook(
                "from helper import six", "total = six\nprint('::set-output name=x::<b>')"
            ),
            f"{OWN}/plain/helper.py": b"six = 6\n",
            f"{OWN}/plain/.ipynb_checkpoints/notebook-checkpoint.ipynb": b"not read",
        }
    )
    done = world.grade(world.event(world.hub.open_pull(HOME, author="haneul-example")))
    assert (done.commit, done.trigger, done.login) == (sha, "push", "haneul-example")
    assert done.refusals == ()
    (item,) = done.items
    assert (item.outcome, item.late, item.path) == ("graded", False, f"{OWN}/plain/notebook.ipynb")
    body = notebook("a", "b").decode().split("\n")
    assert [body[line - 1].strip() for line in item.cell_lines] == ["{", "{"]
    report = world.report(item)
    assert (report.score, report.max_score) == (2.0, 5.0)
    assert report.provenance.sandbox == "bwrap"
    page = handover.notebook_path(world.root / "handover", "plain").read_text("utf-8")
    assert "::set-output name=x::&lt;b&gt;" in page


@sandbox
def test_good_files_are_graded_beside_strays_and_a_second_assignment(world: World) -> None:
    world.assignment("second")
    done = world.pulled(
        {
            f"{OWN}/second/my work.ipynb": notebook("total = 1"),
            "submissions/bada-example/plain/notebook.ipynb": b"{}",
            ".github/workflows/grade.yml": b"on: push",
            "assignments/plain/assignment.toml": b"points = 1000",
            "notes.txt": b"x",
            f"{OWN}/loose.ipynb": b"x",
            **GOOD,
        }
    )
    assert outcomes(done) == {"plain": "graded", "second": "graded"}
    assert [world.report(item).score for item in done.items] == [5.0, 0.0]
    assert done.items[1].path == f"{OWN}/second/my work.ipynb"
    assert codes(done) == ["loose", "other_member", "outside", "assignment", "workflow"]


@sandbox
@pytest.mark.parametrize(
    "folder", ["submissions/Haneul-Example/Plain", "submissions/new-example/plain"]
)
def test_another_spelling_and_a_new_login_are_still_the_member(world: World, folder: str) -> None:
    if "new-example" in folder:
        world.push({f"{folder}/notebook.ipynb": notebook(*SOLUTION)})
        world.hub.rename_user("haneul-example", "new-example")
        number = world.hub.open_pull(HOME, author="new-example")
        done = world.grade(world.event(number))
        assert done.author == "new-example"
    else:
        done = world.pulled({f"{folder}/notebook.ipynb": notebook(*SOLUTION)})
    (item,) = done.items
    assert (done.login, item.assignment, item.outcome) == ("haneul-example", "plain", "graded")
    assert item.path == f"{folder}/notebook.ipynb"


@sandbox
def test_two_spellings_of_one_folder(world: World) -> None:
    done = world.pulled({"submissions/Haneul-Example/plain/notebook.ipynb": b"not this", **GOOD})
    (item,) = done.items
    assert (item.path, world.report(item).score) == (f"{OWN}/plain/notebook.ipynb", 5.0)
    assert codes(done) == ["two_spellings"]


@sandbox
def test_a_deleted_fork_a_draft_and_a_conflict_do_not_matter(world: World) -> None:
    world.push(GOOD)
    number = world.hub.open_pull(HOME, author="haneul-example", draft=True)
    world.hub.commit(
        HOME, "main", {f"{OWN}/plain/notebook.ipynb": b"another"}, author="cohort-example"
    )
    event = world.event(number)
    assert event.draft
    world.hub.delete_repository(FORK)
    assert outcomes(world.grade(event)) == {"plain": "graded"}


@sandbox
def test_a_push_while_grading_grades_what_the_event_brought(world: World) -> None:
    sha = world.push(GOOD)
    number = world.hub.open_pull(HOME, author="haneul-example")
    event = world.event(number)
    world.push({f"{OWN}/plain/notebook.ipynb": notebook("total = 0")})
    done = world.grade(event)
    assert (done.commit, codes(done)) == (sha, ["head_moved"])
    assert done.refusals[0].params == {"commit": sha[:7]}
    assert world.report(done.items[0]).score == 5.0


def test_a_force_push_away_leaves_the_event_s_commit_readable(world: World) -> None:
    before = world.hub.head(FORK)
    world.push(GOOD)
    number = world.hub.open_pull(HOME, author="haneul-example")
    event = world.event(number)
    world.push({"notes.txt": b"x"}, onto=before)
    assert codes(world.grade(event)) == []  # nothing handed in any more


@pytest.mark.parametrize(
    ("name", "nearest"), [("plian", "plain"), ("과제 하나", ""), ("..", ""), ("-rf", "")]
)
def test_an_unknown_assignment(world: World, name: str, nearest: str) -> None:
    done = world.pulled({f"{OWN}/{name}/notebook.ipynb": b"{}"})
    (item,) = done.items
    assert (item.assignment, item.outcome) == (name, "unknown")
    assert item.params == ({"nearest": nearest} if nearest else {})


def test_deleted_and_renamed_folders(world: World) -> None:
    world.assignment("second")
    base = {f"{OWN}/{name}/notebook.ipynb": b"{}" for name in ("plain", "secnod")}
    world.hub.commit(HOME, "main", base, author="cohort-example")
    world.hub.delete_repository(FORK)
    world.hub.fork(HOME, "haneul-example")
    done = world.pulled(
        {
            f"{OWN}/plain/notebook.ipynb": None,
            f"{OWN}/secnod/notebook.ipynb": None,
            f"{OWN}/second/notebook.ipynb": b"{}",
        }
    )
    assert outcomes(done) == {"plain": "removed", "second": "invalid"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"plain/notebook.ipynb": link("/etc/passwd")}, "link"),
        ({"plain/deep/data.csv": link("../../../.."), "plain/notebook.ipynb": b"{}"}, "link"),
        ({"plain/lib": submodule(), "plain/notebook.ipynb": b"{}"}, "regular"),
        ({"plain/a\nb.txt": b"x", "plain/notebook.ipynb": b"{}"}, "name"),
        ({"plain/::error::\x1b[2J.py": b"x", "plain/notebook.ipynb": b"{}"}, "name"),
        ({f"plain/{'d/' * 101}x": b"x", "plain/notebook.ipynb": b"{}"}, "name"),
        ({f"plain/{'가' * 150}": b"x", "plain/notebook.ipynb": b"{}"}, "name"),
        ({f"plain/f{n}": b"" for n in range(201)}, "files"),
        ({"plain/notebook.ipynb": b"{"}, "cut"),
        ({"plain/notes.txt": b"x"}, "notebook"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_handed_in_is_told_by_name(
    world: World, files: dict[str, Any], code: str
) -> None:
    done = world.pulled({f"{OWN}/{name}": body for name, body in files.items()})
    (item,) = done.items
    assert item.outcome == "invalid"
    message = world.report(item).message
    assert message
    assert "\n" not in message
    assert {
        "link": "link",
        "regular": "ordinary",
        "name": "name",
        "files": "201",
        "cut": "notebook.ipynb",
        "notebook": "no notebook",
    }[code] in message
    blobs = [path for _, path in world.asked if "/git/blobs/" in path]
    assert bool(blobs) == (code in ("cut", "notebook") or "가" in str(files))


@pytest.mark.parametrize("where", [f"{OWN}/plain", OWN, "submissions"])
@pytest.mark.parametrize("odd", [link("../assignments"), submodule()], ids=["link", "submodule"])
def test_a_link_in_place_of_a_folder_leads_nowhere(world: World, where: str, odd: Any) -> None:
    start = world.hub.head(FORK)
    sha = world.push({where: odd})
    world.push(BROKEN, onto=start)
    number = world.hub.open_pull(HOME, author="haneul-example")
    done = world.grade(replace(world.event(number), head=sha))
    assert outcomes(done) == {"plain": "invalid"}
    assert where.split("/")[-1] in world.report(done.items[0]).message


def _repository() -> Any:
    from autograder import hub

    return hub.repository(HOME)


def test_a_hundred_megabytes_are_refused_before_any_is_fetched(world: World) -> None:
    body = os.urandom(1024) * 1024
    files = {f"{OWN}/plain/part{n}.bin": body + bytes([n]) for n in range(51)}
    done = world.pulled({**files, **GOOD})
    (item,) = done.items
    assert item.outcome == "invalid"
    assert "52" in world.report(item).message
    assert not [path for _, path in world.asked if "/git/blobs/" in path]


def test_three_thousand_files_are_looked_at_up_to_a_cap(world: World) -> None:
    done = world.pulled({f".venv/lib/m{n}.py": b"" for n in range(3000)} | BROKEN)
    pages = [path for _, path in world.asked if path.endswith("/files")]
    assert len(pages) == changes.MAX_CHANGED / 100
    assert codes(done) == ["outside", "too_many_files"]
    assert done.refusals[1].params == {"count": 3001, "limit": 1000}
    assert outcomes(done) == {"plain": "invalid"}  # found all the same, after all those


def test_a_stranger_is_told_kindly_and_nothing_of_theirs_is_read(world: World) -> None:
    world.hub.create_user("stranger-example", number=6660)
    world.hub.fork(HOME, "stranger-example")
    world.hub.commit("stranger-example/study", "main", GOOD, author="stranger-example")
    number = world.hub.open_pull(HOME, author="stranger-example")
    done = world.grade(world.event(number))
    assert (done.login, done.items, codes(done)) == (None, (), ["unknown_author"])
    assert not [path for _, path in world.asked if "/git/" in path]


def test_a_member_cannot_hand_in_for_another(world: World) -> None:
    done = world.pulled({"submissions/bada-example/plain/notebook.ipynb": notebook(*SOLUTION)})
    assert (done.items, codes(done)) == ((), ["other_member"])


def test_an_organiser_s_own_pull_request_is_not_nagged(world: World) -> None:
    world.hub.commit(
        HOME, "mend", {f"{OWN}/plain/notebook.ipynb": None, "a": b""}, author="garam-example"
    )
    number = world.hub.open_pull(HOME, author="garam-example", head="mend")
    done = world.grade(world.event(number))
    assert (done.login, done.items, done.refusals) == (None, (), ())


def test_folders_that_look_alike_do_not_collide(world: World) -> None:
    names = ("plain", "plain\u200b", "x" * 120, "x" * 121)
    done = world.pulled({f"{OWN}/{name}/notebook.ipynb": b"{}" for name in names})
    told = [item.assignment for item in done.items]
    assert len(told) == len(set(told)) == 3
    assert outcomes(done)["plain"] == "invalid"
    assert outcomes(done)["plain\\u200b"] == "unknown"


def test_a_pull_request_that_hands_nothing_in_is_left_alone(world: World) -> None:
    done = world.pulled({"README.md": b"better words"})
    assert (done.items, done.refusals) == ((), ())


def test_a_closed_pull_request_is_not_graded_and_a_reopened_one_is(world: World) -> None:
    world.push(BROKEN)
    number = world.hub.open_pull(HOME, author="haneul-example")
    event = world.event(number)
    world.hub.close_pull(number)
    assert codes(world.grade(event)) == ["closed_pull"]
    world.hub.reopen_pull(number)
    assert outcomes(world.grade(world.event(number, action="reopened"))) == {"plain": "invalid"}


DUE = "due = 2026-06-03T23:59:00+09:00\ncloses = 2026-06-05T23:59:00+09:00\nopens = 2026-06-02"


@pytest.mark.parametrize(
    ("at", "outcome", "late"),
    [
        ("2026-06-01T23:59:59+09:00", "early", False),
        ("2026-06-02T00:00:00+09:00", "invalid", False),
        ("2026-06-03T23:59:00+09:00", "invalid", False),
        ("2026-06-03T23:59:01+09:00", "invalid", True),
        ("2026-06-05T23:59:01+09:00", "closed", False),
    ],
)
def test_the_calendar(world: World, at: str, outcome: str, late: bool) -> None:
    world.assignment("timed", DUE)
    done = world.pulled({f"{OWN}/timed/notebook.ipynb": b"{}"}, at)
    (item,) = done.items
    assert (item.outcome, item.late) == (outcome, late)
    asked = [path for _, path in world.asked if "check-runs" in path]
    assert bool(asked) == (late or outcome == "closed")


def regrade(world: World, number: int, login: str, body: str = "/regrade") -> Handover:
    world.hub.comment(number, login, body, HOME)
    return world.grade(world.event(number, "issue_comment"))


def test_a_regrade_never_makes_work_late(world: World) -> None:
    world.assignment("timed", DUE)
    done = world.pulled({f"{OWN}/timed/notebook.ipynb": b"{}"}, "2026-06-03T10:00:00+09:00")
    number = done.pull_request
    report = Report("timed", "graded", 1.0, 5.0)
    origin = Origin(HOME, number, "haneul-example", done.commit, "push", done.received_at)
    store = ledger.open_store(f"folder:{world.root / 'ledger'}")
    store.add(grade_record(report, origin))
    world.at("2026-07-01T00:00:00Z")
    again = regrade(world, number, "garam-example")
    assert again.trigger.startswith("regrade-")
    assert again.received_at == done.received_at
    assert (again.items[0].outcome, again.items[0].late) == ("invalid", False)
    reopened = world.grade(world.event(number, action="reopened"))
    assert reopened.received_at == done.received_at
    # Another commit has a moment of its own.
    world.push({f"{OWN}/timed/more.txt": b"x"}, "2026-06-05T00:00:00Z")
    assert world.grade(world.event(number)).items[0].late


def test_what_a_fault_of_ours_left_without_a_record_is_known_by_its_check_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.assignment("timed", DUE)
    done = world.pulled({f"{OWN}/timed/notebook.ipynb": b"{}"}, "2026-06-03T10:00:00+09:00")
    number = done.pull_request
    token = world.hub.job_token(HOME, contents="read", pull_requests="read", checks="write")
    monkeypatch.setenv("GITHUB_TOKEN", token)
    _repository().create_check_run("pioneers / timed", done.commit, started_at=done.received_at)
    world.hub.requests.clear()
    world.at("2026-07-01T00:00:00Z")
    assert regrade(world, number, "haneul-example").items[0].outcome == "invalid"


def test_who_may_regrade_and_what_is_no_command(world: World) -> None:
    done = world.pulled(BROKEN)
    number = done.pull_request
    assert codes(regrade(world, number, "bada-example")) == ["regrade_not_yours"]
    assert regrade(world, number, "bada-example").items == ()
    quiet = regrade(world, number, "haneul-example", "I will /regrade later")
    assert (quiet.items, quiet.refusals) == ((), ())
    assert outcomes(regrade(world, number, "haneul-example")) == {"plain": "invalid"}


@sandbox
def test_an_assignment_that_opened_since_is_graded_as_it_was_pushed(world: World) -> None:
    world.assignment("timed", DUE)
    done = world.pulled(
        {f"{OWN}/timed/notebook.ipynb": notebook(*SOLUTION)}, "2026-06-01T00:00:00Z"
    )
    assert done.items == (Item("timed", "early", params={"opens": "2026-06-02"}),)
    world.at("2026-06-03T00:00:00Z")
    again = regrade(world, done.pull_request, "haneul-example")
    assert (again.items[0].outcome, again.items[0].late) == ("graded", False)


@pytest.mark.parametrize(
    "fault", ["server_error", "bad_gateway", "drop", "rate_limit", "secondary_limit"]
)
def test_a_passing_fault_of_github_is_waited_out(world: World, fault: Any) -> None:
    world.hub.fail("GET", "/pulls/|/git/", fault, 2)
    done = world.pulled(BROKEN)
    assert outcomes(done) == {"plain": "invalid"}


def test_a_lasting_fault_while_fetching_is_ours_and_is_told(world: World) -> None:
    world.hub.fail("GET", "/git/blobs/", "server_error", 99)
    done = world.pulled(BROKEN)
    assert outcomes(done) == {"plain": "infra_error"}
    assert "GitHub did not answer while fetching a file" in world.report(done.items[0]).message


def test_where_github_says_nothing_at_all_nothing_is_handed_over(world: World) -> None:
    world.push(GOOD)
    event = world.event(world.hub.open_pull(HOME, author="haneul-example"))
    world.hub.fail("GET", "/pulls/", "server_error", 99)
    with pytest.raises(RemoteError, match="reading the pull request"):
        world.grade(event)
    assert not (world.root / "handover" / "handover.json").exists()


def test_another_file_than_asked_for_is_noticed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from github.GitBlob import GitBlob

    monkeypatch.setattr(GitBlob, "content", "eA==")
    done = world.pulled(BROKEN)
    assert outcomes(done) == {"plain": "infra_error"}
    assert "another file" in world.report(done.items[0]).message


def test_a_broken_assignment_is_our_fault_and_costs_no_other(world: World) -> None:
    world.assignment("second")
    (world.root / "assignments/second/assignment.toml").write_text("id = ", "utf-8")
    done = world.pulled({f"{OWN}/{name}/notebook.ipynb": b"{}" for name in ("plain", "second")})
    assert outcomes(done) == {"plain": "invalid", "second": "infra_error"}


def command(world: World, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return pioneers("pr", "grade", *words, environment={**os.environ, **more})


def test_the_command_ends_with_three_where_it_was_our_fault(world: World, tmp_path: Path) -> None:
    world.push({f"{OWN}/plain/notebook.ipynb": b"{}", "::error::x": b"", "##[error]x": b""})
    number = world.hub.open_pull(HOME, author="haneul-example")
    world.event(number)
    given = {
        "GITHUB_EVENT_PATH": str(world.root / "event.json"),
        "GITHUB_EVENT_NAME": "pull_request_target",
        "GITHUB_REPOSITORY": HOME,
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    out = tmp_path / "out"
    done = command(world, "--out", str(out), **given)
    assert (done.returncode, done.stderr) == (0, "")
    assert handover.read(out).items[0].outcome == "invalid"
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "`plain`: a submission that cannot be graded" in summary
    assert not any(line.startswith(("::", "##[")) for line in done.stdout.splitlines())
    world.hub.fail("GET", "/git/trees/", "server_error", 99)
    assert command(world, "--out", str(out), **given).returncode == 3
    assert handover.read(out).items[0].outcome == "infra_error"
    (world.root / "event.json").write_text("{}", "utf-8")
    wrong = command(world, "--out", str(out), **given)
    assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)
    assert json.loads((out / "handover.json").read_text("utf-8"))
