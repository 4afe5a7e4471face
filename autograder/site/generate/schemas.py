"""The contracts as JSON Schema, from the models that read and write the files.

A field is told by the `Attributes:` of its class; what those do not tell is in `fields.en.toml`,
and all of it in Korean in `fields.ko.toml`, by `field` or by `Class.field`. Knows no page.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from autograder.assignment.kinds import KINDS
from autograder.assignment.schema import AnswerTable, File
from autograder.cohort import Cohort
from autograder.ledger.record import Record
from autograder.models import LANGUAGES, Language, Report

Schema = dict[str, Any]
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/$defs/"
_ATTRIBUTES = re.compile(r"\n\nAttributes:\n(.*?)(?:\n\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^    (\w+(?:, \w+)*): (.*?)(?=^    \w|\Z)", re.DOTALL | re.MULTILINE)


def assignment() -> Schema:
    """Of `assignment.toml`: the tables of all kinds, and by the kind its own table and answers."""
    schema = _read(TypeAdapter(File))
    common = _taken(schema, TypeAdapter(AnswerTable))
    del schema["$defs"][AnswerTable.__name__]["additionalProperties"]  # a kind's answers say more
    schema["properties"]["answers"] = {"type": "object", "additionalProperties": common}
    schema["allOf"] = []
    for name, kind in KINDS.items():
        answer = _taken(schema, TypeAdapter(kind.answer))
        then: Schema = {"answers": {"additionalProperties": answer}}
        if kind.table is not None:
            then[name] = schema["properties"][name] = _taken(schema, TypeAdapter(kind.table))
        schema["allOf"].append(
            {"if": {"properties": {"kind": {"const": name}}}, "then": {"properties": then}}
        )
    return schema


def report() -> Schema:
    """Of `report.json`."""
    return _read(TypeAdapter(Report))


def record() -> Schema:
    """Of the file of one record of the ledger, with its hash."""
    schema = _read(TypeAdapter(Record))
    schema["properties"]["sha256"] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    schema["required"] = [*schema["required"], "sha256"]
    return schema


def cohort() -> Schema:
    """Of `cohort.toml`."""
    return _read(TypeAdapter(Cohort))


SCHEMAS: Final[Mapping[str, Callable[[], Schema]]] = {
    "assignment": assignment,
    "report": report,
    "ledger": record,
    "cohort": cohort,
}
"""The contracts by the names of their pages."""


@dataclass(frozen=True)
class Field:
    """One field of an object, as a page tells it.

    Attributes:
        owner: the name of the object's class.
        schema: what the field may be.
        required: True if it has no default.
    """

    owner: str
    name: str
    schema: Schema
    required: bool

    def about(self, language: Language) -> str:
        """What it is for; empty where nobody has written it."""
        own = _told(language)
        said = own.get(f"{self.owner}.{self.name}") or own.get(self.name, "")
        described = str(self.schema.get("description", ""))
        return (described or said) if language == "en" else said


def objects(schema: Schema) -> dict[str, Schema]:
    """The objects of a contract by class, the file itself first, the others as they are met."""
    found = {str(schema["title"]): schema}
    waiting = [schema]
    while waiting:
        for name in _references(waiting.pop(0)):
            if name not in found:
                found[name] = schema["$defs"][name]
                waiting.append(found[name])
    return found


def fields(name: str, schema: Schema) -> list[Field]:
    """The fields of one object, in the order in which they are declared."""
    required = schema.get("required", ())
    return [
        Field(name, key, value, key in required)
        for key, value in schema.get("properties", {}).items()
    ]


def object_told(name: str, language: Language) -> str:
    """What an object is, by the files of descriptions; empty where its class tells it."""
    return _told(language).get(name, "")


def told_names() -> dict[Language, set[str]]:
    """The names that the files of descriptions have, by language."""
    return {language: set(_told(language)) for language in LANGUAGES}


@cache
def _told(language: Language) -> Mapping[str, str]:
    path = Path(__file__).with_name(f"fields.{language}.toml")
    found: dict[str, str] = tomllib.loads(path.read_text("utf-8"))
    return found


def _read(adapter: TypeAdapter[Any]) -> Schema:
    schema = adapter.json_schema()
    for each in (schema, *schema.get("$defs", {}).values()):
        _settle(each)
    return {"$schema": _DIALECT, **schema}


def _taken(schema: Schema, adapter: TypeAdapter[Any]) -> Schema:
    """Another type's schema, its definitions put among those of `schema`; a reference to it."""
    other = _read(adapter)
    del other["$schema"]
    schema.setdefault("$defs", {}).update(other.pop("$defs", {}))
    name = other.get("title")
    if name is None:
        return other
    schema["$defs"][name] = other
    return {"$ref": f"{_REF}{name}"}


def _settle(schema: Schema) -> None:
    """Give each field what its class tells of it, and drop titles that only repeat a name."""
    text = str(schema.get("description", ""))
    attributes = _ATTRIBUTES.search(text)
    told: dict[str, str] = {}
    for names, said in _FIELD.findall(attributes[1] if attributes else ""):
        told |= dict.fromkeys(names.split(", "), " ".join(said.split()))
    if text:
        schema["description"] = _ATTRIBUTES.sub("", text).strip()
    for name, value in schema.get("properties", {}).items():
        if isinstance(value, dict):
            value.pop("title", None)
            if name in told:
                value["description"] = told[name]


def _references(value: Any) -> list[str]:
    """The definitions that a schema names, `$defs` itself left aside."""
    if isinstance(value, list):
        return [name for each in value for name in _references(each)]
    if not isinstance(value, dict):
        return []
    here = [value["$ref"].removeprefix(_REF)] if "$ref" in value else []
    return here + [
        name for key, each in value.items() if key != "$defs" for name in _references(each)
    ]
