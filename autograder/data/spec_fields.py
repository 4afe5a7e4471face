"""Reads one TOML table key by key and says, in one line, what is wrong and how to mend it.

It knows nothing of datasets: `spec_reader` asks it for fields of a type.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from autograder.errors import DataError
from autograder.models import Text


def one_of(names: Collection[str]) -> str:
    """Return names for a message, in order: "a, b, c"."""
    return ", ".join(names)


def closest(name: str, names: Collection[str]) -> str:
    """Return the fix for a misspelt name: the nearest one known, else all of them."""
    near = get_close_matches(name, list(names), n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Use one of: {one_of(names)}"


class Fields:
    """The keys of one TOML table, taken one at a time; what is left over is an error.

    Args:
        data: the table as `tomllib` reads it.
        where: what a message names first, as "datasets/games/users.toml: column country".
    """

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        self._left = dict(data)
        self._known: list[str] = []
        self.where = where

    def fail(self, what: str, fix: str) -> NoReturn:
        """Raise the DataError that names this table."""
        raise DataError(f"{self.where}: {what}", fix=fix.rstrip("."))

    def has(self, key: str) -> bool:
        """Tell whether an optional key is there."""
        self._known.append(key)
        return key in self._left

    def take(self, key: str) -> Any:
        """Return a required key's value, of any type."""
        self._known.append(key)
        if key not in self._left:
            self.fail(f"key {key!r} is missing", f"Add {key} = …")
        return self._left.pop(key)

    def _typed(self, key: str, kind: type, article: str) -> Any:
        value = self.take(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fail(f"key {key!r} is {type(value).__name__}", f"Write {article} there")
        return value

    def text(self, key: str) -> str:
        """Return a string."""
        value: str = self._typed(key, str, "a text in quotes")
        return value

    def integer(self, key: str, low: int = -(2**62), high: int = 2**62) -> int:
        """Return a whole number within bounds."""
        value: int = self._typed(key, int, "a whole number")
        if not low <= value <= high:
            self.fail(f"key {key!r} is {value}", f"Write a number from {low} to {high}")
        return value

    def rate(self, key: str) -> float:
        """Return a share from 0 to 1."""
        value = self.take(key)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            self.fail(f"key {key!r} is {value!r}", "Write a share from 0 to 1, such as 0.05")
        return float(value)

    def day(self, key: str) -> date:
        """Return a day."""
        value: date = self._typed(key, date, "a day such as 2026-01-31, without quotes")
        if isinstance(value, datetime):
            self.fail(f"key {key!r} has a time", "Write the day alone, such as 2026-01-31")
        return value

    def days(self) -> tuple[date, date]:
        """Return `first` and `last`, in this order."""
        first, last = self.day("first"), self.day("last")
        if last < first:
            self.fail("key 'last' is before 'first'", "Swap them")
        return first, last

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, neither empty nor with one twice."""
        value: list[Any] = self._typed(key, list, "a list of texts")
        if not value or not all(isinstance(item, str) and item for item in value):
            self.fail(f"key {key!r} is not a list of texts", 'Write it as ["a", "b"]')
        if len({item.casefold() for item in value}) < len(value):
            self.fail(f"key {key!r} has an item twice", "Remove the second one")
        return tuple(value)

    def about(self, key: str) -> Text:
        """Return a text in both languages."""
        inner = self.inner(key)
        text = Text(ko=inner.text("ko"), en=inner.text("en"))
        inner.finish()
        return text

    def inner(self, key: str) -> Fields:
        """Return a table within this one."""
        value: dict[str, Any] = self._typed(key, dict, "a table, as { key = value }")
        return Fields(value, f"{self.where}: {key}")

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a table with free keys, not empty."""
        value: dict[str, Any] = self._typed(key, dict, "a table, as { key = value }")
        if not value:
            self.fail(f"key {key!r} is empty", "Add at least one entry")
        return value

    def integers(self, key: str, low: int = 0) -> dict[str, int]:
        """Return a table of whole numbers with free keys."""
        inner = Fields(self.mapping(key), f"{self.where}: {key}")
        found = {name: inner.integer(name, low, 2**40) for name in inner.names()}
        return found

    def names(self) -> tuple[str, ...]:
        """Return the keys that are left, in the file's order."""
        return tuple(self._left)

    def weights(self, key: str, count: int) -> tuple[int, ...]:
        """Return a list of exactly `count` whole numbers, not negative and not all 0."""
        value: list[Any] = self._typed(key, list, f"a list of {count} numbers")
        whole = all(type(item) is int and 0 <= item < 2**20 for item in value)
        if len(value) != count or not whole or not any(value):
            self.fail(f"key {key!r} is wrong", f"Write {count} whole numbers, not all of them 0")
        return tuple(value)

    def finish(self) -> None:
        """Raise if a key is left that nobody asked for."""
        for key in self._left:
            self.fail(f"key {key!r} is not known", closest(key, self._known))
