"""`pr command`: `/hint`, `/appeal` and `/regrade`, as comments on a pull request.

Only the pull request's author and organisers are heard. What is taken or asked for is recorded
first and answered then, each found again by the comment's number: a job that is run twice answers
once. Grading again is done by `pr grade`; here it gets a sign that it was read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from autograder import assignment as assignments
from autograder import hub, ledger
from autograder.assignment import Assignment
from autograder.cohort import Member
from autograder.errors import AssignmentError
from autograder.ledger import attempts
from autograder.ledger.record import Origin, Record, event_record
from autograder.publish import issues, sticky
from autograder.publish.again import make_once
from autograder.publish.comment import address
from autograder.pull import asked, changes, scope, taken
from autograder.pull.asked import Asked, Candidate
from autograder.pull.event import GHOST
from autograder.pull.publisher import Publisher, Say
from autograder.text import escape
from autograder.text.catalogue import Catalogue, catalogue, spoken

LABEL = "appeal"
MAX_NAMED = 20
MAX_LINES = 40


def run(desk: Publisher, *, say: Say = lambda _: None) -> None:
    """Answer one comment, if it is a command.

    Raises:
        RemoteError, LedgerError: it could not be recorded or answered; run again, nothing is
            done twice.
    """
    event = desk.event
    commenter = event.commenter or GHOST
    command = asked.parse(event.comment_body)
    if event.kind != "comment" or event.action != "created" or command is None:
        say("no command")
        return
    if commenter.login.endswith("[bot]") or commenter.login.lower() == desk.bot.lower():
        say("a command of a bot is none")
        return
    if not scope.may_regrade(desk.cohort, event.author, commenter):
        say("a command of somebody else")
        if command.name in asked.KNOWN:
            _reply_once_to_others(desk)
        return
    say(f"/{command.name}")
    if command.name == "regrade":
        _react(desk)
        return
    words = catalogue(desk.language)
    if command.name not in asked.KNOWN:
        _reply(
            desk, [words.say("commands.help", asked=f"/{command.name}"), _list_of_commands(words)]
        )
        return
    member = desk.member()
    if member is None:
        _reply(desk, [words.say("commands.stranger")])
        return
    found = _assignments(desk, member)
    answer = _hint if command.name == "hint" else _appeal
    _reply(desk, answer(desk, command, member, found))


def _assignments(desk: Publisher, member: Member) -> list[Assignment]:
    """The assignments that the pull request touches in the member's own folder."""
    with hub.faults("reading the pull request"):
        pull = desk.repository.get_pull(desk.event.pull_request)
        listing = changes.changed_paths(pull)
    own = scope.own_names(desk.cohort, member, desk.event.author)
    found = []
    for name in scope.sort_paths(listing.paths, own).places:
        # A folder of another name, or an assignment that cannot be read now, has no checks.
        with contextlib.suppress(AssignmentError):
            if assignments.ID.fullmatch(name):
                found.append(assignments.load(name))
    return found


# ---------------------------------------------------------------- hints


def _hint(
    desk: Publisher, command: Asked, member: Member, found: Sequence[Assignment]
) -> list[str]:
    words = catalogue(desk.language)
    opened = {each.id: each for each in found if not _early(desk, each)}
    if not opened:
        return [words.say("commands.early" if found else "commands.no_assignment")]
    candidates = [Candidate(each.id, spec) for each in opened.values() for spec in each.answers]
    close = candidates if len(candidates) == 1 else asked.meant(command.words, candidates)
    if len(close) != 1:
        return _ask_back(desk, words, command, close or candidates, near=bool(close))
    (check,) = close
    assignment = opened[check.assignment]
    hints = [text for text in (check.spec.hint, *check.spec.more_hints) if text is not None]
    title = _title(desk, check)
    number = taken.take(desk.ledger(), _origin(desk, member), check, len(hints))
    lesson = _lesson(desk, words, assignment)
    if number is None:
        key = "commands.none_left" if hints else "commands.none_at_all"
        return [f"**{title}**", words.say(key), *lesson]
    count = words.say("commands.hint", number=number, total=len(hints))
    left = len(hints) - number
    rest = words.say("commands.more_left", count=left) if left else words.say("commands.last")
    return [
        f"💡 **{title}** · {count}",
        f"> {escape.prose(hints[number - 1][desk.language])}",
        rest,
        *([] if left else lesson),
    ]


def _early(desk: Publisher, assignment: Assignment) -> bool:
    at = desk.event.received_at
    zone = ZoneInfo(desk.cohort.zone)
    told = scope.judge_times(
        opens=assignment.opens, due=None, closes=None, asked_at=at, received_at=at, zone=zone
    )
    return told.outcome == "early"


def _ask_back(
    desk: Publisher, words: Catalogue, command: Asked, close: Sequence[Candidate], *, near: bool
) -> list[str]:
    """Several checks may be meant, or none: name them."""
    key = "which" if not command.words else "several" if near else "unknown_check"
    first = words.say(f"commands.{key}", asked=command.words)
    many = len({each.assignment for each in close}) > 1
    lines = [
        f"- {_title(desk, each)}: `/hint {each.assignment + ' ' if many else ''}{each.spec.name}`"
        for each in close[:MAX_NAMED]
    ]
    return [escape.prose(first), "\n".join(lines)]


