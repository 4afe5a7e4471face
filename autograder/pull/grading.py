"""`pr grade`: one event → reports, in a folder for the job that publishes.

It asks GitHub afresh and only reads there. Every assignment that the pull request touches gets an
answer of its own, and a fault in one never costs another. The folder is finished by
`handover.json`, also where something of ours broke.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder import assignment as assignments
from autograder import cohort as cohorts
from autograder import hub, kinds, paths
from autograder.assignment import Assignment
from autograder.cohort import Member
from autograder.errors import AssignmentError, ConfigError
from autograder.pull import arrival, changes, handover, scope
from autograder.pull.event import GHOST, Account, Event
from autograder.pull.handover import Handover, Item, Refusal
from autograder.pull.scope import Place
from autograder.pull.summary import summarise
from autograder.pull.touched import Job, Say, answer, judge


def run(event: Event, out: Path, *, say: Say = lambda _: None) -> Handover:
    """Grade what a pull request brings, and write the folder `out`.

    Raises:
        EventError, ConfigError: the event or cohort.toml cannot be used.
        RemoteError: GitHub did not even say what the pull request is; nothing was written.
    """
    _prepare(out)
    job = _look(event, out, say)
    found = scope.find_member(job.cohort, job.author)
    base = Handover(
        repository=event.repository,
        pull_request=event.pull_request,
        commit=job.commit,
        trigger=f"regrade-{event.comment_id}" if event.kind == "comment" else "push",
        received_at=event.received_at,
        author=job.author.login,
        login=found.login if isinstance(found, Member) else None,
    )
    done = _answer(job, found, base)
    handover.write(out, done)
    summarise(done, out, job.language)
    return done


def _prepare(out: Path) -> None:
    """An empty folder: what an earlier run left there is no part of this one's answer."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for pattern in (handover.FILE, "*.report.json", "*.notebook.html"):
            for path in out.glob(pattern):
                path.unlink()
    except OSError as error:
        raise ConfigError(f"{out}: {error.strerror}", fix="give --out a folder to write") from error


def _look(event: Event, out: Path, say: Say) -> Job:
    cohort = cohorts.load()
    repository = hub.repository(event.repository)
    say(f"reading pull request #{event.pull_request}")
    with hub.faults("reading the pull request"):
        pull = repository.get_pull(event.pull_request)
        state = "merged" if pull.merged else pull.state
        base, head, user = pull.base.sha, pull.head.sha, pull.user
        author = Account(user.login, user.id) if user is not None else GHOST  # type: ignore[redundant-expr]
    try:
        zone = ZoneInfo(cohort.zone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"cohort.toml: zone: no time zone {cohort.zone[:60]!r}", fix="write one like Asia/Seoul"
        ) from error
    return Job(
        event=event,
        cohort=cohort,
        repository=repository,
        out=out,
        say=say,
        language=cohorts.language(),
        zone=zone,
        author=author,
        state=state,
        base=base,
        head=head,
        commit=event.head or head,
        known={path.parent.name: path.parent for path in _assignment_files()},
    )


def _assignment_files() -> list[Path]:
    return sorted(paths.assignments().glob(f"**/{assignments.FILE}"))


def _answer(job: Job, found: Member | Refusal, base: Handover) -> Handover:
    """Who may be answered, and what is graded of what they brought."""
    event = job.event
    if event.kind == "comment":
        if not scope.is_regrade(event.comment_body):
            job.say("the comment is no /regrade: nothing to do")
            return base
        commenter = event.commenter or GHOST
        if not scope.may_regrade(job.cohort, job.author, commenter):
            return _refused(job, base, Refusal("regrade_not_yours", {"commenter": commenter.login}))
    listing = changes.changed_paths(job.repository.get_pull(event.pull_request))
    if not listing.is_cut and not scope.touches_submissions(listing.paths):
        job.say("the pull request hands nothing in: nothing to do")
        return base
    organiser = scope.is_organiser(job.cohort, job.author)
    if isinstance(found, Refusal):
        return base if organiser else _refused(job, base, found)
    if job.state == "closed" or (job.state == "merged" and event.kind == "push"):
        return _refused(job, base, Refusal("closed_pull"))
    own = scope.own_names(job.cohort, found, job.author)
    touched = scope.sort_paths((*listing.paths, *_hidden(job, listing, own)), own)
    refusals = [] if organiser else list(touched.refusals)
    if listing.is_cut:
        params = {"count": listing.count, "limit": changes.MAX_CHANGED}
        refusals.append(Refusal("too_many_files", params))
    if job.commit != job.head:
        refusals.append(Refusal("head_moved", {"commit": job.commit[:7]}))
    wanted = {name: scope.prefer(places, own, name) for name, places in touched.places.items()}
    return _graded(job, replace(base, refusals=tuple(refusals)), wanted)


def _hidden(job: Job, listing: changes.Listing, own: tuple[str, ...]) -> tuple[str, ...]:
    """A member's own folders beyond the part of the list that was read."""
    if not listing.is_cut:
        return ()
    head = changes.Snapshot(job.repository, job.commit)
    base = changes.Snapshot(job.repository, job.base)
    return changes.differing(head, base, scope.HOME, lambda name: scope.is_own(name, own))


def _refused(job: Job, base: Handover, refusal: Refusal) -> Handover:
    job.say(f"not graded: {refusal.code}")
    return replace(base, refusals=(refusal,))


def _graded(job: Job, base: Handover, wanted: Mapping[str, tuple[Place, ...]]) -> Handover:
    kinds.fit(_loaded(job, wanted))
    snapshot = changes.Snapshot(job.repository, job.commit)
    base = replace(base, received_at=_received(job, base, wanted))
    items: list[Item] = []
    refusals = list(base.refusals)
    for name, places in wanted.items():
        item, more = answer(job, snapshot, name, places, base.received_at)
        refusals += more
        if item is not None and item.assignment not in {each.assignment for each in items}:
            job.say(f"{item.assignment}: {item.outcome}")
            items.append(item)
    return replace(base, items=tuple(items), refusals=tuple(refusals))


def _loaded(job: Job, names: Iterable[str]) -> Iterator[Assignment]:
    """The assignments of these names, but for those that are broken: that is said in their turn."""
    for name in names:
        with contextlib.suppress(AssignmentError, KeyError):
            yield assignments.load(job.known[name])


def _received(job: Job, base: Handover, names: Mapping[str, tuple[Place, ...]]) -> datetime:
    """When the work arrived; asked of others only where the event's own moment may be unfair."""
    known = [name for name in names if name in job.known]
    late = False
    for name in known:
        with contextlib.suppress(AssignmentError):  # said when its turn comes
            times = judge(job, assignments.load(job.known[name]), base.received_at)
            late = late or times.late or times.outcome == "closed"
    if not late and job.event.kind == "push":
        return base.received_at
    return arrival.earliest(
        base.received_at,
        commit=job.commit,
        login=base.login or job.author.login,
        assignments=known,
        address=job.cohort.ledger,
        repository=job.repository,
    )
