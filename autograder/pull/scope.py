"""Whose work a pull request is and what of it may be graded: pure rules, no I/O.

A member's own good files are graded even where others slipped in; those are named, with what to
do about them. Nothing of a stranger's is graded. What is refused is a `Refusal`, whose code has a
sentence in the catalogues under `pull.refused.`. It must not know how files are fetched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from autograder.cohort import Cohort, Member
from autograder.pull.event import Account
from autograder.pull.handover import Refusal
from autograder.text import escape

HOME = "submissions"
MAX_NAMED = 5
MAX_ASSIGNMENTS = 20
NEAR_ENOUGH = 60
"""Of 100: `w1d3-jions` is 90 near `w1d3-joins`; two assignments of one week are about 50 apart."""


def find_member(cohort: Cohort, author: Account) -> Member | Refusal:
    """The member that an account is: by its number first, which stays when a login changes.

    A login alone counts only for a member whose number the roster does not say: a login that
    somebody gave up can be taken by anybody.
    """
    for member in cohort.members:
        if member.id is not None and member.id == author.id:
            return member
    for member in cohort.members:
        if _same(member.login, author.login):
            return member if member.id is None else Refusal("other_account", _author(author))
    return Refusal("unknown_author", _author(author))


def _author(author: Account) -> dict[str, str]:
    return {"author": author.login}


def is_organiser(cohort: Cohort, account: Account) -> bool:
    """True for those whom `cohort.toml` lists as organisers."""
    return any(_same(login, account.login) for login in cohort.organisers)


def may_regrade(cohort: Cohort, author: Account, commenter: Account) -> bool:
    """True for the pull request's author and for organisers."""
    return commenter.id == author.id or is_organiser(cohort, commenter)


def is_regrade(body: str) -> bool:
    """True if a comment's first line is the command `/regrade`."""
    words = body.lstrip("\ufeff").split("\n", 1)[0].split()
    return bool(words) and words[0].lower() == "/regrade"


def own_names(cohort: Cohort, member: Member, author: Account) -> tuple[str, ...]:
    """The folders that are a member's, best first: as in the roster, then as GitHub calls them now.

    They are compared in any case. A new login is no claim on the folder of another member.
    """
    others = {each.login.lower() for each in cohort.members if each is not member}
    return (member.login, *({author.login} if author.login.lower() not in others else ()))


def is_own(folder: str, own: Iterable[str]) -> bool:
    """True if a folder below `submissions/` is one of these, in any case."""
    return any(_same(folder, name) for name in own)


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


@dataclass(frozen=True)
class Place:
    """One assignment's folder as a pull request spells it: `submissions/<login>/<name>`."""

    login: str
    name: str

    @property
    def path(self) -> str:
        """Its path in the repository."""
        return f"{HOME}/{self.login}/{self.name}"


@dataclass(frozen=True)
class Touched:
    """What a pull request touches of a member's own work, and what else is in it.

    Attributes:
        places: by lower-case name of the assignment's folder, each in every spelling found.
    """

    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()


def sort_paths(paths: Iterable[str], own: tuple[str, ...]) -> Touched:
    """Part a pull request's changed files into a member's own work and what is refused.

    Args:
        paths: as in the repository, old names of renamed files included.
        own: from `own_names`.
    """
    places: dict[str, dict[Place, None]] = {}
    strays: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for path in paths:
        parts = path.split("/")
        if parts[0] == HOME and len(parts) > 2 and is_own(parts[1], own):
            if len(parts) == 3:
                strays["loose"][path] = None
            else:
                found = places.setdefault(parts[2].lower(), {})
                found[Place(parts[1], parts[2])] = None
        else:
            strays[_kind_of_stray(parts)][path] = None
    folder = f"{HOME}/{own[0]}/"
    refusals = [
        Refusal(code, _named(strays[code]) | {"folder": folder})
        for code in ("loose", "other_member", "outside")
        if code in strays
    ]
    refusals += [
        Refusal(code, _named(strays[code])) for code in ("assignment", "workflow") if code in strays
    ]
    kept = dict(list(places.items())[:MAX_ASSIGNMENTS])
    if len(places) > MAX_ASSIGNMENTS:
        rest = [next(iter(places[name])).name for name in places if name not in kept]
        refusals.append(
            Refusal("too_many_assignments", {"limit": MAX_ASSIGNMENTS, "names": _first(rest)})
        )
    return Touched({name: tuple(found) for name, found in kept.items()}, tuple(refusals))


def _kind_of_stray(parts: list[str]) -> str:
    if parts[0] == HOME and len(parts) > 2:
        return "other_member"
    return {".github": "workflow", "assignments": "assignment"}.get(parts[0], "outside")


def _named(paths: Collection[str]) -> dict[str, str | int | tuple[str, ...]]:
    return {"count": len(paths), "names": _first(paths)}


def _first(names: Iterable[str]) -> tuple[str, ...]:
    """The first few of these names, printable, with an ellipsis if there are more."""
    every = list(names)
    few = tuple(shown(name) for name in every[:MAX_NAMED])
    return (*few, "…") if len(every) > MAX_NAMED else few


def shown(name: str) -> str:
    """A name as it may be shown: one short printable line, on which no sign is missing."""
    whole = escape.clean(name, limit=len(name) + 1)
    return escape.clean(name if whole == name else ascii(name)[1:-1], limit=100) or "?"


def touches_submissions(paths: Iterable[str]) -> bool:
    """True if a pull request hands anything in; all others are none of ours."""
    return any(path.startswith(f"{HOME}/") for path in paths)


def prefer(places: Iterable[Place], own: tuple[str, ...], name: str) -> tuple[Place, ...]:
    """Several spellings of one folder, the one to grade first: the roster's, the assignment's."""
    return tuple(sorted(places, key=lambda p: (p.login != own[0], p.name != name, p.path)))


def two_spellings(kept: Place, others: Iterable[Place]) -> Refusal:
    """Only one of several spellings of a folder was graded."""
    names = _first(place.path for place in others)
    return Refusal("two_spellings", {"kept": escape.clean(kept.path, limit=250), "names": names})


def nearest(name: str, known: Iterable[str]) -> str:
    """The assignment that was probably meant by a folder's name; empty if none is near."""
    found = process.extractOne(
        name.lower()[:200], sorted(known), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH
    )
    return str(found[0]) if found else ""


@dataclass(frozen=True)
class Times:
    """What the calendar says of one piece of work.

    Attributes:
        outcome: empty if it is graded.
        params: the moment that decided, in the cohort's zone: `opens`, `closes` or `due`.
    """

    outcome: Literal["", "early", "closed"] = ""
    late: bool = False
    params: Mapping[str, str] = field(default_factory=dict)


def judge_times(
    *,
    opens: date | None,
    due: datetime | None,
    closes: datetime | None,
    asked_at: datetime,
    received_at: datetime,
    zone: ZoneInfo,
) -> Times:
    """Early, on time, late or closed; what arrives exactly at a moment is in time.

    Args:
        opens: the first day, in the cohort's zone.
        asked_at: when it was pushed, or asked to be graded again: a day that has come since
            opens it.
        received_at: when the work arrived; deadlines look at this alone.
    """
    if opens is not None and asked_at < datetime.combine(opens, time(), zone):
        return Times("early", params={"opens": opens.isoformat()})
    if closes is not None and received_at > closes:
        return Times("closed", params={"closes": _spoken(closes, zone)})
    if due is not None and received_at > due:
        return Times(late=True, params={"due": _spoken(due, zone)})
    return Times()


def _spoken(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
