"""Korean text cut into the words it is found by: nouns, compounds and their parts, verb stems.

kiwipiepy does the cutting; it is loaded at the first text that needs it. Particles and endings go
here, and again in the browser, which has no such library: it gets the few shapes that each verb
stem takes (`틀리다`: 틀리, 틀려, 틀렸, 틀린, 틀릴, 틀립).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.site.search import latin

if TYPE_CHECKING:
    from kiwipiepy import Kiwi, Token

_NOUNS = ("NNG", "NNP", "XR", "NR")
_JOINED = (*_NOUNS, "NNB", "XPN", "XSN", "SN")
_VERBS = ("VV", "VA")
_EMPTY = {"하다", "되다", "있다", "이다", "들", "것", "수"}
"""Words in nearly every sentence, which tell no section from another."""
_SHAPES: tuple[tuple[tuple[tuple[str, str], ...], str], ...] = (
    ((("지", "EC"),), "지"),
    ((("어", "EC"),), ""),
    ((("었", "EP"), ("다", "EF")), "다"),
    ((("ᆫ", "ETM"),), ""),
    ((("ᆯ", "ETM"),), ""),
    ((("ᆸ니다", "EF"),), "니다"),
    ((("으면", "EC"),), "면"),
    ((("는", "ETM"),), "는"),
)
"""Endings that a stem is joined with, and what is taken off again behind them."""
_SYLLABLE = re.compile(r"[\uac00-\ud7a3]")


@dataclass
class Segmenter:
    """Cuts texts; keeps the shapes of every verb it has met.

    Attributes:
        names: nouns to keep whole, as people write them.
        shapes: by a verb (`틀리다`) the beginnings of words that it shows as.
    """

    names: Sequence[str] = ()
    shapes: dict[str, list[str]] = field(default_factory=dict)

    def terms(self, texts: Iterable[str]) -> list[list[str]]:
        """The terms of each text in the order of reading, Latin words among them."""
        found = []
        for text in texts:
            words = [
                term
                for word, start in latin.words(text)
                if not _is_bare_number(word, text[start + len(word) : start + len(word) + 1])
                for term in latin.terms(word)
            ]
            found.append(words + (self._korean(text) if _SYLLABLE.search(text) else []))
        return found

    def _korean(self, text: str) -> list[str]:
        names = [
            (start, start + len(word)) for word, start in latin.words(text) if not word.isdigit()
        ]
        terms: list[str] = []
        run: list[Token] = []
        for token in self._loaded().tokenize(text):
            if run and not (token.tag in _JOINED and token.start == run[-1].end):
                terms += self._nouns(run)
                run = []
            if token.tag == "SN" and any(start <= token.start < end for start, end in names):
                continue  # a digit of a name such as w1d2
            if token.tag in _JOINED and token.form != "들":
                run.append(token)
            elif token.tag.startswith(_VERBS):
                terms.append(self._verb(token))
            elif token.tag == "MAG" and len(token.form) > 1:
                terms.append(token.form)
        terms += self._nouns(run)
        return [term for term in terms if term not in _EMPTY]

    def _nouns(self, run: list[Token]) -> list[str]:
        """A run of nouns without a space between: the whole, its beginnings, its parts."""
        if not run:
            return []
        forms = [token.form.replace(" ", "") for token in run]
        parts = [part for token in run if " " in token.form for part in token.form.split()]
        if len(run) == 1:
            lone = run[0].tag in _NOUNS or (run[0].tag == "SN" and len(forms[0]) > 1)
            return forms + parts if lone else []
        wholes = ["".join(forms[:end]) for end in range(2, min(len(forms), 4) + 1)]
        wholes += ["".join(forms[at : at + 2]) for at in range(1, len(forms) - 1)]
        parts += [
            form for form, token in zip(forms, run, strict=True)
            if token.tag in _NOUNS and len(form) > 1
        ]  # fmt: skip
        return wholes + parts

    def _verb(self, token: Token) -> str:
        verb = f"{token.form}다"
        if verb not in self.shapes:
            self.shapes[verb] = self._shapes(token.form, token.tag)
        return verb

    def _shapes(self, stem: str, tag: str) -> list[str]:
        joined = (
            self._loaded().join([(stem, tag), *endings]).removesuffix(cut)
            for endings, cut in _SHAPES
        )
        return list(dict.fromkeys(shape for shape in joined if shape))

    def _loaded(self) -> Kiwi:
        return _kiwi(tuple(self.names))


@functools.lru_cache(maxsize=1)
def _kiwi(names: tuple[str, ...]) -> Kiwi:
    """The library with our names: two seconds, and a third of a GB of memory."""
    from kiwipiepy import Kiwi

    # Neither proper names from an encyclopedia nor a list of typing errors: both are slow to load.
    kiwi = Kiwi(num_workers=1, load_multi_dict=False, load_typo_dict=False)
    for name in names:
        kiwi.add_user_word(name, "NNP", 5.0)
    return kiwi


def _is_bare_number(word: str, following: str) -> bool:
    """A digit alone, or digits before a counter: `9시간` is one Korean word."""
    return word.isdigit() and (len(word) == 1 or bool(_SYLLABLE.match(following)))