def _title(desk: Publisher, check: Candidate) -> str:
    title = check.spec.title
    said = title[desk.language] if title else check.spec.name
    return escape.text(said, limit=120)


def _lesson(desk: Publisher, words: Catalogue, assignment: Assignment) -> list[str]:
    link = address(desk.lesson(assignment))
    return [f"📖 [{words.say('commands.lesson')}]({link})"] if link else []


# ---------------------------------------------------------------- appeals


def _appeal(
    desk: Publisher, command: Asked, member: Member, found: Sequence[Assignment]
) -> list[str]:
    words = catalogue(desk.language)
    lines = [escape.clean(line, limit=500) for line in command.text.split("\n")]
    said = [line for line in lines if line][:MAX_LINES]
    if not said:
        return [words.say("commands.appeal_empty")]
    grades = [_record_appeal(desk, member, each, "\n".join(said)) for each in found]
    event = desk.event
    title = words.template("commands.appeal_title").format(
        login=member.login, number=event.pull_request
    )
    with hub.faults("opening the issue"):
        issue = issues.open_once(
            desk.repository,
            f"<!-- pioneers:appeal:{event.comment_id} -->",
            title=title,
            body=_appeal_body(desk, words, member, list(zip(found, grades, strict=True)), said),
            label=LABEL,
            bot=desk.bot,
            pause_s=desk.pause_s,
        )
        number = issue.number
    told = words.template("commands.appealed").format(number=number)
    return [told, words.say("commands.thanks")]


def _record_appeal(
    desk: Publisher, member: Member, assignment: Assignment, said: str
) -> Record | None:
    """Record the appeal beside the newest grade of this pull request, which is returned."""
    store = desk.ledger()
    records = ledger.history(store, assignment.id, member.login)
    trigger = f"appeal-{desk.event.comment_id}"
    if all(each.trigger != trigger for each in records):
        store.add(event_record("appeal", assignment.id, said[:4000], _origin(desk, member)))
    own = [each for each in records if each.pull_request == desk.event.pull_request]
    return attempts.latest(own) or attempts.latest(records)


def _appeal_body(
    desk: Publisher,
    words: Catalogue,
    member: Member,
    works: Sequence[tuple[Assignment, Record | None]],
    said: Sequence[str],
) -> str:
    event = desk.event
    page = f"{desk.server}/{event.repository}/pull/{event.pull_request}"
    link = address(page) and f"{page}#issuecomment-{event.comment_id}"
    lines = [
        f"- {words.say('commands.appeal_member')}: {escape.code(member.login)}"
        + (f" ({escape.text(member.name, limit=60)})" if member.name else ""),
        f"- {words.say('commands.appeal_pull')}: #{event.pull_request}"
        + (f" ([{words.say('commands.appeal_comment')}]({link}))" if link else ""),
    ]
    for assignment, grade in works:
        told = words.say("commands.appeal_no_record")
        if grade is not None:
            score = f"{spoken(grade.score)} / {spoken(grade.max_score)}"
            told = f"{score} · {escape.code(grade.commit[:7])} · {escape.code(grade.name)}"
        lines.append(f"- {escape.code(assignment.id)}: {told}")
    quote = "\n>\n".join(f"> {escape.text(line)}" for line in said)
    return "\n\n".join(["\n".join(lines), quote, words.say("commands.appeal_next")])


# ---------------------------------------------------------------- answers


def _origin(desk: Publisher, member: Member) -> Origin:
    event = desk.event
    command = asked.parse(event.comment_body)
    assert command is not None
    return Origin(
        repository=event.repository,
        pull_request=event.pull_request,
        login=member.login,
        commit=desk.head(),
        trigger=f"{command.name}-{event.comment_id}",
        received_at=event.received_at,
        order=desk.order,
    )


def _list_of_commands(words: Catalogue) -> str:
    return "\n".join(f"- {words.say(f'publish.command_{name}')}" for name in asked.KNOWN)


def _reply(desk: Publisher, paragraphs: Sequence[str]) -> None:
    """Answer the comment, once: the answer is found again by the comment's number."""
    marker = f"<!-- pioneers:reply:{desk.event.comment_id} -->"
    _upsert(desk, marker, "\n\n".join([marker, *paragraphs]) + "\n")


def _reply_once_to_others(desk: Publisher) -> None:
    """One kind answer on a pull request, however many ask for what is not theirs."""
    marker = "<!-- pioneers:reply:others -->"
    _upsert(desk, marker, f"{marker}\n\n{catalogue(desk.language).say('commands.others')}\n")


def _upsert(desk: Publisher, marker: str, text: str) -> None:
    with hub.faults("answering the comment"):
        issue = desk.repository.get_issue(desk.event.pull_request)
        sticky.upsert(issue, marker, lambda _: text, bot=desk.bot, pause_s=desk.pause_s)


def _react(desk: Publisher) -> None:
    """Show that the comment was read; GitHub keeps one such sign, however often it is given."""
    with hub.faults("reacting to the comment"):
        issue = desk.repository.get_issue(desk.event.pull_request)
        read = issue.get_comment(desk.event.comment_id)
        make_once(lambda: None, lambda: read.create_reaction("eyes"), pause_s=desk.pause_s)
