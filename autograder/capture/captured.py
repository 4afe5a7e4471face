"""What comes out of one run, whatever its kind: answers as bytes, and why others did not arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder import bundle
from autograder.capture.listener import Problem
from autograder.models import Run


@dataclass
class Captured:
    """All that came out of one run.

    Attributes:
        answers: name to (media, bytes); media is `parquet`, `json` or `png`.
        problems: name to the reason, for answers that did not arrive.
        notebook: the executed notebook as the worker left it, or None.
        unfit: why this will not do as a reference, for kinds whose answers always arrive; empty
            if it will.
    """

    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    run: Run = Run()
    notebook: bytes | None = None
    sandbox: str = "none"
    unfit: str = ""

    def seal(self, folder: Path) -> bundle.Bundle:
        """Seal the answers as a bundle."""
        problems = {name: (problem.code, problem.detail) for name, problem in self.problems.items()}
        return bundle.seal(
            folder, self.answers, problems=problems, run=self.run, notebook=self.notebook
        )
