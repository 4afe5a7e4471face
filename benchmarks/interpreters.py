"""One proof of an assignment under several Pythons, in turn: what does the build of Python matter?

    .venv/bin/python benchmarks/interpreters.py PYTHON PYTHON… [--rounds 5]
        [--command validate c01-duplicate-orders]

Makes an environment of each Python as it is, with the packages of the set `grader`, and runs the
command in each, with a cache of its own that an uncounted first run has filled. Prints medians of
wall seconds, and the ratio to the first Python's, pair by pair.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from one_notebook import in_turn, measure, ratio

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = [str(ROOT / "requirements" / f"{name}.txt") for name in ("bootstrap", "grader")]


def prepare(python: str, folder: Path, command: list[str]) -> Callable[[], tuple[float, float]]:
    """An environment of that Python; the timed run of the command in it."""
    place = folder / "environment"
    own = str(place / "bin" / "python")
    pip = ["-I", "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r"]
    uv = ["pip", "sync", "--quiet", "--python", own, "--compile-bytecode", "--require-hashes"]
    steps = [
        [python, "-I", "-m", "venv", str(place)],
        [own, *pip, REQUIREMENTS[0]],
        [str(place / "bin" / "uv"), *uv, *REQUIREMENTS],
    ]
    for step in steps:
        subprocess.run(step, check=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "member")]),
        "PIONEERS_CACHE": str(folder / "cache"),
    }
    whole = [own, "-P", "-m", "autograder", *command]
    measure(whole, cwd=ROOT, environment=environment)
    return lambda: measure(whole, cwd=ROOT, environment=environment)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pythons", nargs="+", metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--command", nargs="+", default=["validate", "c01-duplicate-orders"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        sides = {
            python: prepare(python, Path(name) / str(number), options.command)
            for number, python in enumerate(options.pythons)
        }
        taken = in_turn(sides, options.rounds)
    print(f"\n{' '.join(options.command)}, {options.rounds} rounds, {os.cpu_count()} cores\n")
    print("| Python | median s | ÷ first |\n|:--|--:|--:|")
    for side, runs in taken.items():
        middle = statistics.median(seconds for seconds, _ in runs)
        print(f"| {side} | {middle:.1f} | {ratio(runs, taken[options.pythons[0]])} |")


if __name__ == "__main__":
    main()
