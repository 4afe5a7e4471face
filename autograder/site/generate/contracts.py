"""The reference of the files that the project reads and writes, and their JSON Schemas.

Tables come from the models themselves (`schemas`); examples are real: a sample report, the record
that it would be, this cohort's own file. Knows nothing of how a grade is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from autograder import assignment as assignments
from autograder.assignment.schema import AnswerTable
from autograder.authoring.golden import read_sample
from autograder.cohort import FILE as COHORT
from autograder.ledger.record import Origin, dump, grade_record
from autograder.models import LANGUAGES, Check, Language, Report
from autograder.report import to_json
from autograder.site.generate import markup, schemas
from autograder.site.generate.schemas import Field, Schema
from autograder.site.generated import Generated, Sources
from autograder.text import escape
from autograder.text.catalogue import describe

EXAMPLE: Final = Path(__file__).with_name("example.toml")
_SHARED: Final = {field.name for field in fields_of(AnswerTable)}
_SOURCES: Final = {
    "assignment": "autograder/assignment/schema.py",
    "report": "autograder/models.py",
    "ledger": "autograder/ledger/record.py",
    "cohort": "autograder/cohort/__init__.py",
}
_ORIGIN: Final = Origin(
    repository="garam-example/cohort",
    pull_request=12,
    login="haneul-example",
    commit="5eed5eed" * 5,
    trigger="push",
    received_at=datetime(2026, 6, 3, 12, 10, tzinfo=UTC),
)


def pages(sources: Sources) -> Iterator[Generated]:
    """A page for each contract, with its schema beside it."""
    shown = dict(examples(sources))
    for name, make in schemas.SCHEMAS.items():
        schema = make()
        body = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for language in LANGUAGES:
            text = _text(name, schema, language, shown.get(name))
            yield Generated(f"{language}/reference/{name}.md", text, _SOURCES[name])
            yield Generated(f"{language}/reference/{name}.schema.json", body, _SOURCES[name])


def examples(sources: Sources) -> Iterator[tuple[str, tuple[str, str]]]:
    """An example of each contract, where there is one: its name, its language and its text."""
    yield "assignment", ("toml", EXAMPLE.read_text("utf-8"))
    report = _report()
    if report is not None:
        yield "report", ("json", to_json(report))
        yield "ledger", ("json", dump(grade_record(report, _ORIGIN)).decode())
    cohort = sources.root / COHORT
    if cohort.is_file():
        yield "cohort", ("toml", cohort.read_text("utf-8-sig"))


def _report() -> Report | None:
    """The shortest sample there is, with the messages that its findings tell."""
    found = [report for each in assignments.load_all() if (report := read_sample(each))]
    if not found:
        return None
    report = min(found, key=lambda each: len(to_json(each)))

    def told(check: Check) -> Check:
        said = describe(check.findings, check.visibility, report.language)[0]
        return replace(check, message=check.message or said)

    return replace(report, checks=tuple(map(told, report.checks)))


def _text(name: str, schema: Schema, language: Language, example: tuple[str, str] | None) -> str:
    def say(key: str) -> str:
        return markup.words(language, f"contract.{key}")

    parts = [f"# {say(f'{name}_title')}", say(f"{name}_lead")]
    parts.append(markup.button(say("schema"), f"{name}.schema.json", file=f"{name}.schema.json"))
    if example:
        parts += [
            markup.heading(2, say("example"), "example"),
            markup.fenced(example[1], example[0]),
        ]
    for owner, each in schemas.objects(schema).items():
        own = schemas.fields(owner, each)
        if owner.endswith("Answer"):  # what all answers may say is told once
            own = [field for field in own if field.name not in _SHARED]
        parts += _object(owner, str(each.get("description", "")), own, language)
    return markup.page(*parts)


def _object(owner: str, about: str, own: list[Field], language: Language) -> Iterator[str]:
    def say(key: str) -> str:
        return markup.words(language, f"contract.{key}")

    told = schemas.object_told(owner, language) or about
    heads = [say(f"column_{name}") for name in ("field", "type", "meaning", "default")]
    rows = [
        [
            escape.page_code(field.name),
            kind(field.schema, language),
            escape.page_prose(field.about(language)),
            say("required") if field.required else _default(field.schema),
        ]
        for field in own
    ]
    yield markup.heading(2, escape.page_code(owner), owner)
    yield escape.page_prose(told)
    yield markup.table(heads, rows)


def kind(schema: Schema, language: Language) -> str:
    """What a value may be, as a reader of the table takes it in."""

    def word(name: str) -> str:
        return markup.words(language, f"contract.type_{name}")

    if "$ref" in schema:
        owner = schema["$ref"].rpartition("/")[2]
        return f"[{escape.page_code(owner)}](#{owner})"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " · ".join(escape.page_code(str(value)) for value in values)
    if "anyOf" in schema or "oneOf" in schema:
        either = schema.get("anyOf") or schema["oneOf"]
        parts = [each for each in either if each.get("type") != "null"]
        return " · ".join(kind(each, language) for each in parts)
    if schema.get("type") == "array":
        return markup.words(language, "contract.list_of", what=_inner(schema["items"], language))
    if schema.get("type") == "object":
        inside = schema.get("additionalProperties", schema.get("patternProperties"))
        if isinstance(inside, dict) and "patternProperties" in schema:
            inside = next(iter(schema["patternProperties"].values()))
        return markup.words(language, "contract.table_of", what=_inner(inside, language))
    name = str(schema.get("format") or schema.get("type") or "any").replace("-", "_")
    return word(name) + _bounds(schema)


def _inner(schema: Any, language: Language) -> str:
    if isinstance(schema, dict) and schema:
        return kind(schema, language)
    return markup.words(language, "contract.type_any")


def _bounds(schema: Schema) -> str:
    limits = (("≥", "minimum"), (">", "exclusiveMinimum"), ("≤", "maximum"),
              ("<", "exclusiveMaximum"))  # fmt: skip
    known = [(sign, schema[name]) for sign, name in limits if name in schema]
    said = [f"{sign} {bound:,.10g}" for sign, bound in known if abs(bound) < 2**53]
    return f" ({', '.join(said)})" if said else ""


def _default(schema: Schema) -> str:
    value = schema.get("default")
    if value is None or isinstance(value, dict) or value in ("", []):
        return ""
    return escape.page_code(re.sub(r"\s+", " ", json.dumps(value, ensure_ascii=False)))
