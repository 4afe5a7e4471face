"""`pr publish`: what one job graded, told on the pull request by another that may write.

The order is ledger, comment, check runs, labels. Each step finds what it did before, so that the
job can be killed anywhere and run again; a step that fails hides none of the others. Which pull
request is written to comes from the event alone; the folder is hostile input.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from autograder import hub, ledger
from autograder.errors import EventError, PioneersError
from autograder.ledger import Store
from autograder.ledger.record import Origin, grade_record
from autograder.publish import check_run, comment, labels, sticky
from autograder.publish.page import Page
from autograder.pull import handover, pages, scope
from autograder.pull.event import GHOST, Event
from autograder.pull.handover import Handover, Item
from autograder.pull.pages import Past, Work
from autograder.pull.publisher import Publisher, Say
from autograder.report import failed_report
from autograder.text import escape
from autograder.text.catalogue import catalogue


@dataclass
class Channels:
    """Runs one step after another and keeps what went wrong, a line each."""

    say: Say
    failures: list[str] = field(default_factory=list)

    def step(self, doing: str) -> AbstractContextManager[None, bool]:
        """Whatever fails inside is written down, and the next step goes on."""
        # The type says that it swallows errors, which that of a generator does not.
        return cast("AbstractContextManager[None, bool]", self._step(doing))

    @contextmanager
    def _step(self, doing: str) -> Iterator[None]:
        try:
            with hub.faults(doing):
                yield
        except PioneersError as error:
            self.fail(str(error))
        except Exception as error:  # noqa: BLE001 - a bug in one channel silences no other
            self.fail(f"{doing}: {type(error).__name__}: {error}")

    def fail(self, line: str) -> None:
        """Write one failure down."""
        self.failures.append(escape.clean(line, limit=400))
        self.say(line)


def run(desk: Publisher, folder: Path, *, say: Say = lambda _: None) -> tuple[str, ...]:
    """Answer one event on its pull request.

    Args:
        desk: the surroundings.
        folder: what `pr grade` wrote.
        say: takes a line for the log.

    Returns:
        One line for each thing that could not be done; empty if all was.
    """
    channels = Channels(say)
    try:
        done = checked(desk, handover.read(folder))
    except EventError as error:
        channels.fail(str(error))
        _tell_fault(desk, channels)
    except PioneersError as error:
        channels.fail(str(error))
    else:
        _publish(desk, folder, done, channels)
    _summarise(desk, channels.failures)
    return tuple(channels.failures)


def checked(desk: Publisher, done: Handover) -> Handover:
    """The hand-over, if it is of this event and of nothing else.

    Raises:
        EventError: it speaks of another repository, pull request, commit, trigger or member.
        RemoteError: GitHub did not say what was asked to prove it.
    """
    event = desk.event
    trigger = f"regrade-{event.comment_id}" if event.kind == "comment" else "push"
    for name, told, is_so in (
        ("repository", done.repository, event.repository),
        ("pull_request", done.pull_request, event.pull_request),
        ("commit", done.commit, event.head or done.commit),
        ("trigger", done.trigger, trigger),
    ):
        if str(told).lower() != str(is_so).lower():
            raise EventError(f"{handover.FILE}: {name} is {told!r}, but the event says {is_so!r}")
    if done.received_at > event.received_at:
        raise EventError(f"{handover.FILE}: received_at is later than the event")
    names = [item.assignment for item in done.items]
    if len(set(names)) < len(names):
        raise EventError(f"{handover.FILE}: an assignment stands there twice")
    if done.login is None and any(item.has_report for item in done.items):
        raise EventError(f"{handover.FILE}: reports of somebody who is no member")
    if done.login is not None:
        member = desk.member()
        if member is None or member.login.lower() != done.login.lower():
            raise EventError(f"{handover.FILE}: login is not that of the pull request's author")
    if not event.head and done.items:
        _prove_commit(desk, done.commit)
    return done


def _prove_commit(desk: Publisher, commit: str) -> None:
    """A comment's event names no commit: it has to be one of the pull request's."""
    with hub.faults("reading the pull request"):
        pull = desk.repository.get_pull(desk.event.pull_request)
        if pull.head.sha != commit and commit not in (each.sha for each in pull.get_commits()):
            raise EventError(f"{handover.FILE}: commit is none of the pull request's")


def _publish(desk: Publisher, folder: Path, done: Handover, channels: Channels) -> None:
    if not done.items and not _worth_saying(done):
        channels.say("nothing to say on this pull request")
        return
    works = [_work(desk, folder, done, item, channels) for item in done.items]
    pasts = _record_all(desk, done, works, channels)
    superseded = False
    with channels.step("writing the comment"):
        page = pages.page(desk, done, works, pasts, _name(desk))
        superseded = _write_comment(desk, _text(page)) == "left"
    if superseded:
        channels.say(catalogue(desk.language).say("publish.log.superseded"))
    for work in works:
        if work.report is not None:
            with channels.step(f"writing the check run of {work.item.assignment}"):
                _write_check(desk, done, work)
    if not superseded:
        with channels.step("setting the labels"):
            issue = desk.repository.get_issue(desk.event.pull_request)
            labels.apply(issue, [pages.label_result(work) for work in works])


def _worth_saying(done: Handover) -> bool:
    """False where nothing was handed in, and where a passer-by asked for what is not theirs.

    The second is answered by `pr command`, beside the member's result and not instead of it.
    """
    return any(refusal.code != "regrade_not_yours" for refusal in done.refusals)


def _work(desk: Publisher, folder: Path, done: Handover, item: Item, channels: Channels) -> Work:
    """One item with its report and its record; a report that cannot be used is a fault of ours."""
    found = pages.find(item)
    if not item.has_report:
        return Work(item, found)
    try:
        if found is None:
            raise EventError(f"there is no assignment {item.assignment[:60]!r}")
        report = handover.read_report(folder, item)
        if report.status != "graded":
            return Work(item, found, report)
        origin = Origin(
            repository=desk.event.repository,
            pull_request=desk.event.pull_request,
            login=done.login or "",
            commit=done.commit,
            trigger=done.trigger,
            received_at=done.received_at,
            order=desk.order,
        )
        return Work(item, found, report, grade_record(report, origin, late=item.late))
    except PioneersError as error:
        channels.fail(str(error))
        report = failed_report(item.assignment, "", max_score=0.0, language=desk.language)
        return Work(item, found, report)


def _record_all(
    desk: Publisher, done: Handover, works: Sequence[Work], channels: Channels
) -> dict[str, Past]:
    """Put what was graded into the ledger, then read what else is known of each assignment."""
    known = [work for work in works if work.assignment is not None]
    pasts = {work.item.assignment: Past() for work in known}
    if not known or done.login is None:
        return {}
    store: Store | None = None
    with channels.step("opening the ledger"):
        store = desk.ledger()
    if store is None:
        return pasts
    for work in known:
        name = work.item.assignment
        with channels.step(f"recording {name}"):
            kept = store.add(work.record).record if work.record is not None else None
            pasts[name] = Past(kept=kept)
        with channels.step(f"reading the record of {name}"):
            records = ledger.history(store, name, done.login)
            pasts[name] = replace(pasts[name], records=records)
    return pasts


def _text(page: Page) -> Callable[[str], str | None]:
    """From the comment as it is to what it should be; None where it shows a newer run."""

    def write(old: str) -> str | None:
        state = comment.state_of(old)
        if state is not None and state.order > page.order:
            return None
        return comment.to_comment(page) if page.sections else comment.with_notice(old, page)

    return write


def _write_comment(desk: Publisher, write: Callable[[str], str | None]) -> sticky.Outcome:
    issue = desk.repository.get_issue(desk.event.pull_request)
    return sticky.upsert(issue, comment.MARKER, write, bot=desk.bot, pause_s=desk.pause_s)


def _write_check(desk: Publisher, done: Handover, work: Work) -> None:
    assert work.report is not None
    path = work.item.path if work.item.path.startswith("submissions/") else ""
    wanted = check_run.verdict(
        work.report,
        desk.language,
        path=path,
        cell_lines=work.item.cell_lines,
        lesson=desk.lesson(work.assignment) if work.assignment else "",
    )
    check_run.upsert(
        desk.repository,
        done.commit,
        wanted,
        external_id=done.trigger,
        started_at=done.received_at,
        details_url=comment.address(desk.run_url),
        pause_s=desk.pause_s,
    )


def _tell_fault(desk: Publisher, channels: Channels) -> None:
    """Say that it was our fault, where somebody waits for a result."""
    if not _somebody_waits(desk.event, desk):
        return
    with channels.step("writing the comment"):
        page = Page(
            language=desk.language,
            name=_name(desk),
            commit=desk.head(),
            order=desk.order,
            moment=desk.event.received_at,
            zone=desk.cohort.zone,
            run_url=desk.run_url,
        )
        _write_comment(desk, _text(page))


def _somebody_waits(event: Event, desk: Publisher) -> bool:
    if event.kind == "push":
        return True
    commenter = event.commenter or GHOST
    return scope.is_regrade(event.comment_body) and scope.may_regrade(
        desk.cohort, event.author, commenter
    )


def _name(desk: Publisher) -> str:
    """What to call the author: the roster's name, else the login."""
    found = desk.member()
    return (found.name or found.login) if found else desk.event.author.login


def _summarise(desk: Publisher, failures: Sequence[str]) -> None:
    """Add what was done to the job's page."""
    where = os.environ.get("GITHUB_STEP_SUMMARY")
    if not where:
        return
    words = catalogue(desk.language)
    title = words.say("publish.log.title", number=str(desk.event.pull_request)).replace("`", "")
    lines = [escape.prose(line) for line in failures]
    told = [f"- {line}" for line in lines] + [words.say("publish.log.again")] if lines else []
    body = "\n".join(told) or words.say("publish.log.done")
    with Path(where).open("a", encoding="utf-8") as file:
        file.write(f"### {escape.text(title)}\n\n{body}\n")
