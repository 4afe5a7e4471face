"""GitHub's expressions, as far as the workflows here use them: literals, contexts, operators, the
functions below. What it does not know is an error, so that a workflow cannot use it unnoticed.

Follows https://docs.github.com/en/actions/reference/workflows-and-actions/expressions: a property
that is not there is null, texts are compared without case, `&&` and `||` give one of their sides.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^']|'')*') | (?P<number>-?\d+(?:\.\d+)?) | (?P<name>[A-Za-z_][\w-]*)
        | (?P<sign>==|!=|<=|>=|&&|\|\||[!<>()\[\].,])
    )""",
    re.X,
)
_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.S)
STATUS = ("success", "failure", "always", "cancelled")


class UnknownExpression(Exception):
    """Something that this reader of expressions does not know."""


Functions = Mapping[str, Callable[..., Any]]


def functions(root: Path, status: Mapping[str, bool]) -> dict[str, Callable[..., Any]]:
    """The functions known: pure ones, `hashFiles` below `root`, and the status of the moment."""
    return {
        "startsWith": lambda text, start: string(text).lower().startswith(string(start).lower()),
        "contains": lambda text, part: string(part).lower() in string(text).lower(),
        "format": _format,
        "fromJSON": json.loads,
        "hashFiles": lambda *patterns: _hash(root, patterns),
        **{name: (lambda value=status[name]: value) for name in STATUS},
    }


def _format(template: str, *values: Any) -> str:
    return re.sub(r"\{(\d+)\}", lambda found: string(values[int(found[1])]), template)


def _hash(root: Path, patterns: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    files = sorted({path for pattern in patterns for path in root.glob(pattern)})
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest() if files else ""


def string(value: Any) -> str:
    """A value as GitHub writes it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def truthy(value: Any) -> bool:
    """Whether `if:` takes it for true."""
    return value not in (None, False, 0, "")


def fill(value: Any, contexts: Mapping[str, Any], known: Functions) -> Any:
    """A value of the YAML with its expressions put in; one that is nothing else keeps its type."""
    if isinstance(value, dict):
        return {key: fill(each, contexts, known) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, contexts, known) for each in value]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value.strip())
    if whole and "${{" not in whole[1]:
        return evaluate(whole[1], contexts, known)
    return _PLACE.sub(lambda found: string(evaluate(found[1], contexts, known)), value)


def evaluate(expression: str, contexts: Mapping[str, Any], known: Functions) -> Any:
    """The value of one expression, without its `${{ }}`."""
    reader = _Reader(expression, contexts, known)
    value = reader.either()
    if reader.kind:
        raise UnknownExpression(f"{expression.strip()}: {reader.word!r} is not expected")
    return value


def mentions_status(expression: str) -> bool:
    """Whether an `if:` asks for the status itself, so that none is implied."""
    return re.search(rf"\b({'|'.join(STATUS)})\s*\(", expression) is not None


class _Reader:
    """Reads an expression from left to right, computing as it goes."""

    def __init__(self, expression: str, contexts: Mapping[str, Any], known: Functions) -> None:
        self.expression, self.contexts, self.known = expression, contexts, known
        self.at, self.kind, self.word = 0, "", ""
        self.step()

    def step(self) -> str:
        """Go to the next token; give the one left behind."""
        left = self.word
        rest = self.expression[self.at :]
        if not rest.strip():
            self.kind = self.word = ""
            return left
        found = _TOKEN.match(rest)
        if found is None or found.lastgroup is None:
            raise UnknownExpression(f"{self.expression.strip()}: cannot read {rest.strip()[:20]!r}")
        self.at += found.end()
        self.kind, self.word = found.lastgroup, found[found.lastgroup]
        return left

    def expect(self, sign: str) -> None:
        if self.word != sign or self.kind != "sign":
            raise UnknownExpression(f"{self.expression.strip()}: no {sign!r} where one must be")
        self.step()

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.word in signs

    def either(self) -> Any:
        value = self.both()
        while self.is_sign("||"):
            self.step()
            other = self.both()
            value = value if truthy(value) else other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self.is_sign("&&"):
            self.step()
            other = self.compared()
            value = other if truthy(value) else value
        return value

    def compared(self) -> Any:
        value = self.single()
        while self.is_sign("==", "!="):
            sign = self.step()
            value = _same(value, self.single()) == (sign == "==")
        if self.is_sign("<", ">", "<=", ">="):
            raise UnknownExpression(f"{self.expression.strip()}: {self.word} is not used here")
        return value

    def single(self) -> Any:
        if self.is_sign("!"):
            self.step()
            return not truthy(self.single())
        if self.is_sign("("):
            self.step()
            value = self.either()
            self.expect(")")
            return self.inside(value)
        if self.kind == "text":
            return self.step()[1:-1].replace("''", "'")
        if self.kind == "number":
            return float(self.step())
        if self.kind == "name":
            return self.named(self.step())
        raise UnknownExpression(f"{self.expression.strip()}: ends too early")

    def named(self, name: str) -> Any:
        if name in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[name]
        if self.is_sign("("):
            self.step()
            values = []
            while not self.is_sign(")"):
                values.append(self.either())
                if self.is_sign(","):
                    self.step()
            self.step()
            if name not in self.known:
                raise UnknownExpression(f"no function {name}")
            return self.inside(self.known[name](*values))
        if name not in self.contexts:
            raise UnknownExpression(f"no context {name}")
        return self.inside(self.contexts[name])

    def inside(self, value: Any) -> Any:
        """What `.name` and `[key]` lead to; null where there is nothing."""
        while self.is_sign(".", "["):
            if self.step() == ".":
                if self.kind != "name":
                    raise UnknownExpression(f"{self.expression.strip()}: no name after a dot")
                key: Any = self.step()
            else:
                key = self.either()
                self.expect("]")
            if isinstance(value, Mapping):
                value = value.get(key if isinstance(key, str) else string(key))
            elif isinstance(value, list) and isinstance(key, float):
                value = value[int(key)] if int(key) < len(value) else None
            else:
                value = None
        return value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if type(one) is type(other) or (_number(one) is None) != (_number(other) is None):
        return bool(one == other)
    return _number(one) == _number(other)


def _number(value: Any) -> float | None:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
