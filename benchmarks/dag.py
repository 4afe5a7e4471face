"""One DAG, officially graded, against what its author would do by hand, in turn.

    PIONEERS_REQUIREMENTS=all ./pioneers doctor    # once: an environment that has Airflow
    .venv/bin/python benchmarks/dag.py [--rounds 5]

By hand is `airflow db migrate` on an empty home and `python dag.py`, whose last line is one
`dag.test()`. `pioneers` is the whole official grade of the same file: five runs in three scenarios,
on a fresh seed (data drawn, reference run beside the submission); `cached` is the same on a seed
whose reference is known, as when a cohort is graded. Prints medians of wall seconds, and the ratios
pair by pair.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autograder import data
from autograder.capture import airflow

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT = "w2d1-daily-sales"
TABLES = ("purchases_pos", "purchases_online", "purchases_partner")
LAST = """

if __name__ == "__main__":
    daily_sales().test(logical_date=pendulum.datetime(2026, 1, 5))
"""


def measure(commands: list[list[str]], environment: dict[str, str]) -> float:
    """Wall seconds of commands, one after the other."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{command}: {done.stdout[-3000:].decode('utf-8', 'replace')}")
    return time.perf_counter() - started


def sides(folder: Path) -> dict[str, Callable[[], float]]:
    """The name and the timed run of each side."""
    solution = ROOT / "assignments" / ASSIGNMENT / "solution" / "dag.py"
    tables, dags = folder / "data", folder / "dags"
    data.build("games", scale=0.01, seed=42, out=tables, tables=TABLES)
    dags.mkdir()
    (dags / "dag.py").write_text(solution.read_text("utf-8") + LAST, "utf-8")
    home = folder / "home"
    stock = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW_VAR_DATA_DIR": str(tables),
        "AIRFLOW_VAR_OUTPUT_DIR": str(folder / "output"),
    }

    def by_hand() -> float:
        shutil.rmtree(home, ignore_errors=True)
        return measure(
            [
                [sys.executable, "-m", "airflow", "db", "migrate"],
                [sys.executable, str(dags / "dag.py")],
            ],
            stock,
        )

    def pioneers(*more: str) -> float:
        command = [sys.executable, "-P", "-m", "autograder", "grade", ASSIGNMENT, str(solution)]
        return measure([[*command, "--json", *more]], {**os.environ, "PYTHONPATH": str(ROOT)})

    pioneers("--seed", "1")
    return {
        "by hand": by_hand,
        "pioneers": pioneers,
        "pioneers, cached": lambda: pioneers("--seed", "1"),
    }


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    airflow.prepare(print)
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        runs = sides(Path(name))
        for number in range(rounds):
            for side, run in runs.items():
                taken.setdefault(side, []).append(run())
                print(f"round {number + 1}: {side} {taken[side][-1]:.1f} s", file=sys.stderr)
    print(f"\n{rounds} rounds, {os.cpu_count()} cores\n")
    print("| side | median s | min–max s | ÷ by hand |\n|:--|--:|--:|--:|")
    for side, wall in taken.items():
        pairs = zip(wall, taken["by hand"], strict=True)
        ratio = statistics.median(a / b for a, b in pairs)
        spread = f"{min(wall):.1f}–{max(wall):.1f}"
        print(f"| {side} | {statistics.median(wall):.1f} | {spread} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
