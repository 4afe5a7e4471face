"""One notebook through three graders' hands, in turn: pioneers, nbgrader, and the bare script.

    .venv/bin/python benchmarks/one_notebook.py [--rounds 5] [--kind spark|pandas]

The Spark notebook groups, joins, takes a top-N and a window and has two graded questions; the
pandas one does the same on the same data. `pioneers` is the whole official grade on a fresh seed
(data drawn, reference run beside the submission); `quick` is the same where the author wrote a
quick reference, as for the course's Spark assignments, and `grade-all` regrades that submission
merged; `cached` is a seed whose reference is known, as when a grade is repeated. nbgrader runs
`autograde` with the answers as hidden asserts; the bare script is the notebook's code under stock
settings, which grades nothing. Prints medians of wall seconds and of the tree's peak resident
memory, and the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from autograder import data
from autograder.capture import java

ROOT = Path(__file__).resolve().parent.parent
SEED = 42
LOOK_S = 0.2
TOML = """format_version = 1
id = "{name}"
kind = "notebook"
title = {{ ko = "속도", en = "Speed" }}
[data]
dataset = "games"
scale = 0.01
tables = ["games", "purchases", "exchange_rates"]
[answers.daily]
type = "frame"
points = 1
keys = ["day"]
tolerance = 1e-6
[answers.top]
type = "frame"
points = 1
keys = ["day", "place"]
"""
SPARK = [
    """from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
spark = SparkSession.builder.appName("bench").getOrCreate()
sales = spark.read.parquet(f"{data_dir}/purchases")
rates = spark.read.parquet(f"{data_dir}/exchange_rates")
games = spark.read.parquet(f"{data_dir}/games").select("game_id", "title")
sales = sales.withColumn("day", F.to_date(F.from_utc_timestamp("purchased_at", "Asia/Seoul")))
print(sales.count())""",
    """won = sales.join(rates, ["day", "currency"], "left")
won = won.withColumn("won", F.col("amount") * F.coalesce("krw_per_unit", F.lit(1)))
daily = won.groupBy("day").agg(F.sum("won").cast("double").alias("won"), F.count("*").alias("n"))
print(daily.orderBy(F.desc("won")).limit(5).toPandas())""",
    """place = Window.partitionBy("day").orderBy(F.desc("won"), "title")
by_game = won.join(games, "game_id").groupBy("day", "title")
by_game = by_game.agg(F.sum("won").cast("double").alias("won"))
top = by_game.withColumn("place", F.row_number().over(place)).filter("place <= 3")
print(top.orderBy("day", "place").limit(5).toPandas())""",
]
PANDAS = [
    """import pandas as pd
sales = pd.read_parquet(f"{data_dir}/purchases")
rates = pd.read_parquet(f"{data_dir}/exchange_rates")
games = pd.read_parquet(f"{data_dir}/games")[["game_id", "title"]]
sales["day"] = sales["purchased_at"].dt.tz_convert("Asia/Seoul").dt.date
print(len(sales))""",
    """won = sales.merge(rates, on=["day", "currency"], how="left")
won["won"] = won["amount"].astype(float) * won["krw_per_unit"].astype(float).fillna(1.0)
daily = won.groupby("day", as_index=False).agg(won=("won", "sum"), n=("won", "size"))
print(daily.sort_values("won").tail(5))""",
    """by_game = won.merge(games, on="game_id").groupby(["day", "title"], as_index=False)
by_game = by_game["won"].sum()
by_game = by_game.sort_values(["day", "won", "title"], ascending=[True, False, True])
by_game["place"] = by_game.groupby("day").cumcount() + 1
top = by_game[by_game["place"] <= 3]
print(top.head())""",
]
QUICK = [
    """import polars as pl
sales = pl.read_parquet(f"{data_dir}/purchases/*.parquet")
rates = pl.read_parquet(f"{data_dir}/exchange_rates/*.parquet")
games = pl.read_parquet(f"{data_dir}/games/*.parquet").select("game_id", "title")
sales = sales.with_columns(day=pl.col("purchased_at").dt.convert_time_zone("Asia/Seoul").dt.date())
won = sales.join(rates, on=["day", "currency"], how="left").with_columns(
    won=pl.col("amount").cast(pl.Float64) * pl.col("krw_per_unit").cast(pl.Float64).fill_null(1.0)
)""",
    """daily = won.group_by("day").agg(won=pl.col("won").sum(), n=pl.len().cast(pl.Int64))""",
    """by_game = won.join(games, on="game_id").group_by("day", "title").agg(pl.col("won").sum())
