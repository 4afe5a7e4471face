"""How often the estimate of growth names the right class: a labelled set of programs, many runs.

    .venv/bin/python benchmarks/growth.py [--rounds 5] [--only n2] [--verbose]

Each program runs as a member's does: in the sandbox, on inputs that a generator draws from a fresh
seed, timed by the judge. `named` counts runs whose class is the label; `untold` those that say
"cannot tell"; the rest named a wrong class, and `unfair` are those that would have cost a member
points: a class above the label (n log n is never held against a limit of n).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from growth_programs import PROGRAMS

from autograder import assignment, kinds
from autograder.grade.compare.growth import classify
from autograder.grade.growth import exceeds
from autograder.kinds import Surroundings

TOML = """format_version = 1
id = "growth"
kind = "code"
title = { ko = "증가", en = "Growth" }
[code]
mode = "function"
[code.limits]
cpu_s = 4.0
memory_mb = 1024
output_kb = 4096
[answers.speed]
type = "growth"
points = 1
at_most = "2^n"
"""


def run(generator: str, program: str, seed: int, folder: Path) -> list[dict[str, Any]]:
    """The rows that the judge measured."""
    base = folder / f"run-{time.monotonic_ns()}" / "growth"
    base.mkdir(parents=True)
    (base / "assignment.toml").write_text(TOML, "utf-8")
    (base / "cases.py").write_text(f"def sizes(random, n):\n    return {generator}\n", "utf-8")
    (base / "solution.py").write_text(program + "\n", "utf-8")
    target = assignment.load(base)
    kind = kinds.of(target)
    submission = kind.stage(target, base / "solution.py", base / "staged")
    captured = kind.capture(submission, target, Surroundings(None, seed))
    rows = json.loads(captured.answers["speed"][1])["cases"]
    return [row for row in rows if row["status"] == "ran" and not row["late"]]


def main() -> int:
    """Print the table; 0 if at least 95 % of the runs named the right class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="programs whose name holds this")
    parser.add_argument("--keep", type=Path, help="a file that takes the measured rows as JSON")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    kept = []
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        Path(name).chmod(0o755)
        for label, programs in PROGRAMS.items():
            for title, (generator, program) in programs.items():
                if options.only not in title:
                    continue
                said = Counter()
                for seed in range(options.rounds):
                    rows = run(generator, program, seed, Path(name))
                    kept.append({"label": label, "program": title, "rows": rows})
                    said[classify(rows).name or "?"] += 1
                total["runs"] += options.rounds
                total["named"] += said[label]
                total["untold"] += said["?"]
                total["unfair"] += sum(
                    count for each, count in said.items() if each != "?" and exceeds(each, label)
                )
                told = ", ".join(f"{each} {count}" for each, count in said.most_common())
                print(f"{label:8} {title:18} {told}", flush=True)
    if not total["runs"]:
        parser.error(f"no program is called {options.only}")
    if options.keep:
        options.keep.write_text(json.dumps(kept), "utf-8")
    print(
        f"programs {total['runs'] // options.rounds}, runs {total['runs']}: "
        f"named {total['named'] / total['runs']:.1%}, "
        f"untold {total['untold'] / total['runs']:.1%}, unfair {total['unfair']}"
    )
    return 0 if total["named"] >= 0.95 * total["runs"] else 1


if __name__ == "__main__":
    sys.exit(main())
