"""What a new cohort's repository needs made: labels, milestones, the ledger's branch.

`plan` looks and says what is missing; `carry_out` makes it. Whatever is there stays as people made
it, except a milestone's due date, which follows the assignments. Knows nothing of grades.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from github.Repository import Repository

from autograder import hub
from autograder.assignment import Assignment
from autograder.cohort import Cohort
from autograder.models import Language
from autograder.publish.labels import LATE, NEEDS_WORK, PASSED, week
from autograder.text.catalogue import catalogue

APPEAL = "appeal"
_COLOURS = {PASSED: "1a7f37", NEEDS_WORK: "bf8700", LATE: "8250df", APPEAL: "cf222e"}
_COLOURS |= {"score": "0969da", "bug": "d1242f"}  # of the issue forms
_WEEK_COLOUR = "54aeff"


@dataclass(frozen=True)
class Label:
    """A label as it is to be made; `color` is six hex digits."""

    name: str
    color: str
    description: str


@dataclass(frozen=True)
class Milestone:
    """A week's milestone; `due` is None where no assignment of the week has a due date."""

    title: str
    due: date | None


@dataclass(frozen=True)
class Step:
    """One thing that a cohort needs, and whether it is there.

    Attributes:
        kind: what it is, a key below `cohort.kind.` of the catalogue.
        state: `missing`, `outdated`, or `there`.
        act: makes it; does nothing where it is there.
    """

    kind: Literal["label", "milestone", "ledger"]
    name: str
    state: Literal["there", "missing", "outdated"]
    act: Callable[[], object] = field(default=lambda: None, compare=False)


def weeks(assignments: Iterable[Assignment], zone: str = "Asia/Seoul") -> dict[str, date | None]:
    """Each week's label (`week-1`) and the last day on which something of it is due, in order."""
    found: dict[str, date | None] = {}
    for each in assignments:
        label = week(each.id, each.lesson)
        if not label:
            continue
        due = each.due.astimezone(ZoneInfo(zone)).date() if each.due else None
        known = found.get(label)
        found[label] = max(due, known) if due and known else due or known
    return dict(sorted(found.items(), key=lambda item: int(item[0].rpartition("-")[2])))


def labels(assignments: Iterable[Assignment], language: Language) -> tuple[Label, ...]:
    """Every label that the loop and the issue forms use."""
    words = catalogue(language)
    fixed = [
        Label(name, color, words.say(f"cohort.label.{name}"))
        for name, color in sorted(_COLOURS.items())
    ]
    by_week = [
        Label(name, _WEEK_COLOUR, words.say("cohort.label.week", number=_number(name)))
        for name in weeks(assignments)
    ]
    return (*by_week, *fixed)


def milestones(assignments: Iterable[Assignment], cohort: Cohort) -> tuple[Milestone, ...]:
    """One milestone a week."""
    say = catalogue(cohort.language).say
    return tuple(
        Milestone(say("cohort.milestone", number=_number(name)), due)
        for name, due in weeks(assignments, cohort.zone).items()
    )


def _number(label: str) -> int:
    return int(label.rpartition("-")[2])


def plan(
    repository: Repository, cohort: Cohort, assignments: Sequence[Assignment]
) -> Iterator[Step]:
    """Everything a cohort needs, with what is there already.

    Raises:
        RemoteError: GitHub refused or did not answer.
    """
    with hub.faults("reading the labels"):
        have = {label.name.lower() for label in repository.get_labels()}
    for label in labels(assignments, cohort.language):
        state: Literal["there", "missing"] = "there" if label.name in have else "missing"
        yield Step("label", label.name, state, _make_label(repository, label))
    with hub.faults("reading the milestones"):
        known = {each.title: each for each in repository.get_milestones(state="all")}
    for milestone in milestones(assignments, cohort):
        found = known.get(milestone.title)
        if found is None:
            yield Step("milestone", milestone.title, "missing", _make(repository, milestone))
        elif milestone.due and (found.due_on is None or _day(found.due_on) != milestone.due):
            yield Step(
                "milestone", milestone.title, "outdated", _move(repository, found.number, milestone)
            )
        else:
            yield Step("milestone", milestone.title, "there")
    yield from _ledger(repository, cohort.ledger)


def carry_out(step: Step) -> None:
    """Make what is missing.

    Raises:
        RemoteError: GitHub refused or did not answer.
    """
    if step.state != "there":
        with hub.faults(f"making the {step.kind} {step.name}"):
            step.act()


def _make_label(repository: Repository, label: Label) -> Callable[[], None]:
    def act() -> None:
        repository.create_label(label.name, label.color, label.description)

    return act


def _make(repository: Repository, milestone: Milestone) -> Callable[[], None]:
    def act() -> None:
        if milestone.due is None:
            repository.create_milestone(milestone.title)
        else:
            repository.create_milestone(milestone.title, due_on=_noon(milestone.due))

    return act


def _move(repository: Repository, number: int, milestone: Milestone) -> Callable[[], None]:
    def act() -> None:
        if milestone.due is not None:
            found = repository.get_milestone(number)
            found.edit(milestone.title, due_on=_noon(milestone.due))

    return act


def _noon(day: date) -> datetime:
    """GitHub keeps only the day of a due date, in Pacific time: noon UTC is the same day there."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _day(due_on: datetime) -> date:
    """The day that a milestone's due date means; GitHub gives it as its midnight, Pacific time."""
    return (due_on.astimezone(UTC) - timedelta(hours=7)).date()


def _ledger(repository: Repository, address: str) -> Iterator[Step]:
    kind, _, branch = address.partition(":")
    if kind != "branch":
        return
    from autograder.ledger.branch import BranchStore

    with hub.faults("looking for the ledger's branch"):
        there = any(
            ref.ref == f"refs/heads/{branch}"
            for ref in repository.get_git_matching_refs(f"heads/{branch}")
        )
    store = BranchStore(repository, branch)
    yield Step("ledger", branch, "there" if there else "missing", store.begin)
