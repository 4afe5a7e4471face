"""What the grading process is asked, and what it answers: two JSON files.

Both sides are ours; the files keep the grading process free of everything it need not know.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.files import write_whole
from autograder.models import AnswerSpec, Check, Finding, Language, Text

REQUEST, CHECKS = "request.json", "checks.json"
DECODING, SAID = "checks.decoding", "said.txt"
"""Files of a request's folder: the answer that is just being decoded, and complaints."""
STAYS = sys.platform == "linux"
"""Whether the process forks for each request; elsewhere it serves one and leaves."""


@dataclass(frozen=True)
class Request:
    """One grade to make.

    Attributes:
        answers: the declared answers to check.
        tests: the folder of the assignment's pytest files, or None.
        bundle: the member's sealed answers; `expected` the reference's.
        data: the folder with one folder a table, or None.
        poisoned: answers whose decoding killed an earlier grading process.
        public_only: True for `check`: hidden checks of `tests` are left out.
    """

    answers: tuple[AnswerSpec, ...]
    bundle: Path
    expected: Path
    tests: Path | None = None
    data: Path | None = None
    language: Language = "ko"
    poisoned: tuple[str, ...] = ()
    public_only: bool = False


def write_request(request: Request, path: Path) -> None:
    """Store a request as JSON."""
    path.write_text(json.dumps(asdict(request), default=str, ensure_ascii=False), "utf-8")


def read_request(path: Path) -> Request:
    """Load a request that `write_request` stored."""
    tree = json.loads(path.read_text("utf-8"))
    return Request(
        answers=tuple(_spec(each) for each in tree["answers"]),
        bundle=Path(tree["bundle"]),
        expected=Path(tree["expected"]),
        tests=Path(tree["tests"]) if tree["tests"] else None,
        data=Path(tree["data"]) if tree["data"] else None,
        language=tree["language"],
        poisoned=tuple(tree["poisoned"]),
        public_only=tree["public_only"],
    )


def _spec(tree: Mapping[str, Any]) -> AnswerSpec:
    fields = dict(tree)
    for key in ("title", "hint"):
        fields[key] = Text(**fields[key]) if fields[key] else None
    fields["more_hints"] = tuple(Text(**each) for each in fields["more_hints"])
    fields["keys"] = tuple(fields["keys"])
    fields["calls"] = tuple(tuple(call) for call in fields["calls"])
    return AnswerSpec(**fields)


def write_checks(checks: list[Check], path: Path) -> None:
    """Store the verdicts; the file appears whole or not at all."""
    raw = [asdict(check) for check in checks]
    write_whole(path, json.dumps(raw, ensure_ascii=False, default=str))


def read_checks(path: Path) -> tuple[Check, ...]:
    """Load the verdicts that `write_checks` stored."""
    return tuple(
        Check(**{**each, "findings": tuple(Finding(**finding) for finding in each["findings"])})
        for each in json.loads(path.read_text("utf-8"))
    )
