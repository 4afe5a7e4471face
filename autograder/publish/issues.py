"""An issue of our own that is opened once, found again by its marker and its author.

Issues cannot be deleted: one too many, opened because an answer was lost, is closed. It must not
know what the issue says.
"""

from __future__ import annotations

from github.Issue import Issue
from github.Repository import Repository

from autograder.publish.again import make_once, until


def open_once(
    repository: Repository,
    marker: str,
    *,
    title: str,
    body: str,
    label: str,
    bot: str,
    pause_s: float = 1.0,
) -> Issue:
    """The issue with a marker; opened if there is none. What people wrote into it stays.

    Args:
        repository: whose client does not repeat a POST by itself.
        marker: the body's first line.
        title: plain text.
        body: Markdown, without the marker.
        label: on every such issue, by which they are listed.
        bot: login behind our token.
        pause_s: the first pause between tries.

    Raises:
        GithubException: GitHub refused.
        requests.RequestException: GitHub did not answer.
    """

    def ours() -> list[Issue]:
        found = [
            issue
            for issue in repository.get_issues(state="all", labels=[label])
            if getattr(issue.user, "login", "").lower() == bot.lower()
            and (issue.body or "").startswith(marker)
        ]
        return sorted(found, key=lambda issue: issue.number)

    found = ours()
    if not found:
        made = make_once(
            lambda: next(iter(ours()), None),
            lambda: repository.create_issue(title, body=f"{marker}\n{body}", labels=[label]),
            pause_s=pause_s,
        )
        # Lists lag: only one that shows the new issue shows what else there is.
        until(lambda: _shows(made, found, ours()), pause_s=pause_s)
        found = found or [made]
    kept, *more = found
    for issue in more:
        if issue.state == "open":
            issue.edit(state="closed", state_reason="not_planned")
    return kept


def _shows(made: Issue, found: list[Issue], seen: list[Issue]) -> bool:
    """Keeps what a look has seen, and tells whether the issue just made is among it."""
    found[:] = seen
    return any(issue.number == made.number for issue in seen)
