"""The reference of the command line, from the command itself.

Arguments, options and help are asked of the objects that parse the call, so that a page never tells
of an option that is not there. What a command does is said in Korean by `commands.ko.toml` beside
this module, one line each.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer

from autograder.models import LANGUAGES, Language
from autograder.site.generate import markup
from autograder.site.generated import Generated, Sources
from autograder.text import escape

SUMMARIES: Final = Path(__file__).with_name("commands.ko.toml")
_PROGRAM: Final = "pioneers"
_EXIT_CODES: Final = (0, 1, 2, 3, 130)
_BOUNDS = re.compile(r"\s*\[([^\[\]]*)\]$")


@dataclass(frozen=True)
class Command:
    """One command as it is called.

    Attributes:
        words: after `pioneers`, such as `data build`.
        about: its help without the examples, one paragraph an item.
        examples: calls that the help gives.
        usage: the pieces after the words.
        parameters: how each is written, and what its help says.
    """

    words: str
    about: tuple[str, ...]
    examples: tuple[str, ...]
    usage: str
    parameters: tuple[tuple[str, str], ...]


def pages(_: Sources) -> Iterator[Generated]:
    """The reference of all commands on one page."""
    found = list(commands())
    korean = summaries()
    for language in LANGUAGES:
        text = _text(found, language, korean if language == "ko" else {})
        yield Generated(f"{language}/reference/cli.md", text, "autograder/cli/__init__.py")


def commands() -> Iterator[Command]:
    """Every command that can be called, in the order of `--help`."""
    from autograder.cli import app  # takes half a second

    top = typer.main.get_command(app)
    yield from _within(top, typer.Context(top, info_name=_PROGRAM))


def summaries() -> dict[str, str]:
    """What each command does, in Korean, by its words."""
    found: dict[str, str] = tomllib.loads(SUMMARIES.read_text("utf-8"))
    return found


def _within(command: Any, context: typer.Context) -> Iterator[Command]:
    if not hasattr(command, "list_commands"):
        yield _read(command, context)
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        if not inner.hidden:
            yield from _within(inner, typer.Context(inner, parent=context, info_name=name))


def _read(command: Any, context: typer.Context) -> Command:
    paragraphs = [part.strip() for part in (command.help or "").split("\n\n")]
    calls = tuple(part for part in paragraphs if part.startswith(f"{_PROGRAM} "))
    told = (part for part in paragraphs if part not in calls and not part.startswith("Example"))
    rows = [each.get_help_record(context) for each in command.get_params(context)]
    return Command(
        words=context.command_path.removeprefix(f"{_PROGRAM} "),
        about=tuple(" ".join(part.split()) for part in told if part),
        examples=calls,
        usage=" ".join(command.collect_usage_pieces(context)),
        parameters=tuple(row for row in rows if row and row[0] != "--help"),
    )


def _text(found: list[Command], language: Language, summaries: dict[str, str]) -> str:
    def say(key: str) -> str:
        return markup.words(language, f"cli.{key}")

    listed = [
        [f"[{escape.page_code(each.words)}](#{_anchor(each)})", _summary(each, summaries)]
        for each in found
    ]
    codes = [[str(code), say(f"exit.n{code}")] for code in _EXIT_CODES]
    parts = [f"# {say('title')}", say("lead")]
    parts.append(markup.table([say("column_command"), say("column_does")], listed))
    parts += [markup.heading(2, say("exit_codes"), "exit-codes"), say("exit_lead")]
    parts.append(markup.table([say("column_code"), say("column_means")], codes, "--:|---"))
    for each in found:
        parts += _section(each, language, summaries)
    return markup.page(*parts)


def _section(command: Command, language: Language, summaries: dict[str, str]) -> Iterator[str]:
    def say(key: str) -> str:
        return markup.words(language, f"cli.{key}")

    yield markup.heading(2, escape.page_code(command.words), _anchor(command))
    if command.words in summaries:
        yield escape.page_prose(summaries[command.words])
    yield from (f"{escape.page_prose(part)}" for part in command.about)
    yield markup.fenced(f"./{_PROGRAM} {command.words} {command.usage}".rstrip(), "text")
    rows = [
        [escape.page_code(name), *_split(about, say("required"))]
        for name, about in command.parameters
    ]
    yield markup.table([say("column_word"), say("column_meaning"), say("column_bounds")], rows)
    if command.examples:
        yield f"**{say('examples')}**"
        yield markup.fenced("\n".join(f"./{each}" for each in command.examples), "bash")


def _split(about: str, required: str) -> tuple[str, str]:
    """What an option is for, and what the brackets at its end say: default and bounds."""
    found = _BOUNDS.search(about)
    if not found:
        return escape.page_prose(about), ""
    bounds = "; ".join(
        required if part == "required" else escape.page_code(part) for part in found[1].split("; ")
    )
    return escape.page_prose(about[: found.start()]), bounds


def _summary(command: Command, summaries: dict[str, str]) -> str:
    return escape.page_prose(summaries.get(command.words) or next(iter(command.about), ""))


def _anchor(command: Command) -> str:
    return command.words.replace(" ", "-")
