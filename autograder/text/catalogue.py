"""The catalogues: every sentence that people read, in Korean and English, found by key.

`ko/` and `en/` hold one file for each room that speaks, with the same keys and the same
placeholders. A sentence is filled with
plain values only; a string value becomes a quoted name in backticks, so that a terminal shows it
plainly and `escape.prose` shows it as code. This module must not know reports or comparators.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from autograder.models import JSON, LANGUAGES, Finding, Language, Visibility
from autograder.text import escape
from autograder.text.disclosure import hide

_LIST_LIMIT = 12


class Catalogue:
    """The sentences of one language.

    Args:
        language: `ko` or `en`.
    """

    def __init__(self, language: Language) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for language {language!r}")
        self.language = language
        self._sentences = _load(language)

    def keys(self) -> frozenset[str]:
        """Returns every key, such as `finding.frame.empty.public`."""
        return frozenset(self._sentences)

    def template(self, key: str) -> str:
        """Returns the sentence before it is filled; `KeyError` if there is none."""
        if key in self._sentences:
            return self._sentences[key]
        return self._sentences[f"{key}.message"]

    def say(self, key: str, /, **params: JSON) -> str:
        """Returns the sentence `key` filled with `params`.

        A key that names a pair of `message` and `next` gives the message. Numbers get thousands
        separators, strings become backticked names, lists of them are joined by commas.

        Raises:
            KeyError: no such sentence, or a placeholder without a value.
        """
        said = self.template(key).format_map({name: self._spoken(v) for name, v in params.items()})
        return _ONE.sub(_singular, said) if self.language == "en" else said

    def _spoken(self, value: JSON) -> str:
        """A value in a sentence; an author's words in both languages are a part of it."""
        own = isinstance(value, Mapping) and isinstance(value.get(self.language), str)
        return escape.clean(value[self.language], limit=300) if own else spoken(value)

    def has(self, key: str) -> bool:
        """Tells whether `say(key)` finds a sentence."""
        return key in self._sentences or f"{key}.message" in self._sentences


@cache
def catalogue(language: Language) -> Catalogue:
    """Returns the catalogue of a language, read once a process."""
    return Catalogue(language)


@cache
def _load(language: str) -> Mapping[str, str]:
    sentences: dict[str, str] = {}
    for file in (resources.files("autograder.text") / language).iterdir():
        if file.name.endswith(".toml"):
            sentences.update(_flatten("", tomllib.loads(file.read_text(encoding="utf-8"))))
    return sentences


def _flatten(prefix: str, table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, str):
            yield key, value.strip()
        else:
            yield from _flatten(key, value)


_ONE = re.compile(
    r"(There are )?(?<![\w.,`])1 "
    r"(row|item|key|check|point|input|hour|time|file|cell|combination|result)s\b"
    r"(?: (are|were|repeat|differ|carry|have)\b)?"
)
_VERBS = {"are": "is", "were": "was", "carry": "carries", "have": "has"}


def _singular(match: re.Match[str]) -> str:
    """Turns "There are 1 rows" into "There is 1 row": one sentence serves every count."""
    there, noun, verb = match.groups()
    said = f"There is 1 {noun}" if there else f"1 {noun}"
    return f"{said} {_VERBS.get(verb, verb + 's')}" if verb else said


def spoken(value: JSON) -> str:
    """Returns a value as it stands in a sentence: `1,234`, `0.5`, a backticked name, a list."""
    if isinstance(value, bool):
        return _quoted(str(value))
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**18 else f"{value:.6e}" if _short(value) else "∞"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, list | tuple):
        return _joined(value)
    return _quoted("" if value is None else str(value))


def _short(value: int) -> bool:
    return value.bit_length() < 1000


def _joined(values: Sequence[JSON]) -> str:
    shown = ", ".join(spoken(value) for value in values[:_LIST_LIMIT])
    rest = len(values) - _LIST_LIMIT
    return f"{shown}, … (+{rest})" if rest > 0 else shown


def _quoted(raw: str) -> str:
    return "`" + escape.clean(raw, limit=120).replace("`", "'") + "`"


def describe(
    findings: Sequence[Finding], visibility: Visibility, language: Language
) -> tuple[str, str]:
    """Returns what to tell the member: `(message, next_step)`, both empty if nothing was found.

    The message says the first two findings (more would bury the first); the next step belongs to
    the first. For a hidden check each finding goes through `hide` and is said in its hidden form.
    Findings under `info.` are passed over. A code without a sentence gives the general one.
    """
    told = [finding for finding in findings if not finding.code.startswith("info.")]
    if not told:
        return "", ""
    words = catalogue(language)
    # The same finding about another column would only repeat the sentence.
    others = [finding for finding in told if finding.code != told[0].code]
    messages = [_message(words, finding, visibility) for finding in (told[0], *others[:1])]
    return " ".join(messages), next_step(told[0], visibility, language)


def next_step(finding: Finding, visibility: Visibility, language: Language) -> str:
    """Returns the one next step for a finding."""
    words = catalogue(language)
    shown = hide(finding) if visibility == "hidden" else finding
    keys = (f"finding.{finding.code}.next", f"{finding.code}.next")
    key = next((key for key in keys if words.has(key)), "check.unknown_finding.next")
    return _filled(words, key, shown.params)


def _message(words: Catalogue, finding: Finding, visibility: Visibility) -> str:
    shown = hide(finding) if visibility == "hidden" else finding
    own = f"finding.{finding.code}"
    keys = (f"{own}.{visibility}", own, finding.code)
    key = next((key for key in keys if words.has(key)), "check.unknown_finding")
    return _filled(words, key, shown.params)


def _filled(words: Catalogue, key: str, params: Mapping[str, JSON]) -> str:
    """Says a sentence; a finding read from a file may lack a value, which shows as a dash."""
    names = [name for _, name, _, _ in Formatter().parse(words.template(key)) if name]
    return words.say(key, **{**dict.fromkeys(names, "–"), **params})
