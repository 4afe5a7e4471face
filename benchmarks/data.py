"""Building the sample data: rows per second and peak memory by scale, and the same bytes by all.

    .venv/bin/python benchmarks/data.py [--scales 0.01 0.1 1] [--no-spark]

Each build is `pioneers data build` in a new process and a new folder, all tables, with CSV and
JSON. Prints, for each scale, wall and CPU seconds, rows a CPU second and the peak resident memory
of the process tree. Between two scales it tells the time of one row more, which leaves out what
starting costs: where it stays the same or falls, time is linear in rows. At the largest scale it
builds with 1, 2 and 4 workers and through Spark's executors, and compares every file's sha256.

Goals: at scale 1 (a million sessions) at most 60 s and 2 GB on two cores; the bytes all the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from one_notebook import measure

from autograder import data

ROOT = Path(__file__).resolve().parent.parent
MOST_S, MOST_MB = 60, 2000


@dataclass(frozen=True)
class Built:
    """One build: how long it took, how much memory and disk, and a hash of all its hashes.

    Attributes:
        cpu_s: of the command and what it waited for, on all cores; other work hardly moves it.
    """

    name: str
    seconds: float
    cpu_s: float
    peak_mb: float
    rows: int
    size_mb: float
    sha256: str


def build(place: Path, name: str, scale: float, *words: str) -> Built:
    """Build in a new process and folder, and read what was made from its manifest."""
    out = place / "out"
    command = [
        sys.executable,
        "-m",
        "autograder",
        "data",
        "build",
        "games",
        "--scale",
        f"{scale:g}",
    ]
    environment = {**os.environ, "PIONEERS_CACHE": str(place / "cache")}
    before = os.times()
    seconds, peak_mb = measure(
        [*command, "--out", str(out), *words], cwd=ROOT, environment=environment
    )
    after = os.times()
    cpu_s = after.children_user - before.children_user
    cpu_s += after.children_system - before.children_system
    if problems := damaged(out):
        raise SystemExit(f"{name}: {problems[0]}")
    made = data.manifest.load(out)
    digest = hashlib.sha256()
    for file in made.files:
        digest.update(f"{file.path} {file.sha256}\n".encode())
    size = sum(file.bytes for file in made.files) / 1e6
    rows = sum(table.rows for table in made.tables)
    shutil.rmtree(out)
    print(f"{name}, scale {scale:g}: {seconds:.1f} s", file=sys.stderr)
    return Built(name, seconds, cpu_s, peak_mb, rows, size, digest.hexdigest())


def damaged(out: Path) -> list[str]:
    """What differs between the files and the hashes that the manifest tells."""
    found = data.manifest.load(out)
    return [what for file in found.files if (what := data.manifest.damage(out, file))]


def by_scale(runs: dict[float, Built]) -> str:
    """The scales as Markdown: time, memory, and the time of one row more."""
    lines = [
        "| scale | rows | MB | seconds | CPU s | rows a CPU s | CPU µs for a row more | peak MB |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    before: Built | None = None
    for scale, run in sorted(runs.items()):
        each = ""
        if before:
            each = f"{(run.cpu_s - before.cpu_s) / (run.rows - before.rows) * 1e6:.2f}"
        speed = run.rows / run.cpu_s
        lines.append(
            f"| {scale:g} | {run.rows:,} | {run.size_mb:,.0f} | {run.seconds:.1f} "
            f"| {run.cpu_s:.1f} | {speed:,.0f} | {each} | {run.peak_mb:,.0f} |"
        )
        before = run
    return "\n".join(lines)


def by_engine(runs: list[Built]) -> str:
    """The engines as Markdown, with the hash of all files that each made."""
    lines = [
        "| engine | seconds | CPU s | peak MB | sha256 of all files |",
        "|:--|--:|--:|--:|:--|",
    ]
    lines += [
        f"| {run.name} | {run.seconds:.1f} "
        # Spark's JVM is not waited for, so its CPU time is not known.
        f"| {'' if run.name.startswith('Spark') else f'{run.cpu_s:.1f}'} | {run.peak_mb:,.0f} "
        f"| {run.sha256[:16]} |"
        for run in runs
    ]
    return "\n".join(lines)


def main() -> None:
    """Build all, print the tables, and exit with 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scales", type=float, nargs="+", default=[0.01, 0.1, 1])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-spark", action="store_true")
    options = parser.parse_args()
    largest = max(options.scales)
    engines = [(f"{count} workers", ("--workers", str(count))) for count in (1, 2, 4)]
    if not options.no_spark:
        engines.append(("Spark, 2 cores", ("--engine", "spark", "--workers", "2")))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        place = Path(name)
        count = ("--workers", str(options.workers))
        scales = {
            scale: build(place, f"{options.workers} workers", scale, *count)
            for scale in sorted(options.scales)
        }
        made = [build(place, label, largest, *words) for label, words in engines]
    print(f"\n{options.workers} workers on {os.cpu_count()} cores\n\n{by_scale(scales)}\n")
    print(f"scale {largest:g} by each engine\n\n{by_engine(made)}\n")
    missed = verdict(scales, made, largest)
    print("\n".join(missed) or "all goals are met")
    sys.exit(1 if missed else 0)


def verdict(scales: dict[float, Built], made: list[Built], largest: float) -> list[str]:
    """The goals that are missed, a line each."""
    missed = []
    if len({run.sha256 for run in [*made, scales[largest]]}) > 1:
        missed.append("the bytes differ between engines")
    if (one := scales.get(1)) and (one.seconds > MOST_S or one.peak_mb > MOST_MB):
        missed.append(f"scale 1 takes {one.seconds:.0f} s and {one.peak_mb:.0f} MB")
    return missed


if __name__ == "__main__":
    main()
