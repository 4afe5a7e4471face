"""Every golden case, officially graded again and again: does it always get the same verdict?

    PIONEERS_REQUIREMENTS=all ./pioneers doctor    # once: an environment that has Airflow
    .venv/bin/python benchmarks/stability.py [--rounds 10] [--only c0 w2d1] [--seed 7]

Each round has a seed of its own, so what is drawn for a grade differs from round to round; a
verdict is the score and each check's status, findings and hint. With `--seed` all rounds have the
same, and the whole report has to be the same, timings apart. Rounds come outermost: a part of a
run says something of every case. Each grade is a line of the file `--keep`, and what is there is
not graded again. Prints the cases that differ among rounds or miss their golden verdict, and exits
with 1 if there are any.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import assignment as assignments
from autograder import kinds
from autograder.assignment import Assignment
from autograder.authoring.golden import Case, differences, load_cases, write_submission
from autograder.models import Report, Timing
from autograder.pipeline import grade
from autograder.report import to_json

FIRST_SEED = 20_260_000
ORDER = ("code", "dag", "notebook")
"""Which kinds come first in a round: the cheap ones."""
Row = dict[str, Any]


def verdict(report: Report) -> dict[str, Any]:
    """What must be the same each time: plain JSON, without anything that tells of the data."""
    return {
        "status": report.status,
        "score": round(report.score, 6),
        "checks": {
            check.id: [check.status, *(found.code for found in check.findings), bool(check.hint)]
            for check in report.checks
        },
    }


def one(target: Assignment, case: Case, number: int, seed: int) -> Row:
    """Grade a case once; a line of the file."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stability-") as name:
        path = write_submission(case, target, Path(name))
        report = grade(target, path, seed=seed, language="en")
    return {
        "assignment": target.id,
        "sha256": target.sha256,
        "case": case.name,
        "round": number,
        "seed": seed,
        "report": hashlib.sha256(to_json(replace(report, timing=Timing())).encode()).hexdigest(),
        "seconds": round(time.monotonic() - started, 2),
        "verdict": verdict(report),
        # The comment that the site shows is of another seed.
        "wrong": differences(replace(case, sample=False), report),
        "message": report.message,
    }


def known(path: Path) -> list[Row]:
    """The lines of an earlier run; a last one that was cut off is taken away."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    return [json.loads(line) for line in whole.splitlines()]


def asked(
    only: list[str], rounds: int, seed: int | None, done: Iterable[Row]
) -> Iterator[tuple[Assignment, Case, int, int]]:
    """What is still to be graded, in order."""
    names = ("assignment", "sha256", "case", "round", "seed")
    graded = {tuple(row[name] for name in names) for row in done}
    targets = [
        each
        for each in sorted(assignments.load_all(), key=lambda each: ORDER.index(each.kind))
        if not only or any(each.id.startswith(start) for start in only)
    ]
    kinds.fit(targets)
    for number in range(rounds):
        for target in targets:
            for case in load_cases(target):
                drawn = FIRST_SEED + number if seed is None else seed
                if (target.id, target.sha256, case.name, number, drawn) not in graded:
                    yield target, case, number, drawn


def table(rows: Iterable[Row]) -> tuple[str, bool]:
    """The result in Markdown, and whether every verdict held."""
    current = {each.id: each.sha256 for each in assignments.load_all()}
    by_case: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if current.get(row["assignment"]) == row["sha256"]:
            by_case[row["assignment"], row["case"]].append(row)
    least = min((len(found) for found in by_case.values()), default=0)
    total = sum(len(found) for found in by_case.values())
    lines = [f"{len(by_case)} golden cases, {total} grades, each case at least {least} times\n"]
    bad = {}
    for name, found in by_case.items():
        seen = Counter(json.dumps(row["verdict"], sort_keys=True) for row in found)
        wrong = Counter(line for row in found for line in row["wrong"])
        reports = {(row["seed"], row["report"]) for row in found}
        if len(reports) > len({row["seed"] for row in found}):
            wrong["the same seed gave different reports"] += 1
        if len(seen) > 1 or wrong:
            bad[name] = seen, wrong, found
    if not bad:
        return "\n".join([*lines, "every verdict was the same each time, and as written"]), True
    lines.append("| case | verdicts | what departs |\n|:--|:--|:--|")
    for (target, case), (seen, wrong, found) in sorted(bad.items()):
        counts = ", ".join(str(number) for _, number in seen.most_common())
        said = "; ".join(f"{line} ({number}×)" for line, number in wrong.most_common())
        lines.append(f"| {target} {case} | {counts} | {said or _departs(found, seen)} |")
    return "\n".join(lines), False


def _departs(found: list[Row], seen: Counter[str]) -> str:
    usual = json.loads(seen.most_common(1)[0][0])
    other = next(row for row in found if row["verdict"] != usual)
    checks = other["verdict"]["checks"]
    parts = [f"{key}: {checks[key]}" for key in checks if checks[key] != usual["checks"].get(key)]
    return f"round {other['round']}: {'; '.join(parts) or other['verdict']}"


def main() -> None:
    """Grade what is not graded yet and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", nargs="*", default=[], help="how the assignments' ids begin")
    parser.add_argument("--seed", type=int, help="one for all rounds")
    parser.add_argument("--jobs", type=int, default=1, help="how many grades at once")
    parser.add_argument("--keep", type=Path, default=Path("stability.jsonl"), help="the results")
    parser.add_argument("--told", action="store_true", help="tell what is kept; grade nothing")
    given = parser.parse_args()
    rows = known(given.keep)
    todo = [] if given.told else list(asked(given.only, given.rounds, given.seed, rows))
    with given.keep.open("a", encoding="utf-8") as file, ThreadPoolExecutor(given.jobs) as pool:
        for count, row in enumerate(pool.map(lambda each: one(*each), todo), 1):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            rows.append(row)
            said = "; ".join(row["wrong"]) or "as written"
            print(
                f"{count}/{len(todo)} round {row['round']} {row['assignment']} {row['case']}"
                f" {row['seconds']:.1f} s: {said}",
                file=sys.stderr,
                flush=True,
            )
    said, held = table(rows)
    print(said)
    sys.exit(not held)


if __name__ == "__main__":
    main()
