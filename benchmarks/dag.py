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
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from one_notebook import in_turn, measure, ratio

from autograder import data
from autograder.capture import airflow

ROOT = Path(__file__).resolve().parent.parent
ASSIGNMENT = "w2d1-daily-sales"
TABLES = ("purchases_pos", "purchases_online", "purchases_partner")
LAST = """

if __name__ == "__main__":
    daily_sales().test(logical_date=pendulum.datetime(2026, 1, 5))
"""


def sides(folder: Path) -> dict[str, Callable[[], tuple[float, float]]]:
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

    def by_hand() -> tuple[float, float]:
        shutil.rmtree(home, ignore_errors=True)
        steps = (["-m", "airflow", "db", "migrate"], [str(dags / "dag.py")])
        parts = [measure([sys.executable, *step], cwd=folder, environment=stock) for step in steps]
        return sum(seconds for seconds, _ in parts), max(peak for _, peak in parts)

    def pioneers(*more: str) -> tuple[float, float]:
        command = [sys.executable, "-P", "-m", "autograder", "grade", ASSIGNMENT, str(solution)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return measure([*command, "--json", *more], cwd=folder, environment=environment)

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
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        taken = in_turn(sides(Path(name)), rounds)
    print(f"\n{rounds} rounds, {os.cpu_count()} cores\n")
    print("| side | median s | min–max s | ÷ by hand |\n|:--|--:|--:|--:|")
    for side, runs in taken.items():
        wall = [seconds for seconds, _ in runs]
        spread = f"{min(wall):.1f}–{max(wall):.1f}"
        middle = f"{statistics.median(wall):.1f}"
        print(f"| {side} | {middle} | {spread} | {ratio(runs, taken['by hand'])} |")


if __name__ == "__main__":
    main()
