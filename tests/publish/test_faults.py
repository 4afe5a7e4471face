"""Every fault of the network and of GitHub, and a publisher killed at every step.

After each: the comment exists once, the ledger holds the graded commit once, and the exit says
what happened; what was not done is done by running the job again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from autograder.pull import event as events
from autograder.standin import StandIn

from .conftest import ASSIGNMENT, Cohort, Make, graded

HALF = graded(total=True)
FAULTS = (
    "rate_limit",
    "secondary_limit",
    "conflict",
    "unprocessable",
    "server_error",
    "bad_gateway",
    "timeout",
    "drop",
)
COMMENTS, CHECKS, LABELS = r"/comments$", r"/check-runs$", r"/labels$"


def whole(cohort: Cohort, commit: str = "") -> None:
    """All there is to be, once."""
    assert "4 / 10" in cohort.sticky()
    assert [record.score for record in cohort.records()] == [4.0]
    assert {(run.name, run.conclusion) for run in cohort.checks(commit)} == {
        (f"pioneers / {ASSIGNMENT}", "neutral")
    }
    assert cohort.labels() == ["needs-work", "week-1"]


@pytest.fixture
def ready(cohort: Cohort, impatient: Callable[[StandIn], None]) -> tuple[Cohort, events.Event]:
    """A graded push that is not published yet."""
    about = cohort.push()
    cohort.hand_over(about, HALF)
    impatient(cohort.hub)
    return cohort, about


@pytest.mark.parametrize("after", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("method", "path"), [("GET", COMMENTS), ("POST", COMMENTS)])
def test_one_fault_at_the_comment(
    ready: tuple[Cohort, events.Event], method: str, path: str, fault: Any, after: bool
) -> None:
    cohort, about = ready
    cohort.hub.fail(method, path, fault, after=after)
    failures = cohort.publish(about, 5)
    # A refusal for good ends this channel, and only this one.
    final = fault == "unprocessable" or (fault == "conflict" and method == "GET")
    assert len(failures) == final
    assert all("while writing the comment" in line for line in failures)
    assert len(cohort.records()) == 1
    assert len(cohort.checks()) == 1
    assert cohort.labels() == ["needs-work", "week-1"]
    assert cohort.publish(about, 5) == ()
    whole(cohort)
    assert len(cohort.answers()) == 1


@pytest.mark.parametrize("after", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_the_check_run(
    ready: tuple[Cohort, events.Event], fault: Any, after: bool
) -> None:
    cohort, about = ready
    after = after and not fault.endswith("_limit")  # a limit refuses before anything is done
    cohort.hub.fail("POST", CHECKS, fault, after=after)
    failures = cohort.publish(about, 5)
    assert len(failures) == (fault == "unprocessable")
    assert "4 / 10" in cohort.sticky()
    assert cohort.labels() == ["needs-work", "week-1"]
    assert cohort.publish(about, 5) == ()
    whole(cohort)
    (run,) = cohort.checks()
    assert len(run.annotations) == 1


@pytest.mark.parametrize("path", [COMMENTS, CHECKS, LABELS])
def test_a_channel_that_stays_broken_hides_no_other(
    ready: tuple[Cohort, events.Event], path: str
) -> None:
    cohort, about = ready
    cohort.hub.fail("*", path, "server_error", times=1000)
    (line,) = cohort.publish(about, 5)
    assert "500" in line or "Max retries" in line or "did not answer" in line
    assert len(cohort.answers()) == (path != COMMENTS)
    assert len(cohort.checks()) == (path != CHECKS)
    assert bool(cohort.labels()) == (path != LABELS)
    assert len(cohort.records()) == 1
    cohort.hub.faults.planned.clear()
    assert cohort.publish(about, 5) == ()
    whole(cohort)


def test_a_ledger_that_is_away_hides_no_answer(make_cohort: Make) -> None:
    with make_cohort(ledger="branch:ledger") as cohort:
        about = cohort.push()
        cohort.hand_over(about, HALF)
        cohort.hub.fail("*", r"/git/|/contents|/branches", "bad_gateway", times=1000)
        failures = cohort.publish(about, 5)
        assert failures
        assert "4 / 10" in cohort.sticky()
        assert "cannot be read right now" in cohort.sticky()
        assert len(cohort.checks()) == 1
        cohort.hub.faults.planned.clear()
        assert cohort.publish(about, 5) == ()
        whole(cohort)
        assert "cannot be read" not in cohort.sticky()


@pytest.mark.parametrize("writes", [1, 2, 3])
def test_lists_that_lag_make_no_second_comment(
    ready: tuple[Cohort, events.Event], writes: int
) -> None:
    cohort, about = ready
    cohort.publish(about, 5)
    fix = cohort.push("two")
    cohort.hand_over(fix, graded(total=True, plot=True))
    cohort.hub.fail("GET", COMMENTS, "stale", times=2, writes=writes)
    assert cohort.publish(fix, 6) == ()
    assert "10 / 10" in cohort.sticky()
    assert len(cohort.answers()) == 1


def test_an_answer_lost_and_lists_that_lag_at_once(ready: tuple[Cohort, events.Event]) -> None:
    cohort, about = ready
    cohort.hub.fail("POST", COMMENTS, "drop", after=True)
    cohort.hub.fail("GET", COMMENTS, "stale", times=1, skip=1, writes=1)
    assert cohort.publish(about, 5) == ()
    whole(cohort)
    assert len(cohort.answers()) == 1


# ---------------------------------------------------------------- killed


class Killed(BaseException):
    """The process is gone; nothing below `except Exception` sees it."""


def count(patch: pytest.MonkeyPatch, dies_at: int, *, before: bool) -> Callable[[], int]:
    """Counts requests on the wire, and dies at one: before it is sent, or before its answer."""
    send = HTTPAdapter.send
    seen = [0]

    def counted(self: HTTPAdapter, *args: Any, **more: Any) -> requests.Response:
        seen[0] += 1
        if before and seen[0] == dies_at:
            raise Killed
        answer = send(self, *args, **more)
        if seen[0] == dies_at:
            raise Killed
        return answer

    patch.setattr(HTTPAdapter, "send", counted)
    return lambda: seen[0]


@pytest.mark.parametrize("before", [True, False], ids=["before-sending", "before-the-answer"])
def test_killed_at_any_request_and_run_again(
    make_cohort: Make, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    total = 0
    at = 0
    while at == 0 or at <= total:
        with make_cohort(ledger="branch:ledger") as cohort, monkeypatch.context() as patch:
            about = cohort.push()
            cohort.hand_over(about, HALF)
            requested = count(patch, at, before=before)
            try:
                assert cohort.publish(about, 5) == ()
                assert at == 0, "nobody was killed"
                total = requested()
                assert total > 10
            except Killed:
                patch.undo()
                assert cohort.publish(about, 5) == (), f"after the kill at request {at}"
            patch.undo()
            whole(cohort)
            assert len(cohort.answers()) == 1, f"killed at request {at}"
            assert len(cohort.checks()) == 1, f"killed at request {at}"
        at += 1


@pytest.mark.parametrize("path", [COMMENTS, CHECKS, LABELS])
def test_a_real_process_killed_in_the_middle_of_a_write(
    ready: tuple[Cohort, events.Event], path: str
) -> None:
    cohort, about = ready
    cohort.hub.fail("POST", path, "timeout", after=True)
    told = {"GITHUB_RUN_ID": "5", "GITHUB_EVENT_NAME": "pull_request_target"}
    command = [sys.executable, "-m", "autograder", "pr", "publish"]
    options = ["--event", str(cohort.root / "event.json"), "--handover", str(cohort.folder)]
    child = subprocess.Popen(
        [*command, *options],
        env=os.environ | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 60
    while cohort.hub.faults.pending() and time.monotonic() < end and child.poll() is None:
        threading.Event().wait(0.02)
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=20)
    assert child.returncode == -signal.SIGKILL
    cohort.hub.release()
    assert cohort.publish(about, 5) == ()
    whole(cohort)
    assert len(cohort.answers()) == 1
    assert len(cohort.checks()) == 1


@pytest.mark.parametrize(("broken", "code"), [(False, 0), (True, 3)])
def test_the_exit_code_says_what_happened(
    ready: tuple[Cohort, events.Event], broken: bool, code: int
) -> None:
    cohort, _ = ready
    if broken:
        cohort.hub.fail("POST", COMMENTS, "unprocessable", times=9)
    told = {"GITHUB_RUN_ID": "5", "GITHUB_EVENT_NAME": "pull_request_target"}
    command = [sys.executable, "-m", "autograder", "pr", "publish"]
    options = ["--event", str(cohort.root / "event.json"), "--handover", str(cohort.folder)]
    done = subprocess.run(
        [*command, *options], env=os.environ | told, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code, done.stderr
    assert ("422 while writing the comment" in done.stdout) == broken
    assert "Traceback" not in done.stderr + done.stdout
