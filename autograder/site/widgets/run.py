"""Coding tests that run in the page: the public cases of one, as data inside of its page.

    block = run.block(assignment, "ko")       # HTML for the page, empty where none can run there

Expected answers are the reference solution's, by the path of every grade and from the same cache;
a machine without a sandbox runs it without one, since it is the author's own. Hidden cases are
neither drawn nor answered here. The scripts of the theme (`assets/javascripts/run/`) do the rest.
"""

from __future__ import annotations

import html
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder import bundle, kinds
from autograder.assignment import Assignment
from autograder.assignment.code import CodeTable
from autograder.capture import sandbox
from autograder.kinds import Surroundings
from autograder.models import AnswerSpec, Language
from autograder.reference import PUBLIC_SEED, expected_answers
from autograder.text.catalogue import catalogue

LANGUAGE = "python"
"""What Pyodide runs."""
_KEPT = ("index", "given", "status", "value", "text", "encoded")


def runs(assignment: Assignment) -> bool:
    """Whether an assignment can be tried in its page: a coding test with public cases."""
    settings = assignment.settings
    fits = isinstance(settings, CodeTable) and settings.language == LANGUAGE
    return fits and bool(_public(assignment).answers)


def block(assignment: Assignment, language: Language) -> str:
    """The HTML that makes a page's coding test run; empty where it cannot run there.

    Put it on a line of its own, where the reader is to write code.

    Raises:
        AssignmentError: the cases cannot be drawn.
        ReferenceFailed: the reference solution did not give every answer.
    """
    if not runs(assignment):
        return ""
    words = catalogue(language)
    begin, note, without = (
        html.escape(words.say(f"run.{key}")) for key in ("begin", "note", "without")
    )
    return (
        f'<div class="run" data-run="{html.escape(assignment.id)}">'
        f'<p class="run__begin"><button type="button" class="md-button md-button--primary"'
        f' disabled>{begin}</button> <span class="run__note">{note}</span></p>'
        f"<noscript><p>{without}</p></noscript>"
        f'<script type="application/json">{embedded(job(assignment, language))}</script></div>'
    )


def job(assignment: Assignment, language: Language) -> dict[str, Any]:
    """What the page's worker is told: limits, starter, and each group's cases with answers."""
    settings: CodeTable = assignment.settings
    public = _public(assignment)
    with tempfile.TemporaryDirectory(prefix="pioneers-page-") as name:
        starter = kinds.of(assignment).write_starter(assignment, Path(name) / "starter")
        around = Surroundings(None, PUBLIC_SEED, official=not sandbox.unavailable())
        sealed = expected_answers(public, Path(name), around)
        return {
            "id": assignment.id,
            "language": language,
            "mode": settings.mode,
            "entry": settings.entry,
            "keep_arguments": settings.keep_arguments,
            "limits": asdict(settings.limits),
            "starter": starter.read_text("utf-8"),
            "growth": any(answer.type == "growth" for answer in assignment.answers),
            "groups": [
                _group(spec, bundle.load(sealed, spec), language) for spec in public.answers
            ],
        }


def embedded(value: Any) -> str:
    """JSON on one line that no HTML parser takes for a tag."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _public(assignment: Assignment) -> Assignment:
    public = assignment.public()
    return replace(public, answers=tuple(a for a in public.answers if a.type == "cases"))


def _group(spec: AnswerSpec, document: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """One group; of a record, what decides. Times and memory differ from machine to machine."""
    cases = [{key: row[key] for key in _KEPT if key in row} for row in document["cases"]]
    kept = {key: document[key] for key in ("mode", "entry", "limits", "checker")}
    return {
        "name": spec.name,
        "title": spec.title[language] if spec.title else spec.name,
        "hint": spec.hint[language] if spec.hint else "",
        "checker": spec.options.get("checker", "exact"),
        "tolerance": spec.tolerance,
        "expected": {**kept, "cases": cases},
    }
