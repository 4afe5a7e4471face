"""Quizzes: a fence of TOML in a lesson becomes a question that can be answered.

    ```quiz
    question = "…"
    [[choice]]
    text = "…"
    right = true
    why = "…"
    ```

Question, texts and reasons are inline Markdown. The page works without scripts (each reason opens
by itself); quiz.js marks the answer and remembers it.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import markdown
from mkdocs.exceptions import PluginError
from pymdownx.superfences import SuperFencesException

from autograder.site.widgets import place
from autograder.text.catalogue import Catalogue, catalogue

_AT = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_CHOICE = re.compile(r"^\s*\[\[\s*choice\s*\]\]", re.MULTILINE)
_FEWEST = 2


class QuizError(ValueError):
    """A quiz that cannot be asked.

    Args:
        what: what is wrong with it.
        line: the line inside the fence's body, from 1.
        fix: what to do about it.
    """

    def __init__(self, what: str, line: int, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.fix = fix


class BrokenQuiz(SuperFencesException, PluginError):  # type: ignore[misc]
    """Ends the build with one line: superfences hands it on, and MkDocs takes it for its own."""


@dataclass(frozen=True)
class Choice:
    """One possible answer; `text` and `why` are Markdown."""

    text: str
    why: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question with its choices, of which at least one is right."""

    question: str
    choices: tuple[Choice, ...]

    @property
    def several(self) -> bool:
        """Whether more than one choice is right, so that boxes are ticked."""
        return sum(choice.right for choice in self.choices) > 1

    @property
    def shape(self) -> str:
        """Which choices are right, such as `0100`: the same in both languages."""
        return "".join("1" if choice.right else "0" for choice in self.choices)


def parse(body: str) -> Quiz:
    """Read the TOML of a fence.

    Raises:
        QuizError: it is not TOML, a key is missing, unknown or empty, or nothing is right.
    """
    table = _table(body)
    _only(table, {"question", "choice"}, 1)
    question = _text(table, "question", 1)
    raw = table.get("choice")
    if not isinstance(raw, list) or len(raw) < _FEWEST:
        raise QuizError(
            "the quiz has fewer than two choices", 1, "give each choice a [[choice]] of its own"
        )
    starts = [body.count("\n", 0, found.start()) + 1 for found in _CHOICE.finditer(body)]
    choices = tuple(
        _choice(item, starts[number] if number < len(starts) else 1)
        for number, item in enumerate(raw)
    )
    if not any(choice.right for choice in choices):
        raise QuizError(
            "the quiz has no right answer", 1, "write right = true under the right choice"
        )
    return Quiz(question, choices)


def _table(body: str) -> dict[str, Any]:
    try:
        return tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at["line"]) if at and at["line"] else len(body.splitlines())
        what = _AT.sub("", str(error))
        raise QuizError(f"the quiz is not TOML: {what}", max(line, 1), "mend the line") from error


def _choice(item: object, line: int) -> Choice:
    if not isinstance(item, Mapping):
        raise QuizError("choice is not a table", line, "begin each one with [[choice]]")
    _only(item, {"text", "right", "why"}, line)
    right = item.get("right", False)
    if not isinstance(right, bool):
        raise QuizError("right is neither true nor false", line, "write right = true or leave it")
    return Choice(_text(item, "text", line), _text(item, "why", line), right)


def _only(table: Mapping[str, Any], known: set[str], line: int) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise QuizError(
            f"the quiz has an unknown key {unknown[0]}",
            line,
            f"keys are {', '.join(sorted(known))}",
        )


def _text(table: Mapping[str, Any], key: str, line: int) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise QuizError(f"{key} is missing or empty", line, f'write {key} = "…"')
    return value.strip()


def fence(
    source: str, _language: str, _class: str, _options: Mapping[str, str], md: Any, **_rest: Any
) -> str:
    """The formatter that mkdocs.yml names for the fence `quiz`.

    Raises:
        BrokenQuiz: the quiz cannot be asked. The linter has said so before with a line; this keeps
            a broken quiz from ever being shown as code.
    """
    path = place.source(md)
    try:
        quiz = parse(source)
    except QuizError as error:
        raise BrokenQuiz(f"curriculum/{path}: {error.what}; {error.fix}") from error
    md.quizzes = number = getattr(md, "quizzes", 0) + 1
    return render(quiz, f"{place.identity(path)}#{number}", catalogue(place.language(path)), md)


def render(quiz: Quiz, key: str, words: Catalogue, md: Any = None) -> str:
    """The quiz as a form.

    Args:
        key: the quiz's name in the reader's browser, such as `week1/day2#1`.
        words: the catalogue of the page's language.
        md: the page's converter, whose links the texts share.
    """
    inner = _inner(md)
    number = key.rpartition("#")[2]
    asked = words.say("widget.quiz.several" if quiz.several else "widget.quiz.one")
    rows = "\n".join(
        _row(choice, place_, number, quiz.several, inner, words)
        for place_, choice in enumerate(quiz.choices)
    )
    return (
        f'<form class="quiz" data-quiz="{html.escape(key)}" data-shape="{quiz.shape}">\n'
        f"<fieldset>\n<legend>{number}. {_inline(quiz.question, inner)} "
        f'<span class="quiz__how">{html.escape(asked)}</span></legend>\n'
        f'<ul class="quiz__choices">\n{rows}\n</ul>\n</fieldset>\n'
        f'<p class="quiz__end"><button type="submit" class="md-button">'
        f"{html.escape(words.say('widget.quiz.check'))}</button> "
        f'<span class="quiz__said" role="status"></span></p>\n</form>'
    )


def _row(
    choice: Choice, place_: int, number: str, several: bool, inner: Any, words: Catalogue
) -> str:
    kind = "checkbox" if several else "radio"
    verdict = words.say(f"widget.quiz.{'right' if choice.right else 'wrong'}")
    return (
        f'<li class="quiz__choice" data-right="{str(choice.right).lower()}">'
        f'<label><input type="{kind}" name="quiz-{number}" value="{place_}" autocomplete="off">'
        f"<span>{_inline(choice.text, inner)}</span></label>"
        f'<details class="quiz__why"><summary>{html.escape(words.say("widget.quiz.answer"))}'
        f'</summary><p><strong class="quiz__verdict">{html.escape(verdict)}</strong> '
        f"{_inline(choice.why, inner)}</p>"
        f"</details></li>"
    )


def _inner(md: Any) -> markdown.Markdown:
    """A converter for inline Markdown alone, which resolves links as the page's own does."""
    inner = markdown.Markdown(extensions=["attr_list"])
    inner.preprocessors.deregister("html_block")  # tags are shown, not obeyed
    inner.inlinePatterns.deregister("html")
    for block in ("code", "hashheader", "hr", "indent", "olist", "quote", "setextheader", "ulist"):
        inner.parser.blockprocessors.deregister(block)
    if md is not None and "relpath" in md.treeprocessors:
        inner.treeprocessors.register(md.treeprocessors["relpath"], "relpath", 0)
    return inner


def _inline(text: str, inner: markdown.Markdown) -> str:
    """Markdown without the paragraph around it."""
    made: str = inner.reset().convert(text).strip()
    return made.removeprefix("<p>").removesuffix("</p>") if made.count("<p>") == 1 else made