by_game = by_game.sort("day", "won", "title", descending=[False, True, False])
top = by_game.with_columns(place=pl.int_range(1, pl.len() + 1).over("day").cast(pl.Int32))
top = top.filter(pl.col("place") <= 3)""",
]
HIDDEN = "### BEGIN HIDDEN TESTS\nassert {test}\n### END HIDDEN TESTS\nassert True"
ROWS = {"spark": ("daily.count()", "top.count()"), "pandas": ("len(daily)", "len(top)")}


def cell(
    source: str, grade_id: str | None = None, *, points: int = 0, tags: tuple[str, ...] = ()
) -> dict[str, object]:
    """A code cell; with points it is an nbgrader test cell, with only an id a solution cell."""
    metadata: dict[str, object] = {"tags": list(tags)} if tags else {}
    if grade_id:
        about = {"grade_id": grade_id, "schema_version": 3, "task": False, "locked": points > 0}
        about |= {"solution": points == 0, "grade": points > 0} | (
            {"points": points} if points else {}
        )
        metadata["nbgrader"] = about
    identity = f"c{abs(hash(source)) % 10**8}"
    return {
        "cell_type": "code",
        "id": identity,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(cells: list[dict[str, object]]) -> str:
    """A notebook file's text."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells})


def measure(command: list[str], *, cwd: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds of a command and the peak resident memory of its process tree, in MB.

    The tree is looked at now and then; the kernel knows the largest of its processes exactly, which
    is what counts where a command has ended before the first look.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        watch = Watch(process.pid)
        watch.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        watch.ended.set()
        watch.join()
        if process.returncode:
            said.seek(max(0, said.tell() - 4000))
            told = said.read().decode("utf-8", "replace")
            raise SystemExit(f"{command}: exit {process.returncode}\n{told}")
    return seconds, max(watch.peak / 2**20, used.ru_maxrss / 2**10)


class Watch(threading.Thread):
    """Looks at a process tree's memory now and then, seldom enough not to be a rival for the time.

    Attributes:
        peak: its most resident bytes so far.
        ended: to be set when there is no more to see.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Until `ended` is set."""
        while not self.ended.wait(LOOK_S):
            try:
                tree = [self.root, *self.root.children(recursive=True)]
                self.peak = max(self.peak, sum(each.memory_info().rss for each in tree))
            except psutil.Error:
                pass


def prepare(folder: Path, kind: str) -> dict[str, Callable[[], tuple[float, float]]]:
    """Lay out the three courses; the name and the timed run of each side."""
    tables = folder / "data"
    data.build("games", scale=0.01, seed=SEED, out=tables)
    cells = {"spark": SPARK, "pandas": PANDAS}[kind]
    parameters = cell(f"data_dir = {str(tables)!r}\nseed = {SEED}", tags=("parameters",))
    stock = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    stock["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{stock['PATH']}"
    if shutil.which("java") is None:
        stock["JAVA_HOME"] = str(java.home())
    return {
        **_pioneers(folder, cells, parameters, QUICK if kind == "spark" else []),
        "nbgrader": _nbgrader(folder, cells, parameters, ROWS[kind], stock),
        "bare script": _bare(folder, [str(parameters["source"]), *cells], stock),
    }


def _pioneers(
    folder: Path, cells: list[str], parameters: dict[str, object], quick: list[str]
) -> dict[str, Callable[[], tuple[float, float]]]:
    text = notebook([parameters, *(cell(source) for source in cells)])
    names = ("bench", "quick") if quick else ("bench",)
    for name in names:
        home = folder / "cohort" / "assignments" / name
        home.mkdir(parents=True)
        (home / "assignment.toml").write_text(TOML.format(name=name), "utf-8")
        (home / "notebook.ipynb").write_text(text, "utf-8")
        if name == "quick":
            other = notebook([parameters, *(cell(source) for source in quick)])
            (home / "quick.ipynb").write_text(other, "utf-8")
    (folder / "mine.ipynb").write_text(text, "utf-8")
    environment = {
        **os.environ,
        "PIONEERS_ROOT": str(folder / "cohort"),
        "PIONEERS_CACHE": str(ROOT / ".pioneers"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run(name: str, *more: str) -> tuple[float, float]:
        command = [str(ROOT / "pioneers"), "grade", name, str(folder / "mine.ipynb"), "--json"]
        return measure([*command, *more], cwd=folder, environment=environment)

    merged = folder / "cohort" / "submissions" / "haneul-example" / "quick"
    merged.mkdir(parents=True)
    shutil.copy(folder / "mine.ipynb", merged / "notebook.ipynb")

    def again() -> tuple[float, float]:
        out = tempfile.mkdtemp(dir=folder)
        command = [str(ROOT / "pioneers"), "grade-all", "--assignment", "quick", "--out", out]
        return measure(command, cwd=folder, environment=environment)

    run("bench", "--seed", "1")
    return {
        "pioneers": lambda: run("bench"),
        **({"pioneers, quick": lambda: run("quick"), "grade-all, quick": again} if quick else {}),
        "pioneers, cached": lambda: run("bench", "--seed", "1"),
    }


def _nbgrader(
    folder: Path,
    cells: list[str],
    parameters: dict[str, object],
    rows: tuple[str, str],
    stock: dict[str, str],
) -> Callable[[], tuple[float, float]]:
    course = folder / "course"
    (course / "source" / "bench").mkdir(parents=True)
    graded = [
        parameters,
        cell(cells[0]),
        cell(f"### BEGIN SOLUTION\n{cells[1]}\n### END SOLUTION", "daily"),
        cell(
            f"### BEGIN HIDDEN TESTS\nassert {rows[0]} == 90\n### END HIDDEN TESTS\nassert True",
            "test-daily",
            points=1,
        ),
        cell(f"### BEGIN SOLUTION\n{cells[2]}\n### END SOLUTION", "top"),
        cell(
            f"### BEGIN HIDDEN TESTS\nassert {rows[1]} == 270\n### END HIDDEN TESTS\nassert True",
            "test-top",
            points=1,
        ),
    ]
    (course / "source" / "bench" / "notebook.ipynb").write_text(notebook(graded), "utf-8")
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "bench"\n'
    )
    program = str(Path(sys.executable).with_name("nbgrader"))
    measure([program, "generate_assignment", "bench"], cwd=course, environment=stock)
    target = course / "submitted" / "haneul-example" / "bench"
    target.mkdir(parents=True)
    shutil.copy(course / "source" / "bench" / "notebook.ipynb", target)
    command = [
        program,
        "autograde",
        "bench",
        "--student",
        "haneul-example",
        "--force",
        "--ExecutePreprocessor.timeout=180",
    ]
    return lambda: measure(command, cwd=course, environment=stock)


def _bare(
    folder: Path, cells: list[str], stock: dict[str, str]
) -> Callable[[], tuple[float, float]]:
    script = folder / "bare.py"
    script.write_text("\n".join(cells), "utf-8")
    return lambda: measure([sys.executable, str(script)], cwd=folder, environment=stock)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", choices=("spark", "pandas"), default="spark")
    options = parser.parse_args()
    java.prepare(print)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        taken = in_turn(prepare(Path(name), options.kind), options.rounds)
    print(f"\n{options.kind} notebook, {options.rounds} rounds, {os.cpu_count()} cores\n")
    print(table(taken))


def in_turn(
    sides: dict[str, Callable[[], tuple[float, float]]], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """What each side took in each round, all sides one after another in each."""
    taken: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for number in range(rounds):
        for side, run in sides.items():
            taken[side].append(run())
            print(f"round {number + 1}: {side} {taken[side][-1][0]:.1f} s", file=sys.stderr)
    return taken


def table(taken: dict[str, list[tuple[float, float]]]) -> str:
    """Medians and the ratios pair by pair, as Markdown."""
    lines = ["| side | median s | min–max s | peak MB | ÷ nbgrader | ÷ bare script |"]
    lines.append("|:--|--:|--:|--:|--:|--:|")
    for side, runs in taken.items():
        seconds = [each for each, _ in runs]
        memory = statistics.median(each for _, each in runs)
        ratios = [ratio(runs, taken[other]) for other in ("nbgrader", "bare script")]
        spread = f"{min(seconds):.1f}–{max(seconds):.1f}"
        middle = f"{statistics.median(seconds):.1f}"
        lines.append(f"| {side} | {middle} | {spread} | {memory:.0f} | {' | '.join(ratios)} |")
    return "\n".join(lines)


def ratio(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> str:
    """The median of the ratios of runs that followed each other."""
    pairs = zip(ours, theirs, strict=True)
    return f"{statistics.median(a / b for (a, _), (b, _) in pairs):.2f}"


if __name__ == "__main__":
    main()
