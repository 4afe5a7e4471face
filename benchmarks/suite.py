"""How long the tests take, measured in what `nbgrader autograde` takes on the same machine.

    .venv/bin/python benchmarks/suite.py [--rounds 2]

Grades the Spark notebook of `one_notebook.py` by nbgrader a few times before `./pioneers test` and
as often after it, so that a machine which is slow today is slow for both. Prints the seconds of
each run and how many medians of nbgrader's the tests take.

Goal: at most 30, which is ten minutes where nbgrader takes 20 s.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from one_notebook import measure, prepare

ROOT = Path(__file__).resolve().parent.parent
MOST = 30


def main() -> None:
    """Measure one, the other and the one again; print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        nbgrader = prepare(Path(name), "spark")["nbgrader"]
        before = [nbgrader()[0] for _ in range(rounds)]
        print("nbgrader:", *(f"{each:.1f} s" for each in before), file=sys.stderr)
        tests, _ = measure([str(ROOT / "pioneers"), "test"], cwd=ROOT, environment={**os.environ})
        print(f"tests: {tests:.0f} s", file=sys.stderr)
        after = [nbgrader()[0] for _ in range(rounds)]
        print("nbgrader:", *(f"{each:.1f} s" for each in after), file=sys.stderr)
    one = statistics.median(before + after)
    print(f"tests {tests:.0f} s, nbgrader {one:.1f} s: {tests / one:.0f} times (goal: {MOST})")


if __name__ == "__main__":
    main()
