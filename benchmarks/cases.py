"""A thousand cases of a trivial function in one start of the sandbox, each within its own limits.

    .venv/bin/python benchmarks/cases.py [--rounds 5] [--cases 1000]

`all right` is a function that adds two numbers; in `one in a hundred spins` ten of the thousand
break their limit of computing time, and the cases around them must be accepted all the same. A bare
loop of `fork` and `wait` is timed beside it: the least that a process a case can cost here. Prints
medians of wall seconds from the start of the sandbox to its end, and whether verdicts are right.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from autograder import assignment, kinds
from autograder.kinds import Surroundings

TOML = """format_version = 1
id = "many"
kind = "code"
title = { ko = "많은 사례", en = "Many cases" }
[code]
[code.limits]
cpu_s = 0.2
wall_s = 1.0
memory_mb = 64
output_kb = 16
[answers.all]
type = "cases"
points = 1
cases = "all"
"""
RIGHT = "def solution(a, b):\n    return a + b\n"
SPINS = "def solution(a, b):\n    while a % 100 == 50:\n        pass\n    return a + b\n"


def run(base: Path, program: str, count: int) -> tuple[float, int, int]:
    """Seconds, accepted cases, and cases over their limit."""
    folder = base / f"{time.monotonic_ns()}" / "many"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(TOML, "utf-8")
    cases = f"def all(random):\n    return ((n, random.randrange(9)) for n in range({count}))\n"
    (folder / "cases.py").write_text(cases, "utf-8")
    (folder / "solution.py").write_text(program, "utf-8")
    target = assignment.load(folder)
    kind = kinds.of(target)
    submission = kind.stage(target, folder / "solution.py", folder / "staged")
    started = time.monotonic()
    captured = kind.capture(submission, target, Surroundings(None, 1))
    seconds = time.monotonic() - started
    rows = json.loads(captured.answers["all"][1])["cases"]
    right = sum(
        row["status"] == "ran" and row.get("value") == str(sum(json.loads(row["given"])))
        for row in rows
    )
    over = sum(row.get("signal") == signal.SIGPROF for row in rows)
    return seconds, right, over


def forks(count: int) -> float:
    """Seconds of as many bare forks."""
    started = time.monotonic()
    for _ in range(count):
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitpid(child, 0)
    return time.monotonic() - started


def main() -> int:
    """Print the figures; 0 if all verdicts are right and the median is under three seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", type=int, default=1000)
    options = parser.parse_args()
    spinning = options.cases // 100
    fine = True
    with tempfile.TemporaryDirectory(prefix="cases-") as name:
        base = Path(name)
        base.chmod(0o755)
        taken, bare = [], []
        for _ in range(options.rounds):
            seconds, right, over = run(base, RIGHT, options.cases)
            fine = fine and right == options.cases and over == 0
            taken.append(seconds)
            bare.append(forks(options.cases))
        lost, right, over = run(base, SPINS, options.cases)
        fine = fine and right == options.cases - spinning and over == spinning
    median, fork = statistics.median(taken), statistics.median(bare)
    print(f"all right: {median:.2f} s for {options.cases} cases, {median / fork:.2f} × bare forks")
    print(f"bare forks: {fork:.2f} s")
    print(f"one in a hundred spins: {lost:.2f} s, {over} over the limit, {right} accepted")
    print("verdicts right" if fine else "VERDICTS WRONG")
    return 0 if fine and median < 3.0 else 1


if __name__ == "__main__":
    sys.exit(main())
