"""A comment of our own that exists once and is changed in place.

It is ours if it begins with our marker *and* our bot wrote it: anybody can type the marker. It
must not know what the comment says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from github import GithubException
from github.Issue import Issue
from github.IssueComment import IssueComment

from autograder.publish.again import gone, make_once, until

Outcome = Literal["written", "unchanged", "left"]


def upsert(
    issue: Issue,
    marker: str,
    write: Callable[[str], str | None],
    *,
    bot: str,
    pause_s: float = 1.0,
) -> Outcome:
    """Bring the comment with a marker to what `write` says; make it if there is none.

    Args:
        issue: the pull request, whose client does not repeat a POST by itself.
        marker: the comment's first line.
        write: from the comment as it is (empty if there is none) to what it should be; None to
            leave it alone.
        bot: login behind our token.
        pause_s: the first pause between tries.

    Returns:
        `written`, `unchanged` (it said so already), or `left` (`write` gave None).

    Raises:
        GithubException: GitHub refused.
        requests.RequestException: GitHub did not answer.
    """

    def ours() -> list[IssueComment]:
        return list(_ours(issue, marker, bot))

    found = ours()
    made = not found
    if made:
        first = write("")
        if first is None:
            return "left"
        kept = make_once(
            lambda: next(iter(ours()), None), lambda: issue.create_comment(first), pause_s=pause_s
        )
        # Lists lag: only one that shows the new comment shows what else there is.
        until(lambda: _shows(kept, found, ours()), pause_s=pause_s)
        found = found or [kept]
    kept, *more = sorted(found, key=lambda comment: comment.id)
    for comment in more:
        _delete(comment)
    text = write(kept.body or "")
    if text is None:
        return "left"
    if _same(kept.body or "", text):
        return "written" if made else "unchanged"
    kept.edit(text)
    return "written"


def _shows(made: IssueComment, found: list[IssueComment], seen: list[IssueComment]) -> bool:
    """Keeps what a look has seen, and tells whether the comment just made is among it."""
    found[:] = seen
    return any(comment.id == made.id for comment in seen)


def _ours(issue: Issue, marker: str, bot: str) -> Iterator[IssueComment]:
    for comment in issue.get_comments():
        login = getattr(comment.user, "login", "")  # nobody's, where an account was deleted
        if login.lower() == bot.lower() and (comment.body or "").startswith(marker):
            yield comment


def _delete(comment: IssueComment) -> None:
    try:
        comment.delete()
    except GithubException as error:
        if not gone(error):
            raise


def _same(one: str, other: str) -> bool:
    """Equal but for line ends and the space around, which GitHub may change."""
    return one.replace("\r\n", "\n").strip() == other.strip()
