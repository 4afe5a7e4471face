"""The reference of the command line, from the command itself.

Arguments, options and help are asked of the objects that parse the call, so that a page never tells
of an option that is not there. What it says in English is said in Korean by `commands.ko.toml`
beside this module, text by text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import typer

from autograder.models import LANGUAGES, Language
from autograder.site.generate import markup
from autograder.site.generated import Generated, Sources
from autograder.text import escape

KOREAN: Final = Path(__file__).with_name("commands.ko.toml")
_PROGRAM: Final = "pioneers"
_EXIT_CODES: Final = (0, 1, 2, 3, 130)
_CALL = re.compile(rf"((?:[A-Z_]+=\S+ )*)(?={_PROGRAM} )")
_BOUND: Final = {"default": "default", "env var": "variable"}
_BOUNDS = re.compile(r"\s*\[([^\[\]]*)\]$")


@dataclass(frozen=True)
class Parameter:
    """An argument or option of a command.

    Attributes:
        name: how it is written, such as `--seed <int range>`.
        about: what its help says.
        bounds: its default and bounds, such as `default: 42` and `x>=0`.
    """

    name: str
    about: str
    bounds: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """One command as it is called.

    Attributes:
        words: after `pioneers`, such as `data build`.
        about: its help without the examples, one paragraph an item.
        examples: calls that the help gives.
        usage: the pieces after the words.
        parameters: its arguments and options.
    """

    words: str
    about: tuple[str, ...]
    examples: tuple[str, ...]
    usage: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Wording:
    """What the help says, in another language.

    Attributes:
        does: what a command does, in one line, by its words.
        said: all other texts of the help, by the English one.
    """

    does: dict[str, str]
    said: dict[str, str]

    def of(self, command: Command) -> Command:
        """A command whose texts are in this language; what is not known stays as it is."""
        first, *rest = command.about or ("",)
        return replace(
            command,
            about=(
                self.does.get(command.words, first),
                *(self.said.get(each, each) for each in rest),
            ),
            parameters=tuple(
                replace(each, about=self.said.get(each.about, each.about))
                for each in command.parameters
            ),
        )


def pages(_: Sources) -> Iterator[Generated]:
    """The reference of all commands on one page."""
    found = list(commands())
    worded = {"ko": [korean().of(each) for each in found]}
    for language in LANGUAGES:
        text = _text(worded.get(language, found), language)
        yield Generated(f"{language}/reference/cli.md", text, "autograder/cli/__init__.py")


def commands() -> Iterator[Command]:
    """Every command that can be called, in the order of `--help`."""
    from autograder.cli import app  # takes half a second

    top = typer.main.get_command(app)
    yield from _within(top, typer.Context(top, info_name=_PROGRAM))


def korean() -> Wording:
    """The Korean of the help."""
    return Wording(**tomllib.loads(KOREAN.read_text("utf-8")))


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
    calls = tuple(part for part in paragraphs if _CALL.match(part))
    told = (part for part in paragraphs if part not in calls and not part.startswith("Example"))
    rows = [each.get_help_record(context) for each in command.get_params(context)]
    return Command(
        words=context.command_path.removeprefix(f"{_PROGRAM} "),
        about=tuple(" ".join(part.split()) for part in told if part),
        examples=tuple(_CALL.sub(r"\1./", call, count=1) for call in calls),
        usage=" ".join(command.collect_usage_pieces(context)),
        parameters=tuple(_parameter(*row) for row in rows if row and row[0] != "--help"),
    )


def _parameter(name: str, about: str) -> Parameter:
    found = _BOUNDS.search(about)
    if not found:
        return Parameter(name, about, ())
    return Parameter(name, about[: found.start()], tuple(found[1].split("; ")))


def _text(found: list[Command], language: Language) -> str:
    def say(key: str) -> str:
        return markup.words(language, f"cli.{key}")

    listed = [
        [f"[{escape.page_code(each.words)}](#{_anchor(each)})", escape.page_prose(each.about[0])]
        for each in found
    ]
    codes = [[str(code), say(f"exit.n{code}")] for code in _EXIT_CODES]
    parts = [f"# {say('title')}", say("lead")]
    parts.append(markup.table([say("column_command"), say("column_does")], listed))
    parts += [markup.heading(2, say("exit_codes"), "exit-codes"), say("exit_lead")]
    parts.append(markup.table([say("column_code"), say("column_means")], codes, "--:|---"))
    for each in found:
        parts += _section(each, language)
    return markup.page(*parts)


def _section(command: Command, language: Language) -> Iterator[str]:
    def say(key: str) -> str:
        return markup.words(language, f"cli.{key}")

    yield markup.heading(2, escape.page_code(command.words), _anchor(command))
    yield from (escape.page_prose(part) for part in command.about)
    yield markup.fenced(f"./{_PROGRAM} {command.words} {command.usage}".rstrip(), "text")
    rows = [
        [
            escape.page_code(each.name),
            escape.page_prose(each.about),
            "; ".join(_bound(part, say) for part in each.bounds),
        ]
        for each in command.parameters
    ]
    yield markup.table([say("column_word"), say("column_meaning"), say("column_bounds")], rows)
    if command.examples:
        yield f"**{say('examples')}**"
        yield markup.fenced("\n".join(command.examples), "bash")


def _bound(part: str, say: Callable[[str], str]) -> str:
    kind, _, value = part.partition(": ")
    if part == "required":
        return say("required")
    known = _BOUND.get(kind)
    return f"{say(known)} {escape.page_code(value)}" if known and value else escape.page_code(part)


def _anchor(command: Command) -> str:
    return command.words.replace(" ", "-")
