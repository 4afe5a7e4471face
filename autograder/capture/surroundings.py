"""What a run is given, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.capture.patience import Patience


@dataclass(frozen=True)
class Surroundings:
    """What a run is given besides the submission.

    Attributes:
        data: the folder with one folder a table, or None; it may be yet to come.
        seed: of the data, and of every input that is drawn.
        official: False runs without a sandbox where there is none (a member's own check).
        drawn: returns when the data are there; meanwhile the sandbox starts.
        spare: called once, on any thread, when a processor has time for something else: at the
            latest when the member's code begins to run.
        patience: of a run that may turn out not to be wanted.
    """

    data: Path | None
    seed: int
    official: bool = True
    drawn: Callable[[], object] = lambda: None
    spare: Callable[[], None] = lambda: None
    patience: Patience | None = None
