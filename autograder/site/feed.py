"""The news of the course as RSS: an entry for each assignment, on the day on which it opens.

A feed's addresses are whole ones, so a site that knows no address of its own has none. Knows no
page but the address of an assignment's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from feedgenerator import Rss201rev2Feed

from autograder.assignment import Assignment
from autograder.cohort import Cohort
from autograder.models import LANGUAGES, Language
from autograder.text.catalogue import catalogue, spoken

NAME: Final = "feed.xml"


def feeds(assignments: Iterable[Assignment], cohort: Cohort, site: str) -> dict[str, str]:
    """The feed of each language.

    Args:
        assignments: those without a day of opening are no news and are left out.
        cohort: whose days they are.
        site: where the site is read, with a slash at its end; empty if nobody knows.

    Returns:
        XML by path in the built site; nothing where the address is unknown.
    """
    known = [each for each in assignments if each.opens is not None]
    return {_path(code): _feed(known, cohort, site, code) for code in LANGUAGES} if site else {}


def _path(language: Language) -> str:
    return f"{_folder(language)}{NAME}"


def _folder(language: Language) -> str:
    return "" if language == "ko" else f"{language}/"


def _feed(known: list[Assignment], cohort: Cohort, site: str, language: Language) -> str:
    words = catalogue(language)
    home = f"{site}{_folder(language)}"
    zone = ZoneInfo(cohort.zone)
    feed = Rss201rev2Feed(
        title=words.template("theme.feed.title").format(name=cohort.name),
        link=home,
        feed_url=f"{site}{_path(language)}",
        description=words.say("theme.feed.about"),
        language=language,
    )
    for each in sorted(known, key=_opened, reverse=True):
        assert each.opens is not None
        opened = datetime.combine(each.opens, time(), zone)
        feed.add_item(
            title=each.title[language],
            link=f"{home}assignments/{each.id}/",
            description=_told(each, zone, language),
            unique_id=f"{home}assignments/{each.id}/",
            pubdate=opened,
        )
    # Not the time of this build: the same sources make the same file.
    feed.latest_post_date = lambda: max(
        (each["pubdate"] for each in feed.items), default=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return str(feed.writeString("utf-8"))


def _opened(assignment: Assignment) -> tuple[str, str]:
    return str(assignment.opens), assignment.id


def _told(assignment: Assignment, zone: ZoneInfo, language: Language) -> str:
    words = catalogue(language)
    values = {
        "kind": words.say(f"site.kind.{assignment.kind}"),
        "points": spoken(assignment.max_points),
    }
    if assignment.due is None:
        return words.template("theme.feed.no_due").format(**values)
    due = f"{assignment.due.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    return words.template("theme.feed.body").format(**values, due=due)
