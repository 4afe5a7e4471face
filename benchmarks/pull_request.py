"""What the pull request adds: from the event to the comment, above `pioneers grade` itself.

    .venv/bin/python benchmarks/pull_request.py [--rounds 5] [--assignment w1d3-joins]

One side grades a notebook from a folder, on a fresh seed. The other is what the two jobs of the
workflow do for the same notebook: `pr grade` fetches it from a GitHub on loopback and grades it,
`pr publish` writes comment, check run, labels and a ledger record. Both sides run in turn, each
command in a new process; prints the medians of wall seconds and the difference, which is the
overhead. Each round is a pull request of its own, so that nothing is known from the round before.
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
import time
from pathlib import Path

from autograder import assignment, paths
from autograder.authoring.golden import load_cases, write_submission
from autograder.standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
NAME = "garam-example/cohort"
LOGIN = "haneul-example"
COHORT = f"""
language = "en"
ledger = "branch:ledger"
organisers = ["garam-example"]
[[members]]
login = "{LOGIN}"
"""
Seconds = dict[str, float]


class Bench:
    """A cohort's checkout, a repository on the stand-in, and one member's notebook."""

    def __init__(self, hub: StandIn, place: Path, which: str) -> None:
        self.hub, self.place, self.which = hub, place, which
        target = assignment.load(which)
        case = next(each for each in load_cases(target) if each.score == target.max_points)
        self.notebook = Path(write_submission(case, target, place / "work"))
        shutil.copytree(ROOT / "assignments", place / "assignments")
        (place / "cohort.toml").write_text(COHORT, "utf-8")
        hub.create_user("garam-example")
        hub.create_user(LOGIN)
        hub.create_repository("garam-example", "cohort")
        hub.commit(NAME, "main", {"README.md": b"# Cohort\n"}, author="garam-example")
        self.fork = hub.fork(NAME, LOGIN)

    def command(self, *arguments: str, **environment: str) -> float:
        """Wall seconds of one command of `pioneers`."""
        known = {"PIONEERS_ROOT": str(self.place), "PIONEERS_CACHE": str(paths.cache())}
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-P", "-m", "autograder", *arguments],
            env={**os.environ, **known, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{arguments}: exit {done.returncode}\n{done.stdout.decode()}")
        return time.perf_counter() - began

    def one_round(self, number: int) -> Seconds:
        """Both sides, once."""
        out = self.place / f"round-{number}"
        alone = self.command("grade", self.which, str(self.notebook), "--out", str(out / "alone"))
        body = {f"submissions/{LOGIN}/{self.which}/notebook.ipynb": self.notebook.read_bytes()}
        branch = f"work-{number}"
        self.hub.commit(self.fork, branch, body, author=LOGIN)
        pull = self.hub.open_pull(NAME, author=LOGIN, head=f"{self.fork}:{branch}")
        event = out / "event.json"
        payload = self.hub.payload("pull_request_target", action="opened", number=pull)
        event.write_text(json.dumps(payload), "utf-8")
        there = {
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_EVENT_NAME": "pull_request_target",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_RUN_ID": str(number),
            "GITHUB_RUN_ATTEMPT": "1",
        }
        reads = self.hub.job_token(
            NAME, contents="read", pull_requests="read", checks="read", issues="read"
        )
        writes = self.hub.job_token(
            NAME, contents="write", pull_requests="write", checks="write", issues="write"
        )
        handover = str(out / "handover")
        graded = self.command("pr", "grade", "--out", handover, GITHUB_TOKEN=reads, **there)
        told = self.command("pr", "publish", "--handover", handover, GITHUB_TOKEN=writes, **there)
        if not any("pioneers:report" in each.body for each in self.hub.comments(pull)):
            raise SystemExit(f"round {number}: there is no comment on the pull request")
        return {"grade": alone, "pr grade": graded, "pr publish": told}


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--assignment", default="w1d3-joins")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pioneers-bench-") as name, StandIn() as hub:
        bench = Bench(hub, Path(name), asked.assignment)
        bench.one_round(0)  # the caches of Python and Java
        rounds = []
        for number in range(1, asked.rounds + 1):
            rounds.append(bench.one_round(number))
            print(f"round {number}", {key: f"{each:.2f}" for key, each in rounds[-1].items()})
    middle = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    event = [each["pr grade"] + each["pr publish"] for each in rounds]
    print(f"\n{asked.rounds} rounds, medians of wall seconds")
    for key, seconds in middle.items():
        print(f"  {key:18}{seconds:8.2f}")
    print(f"  {'event to comment':18}{statistics.median(event):8.2f}")
    above = [total - each["grade"] for total, each in zip(event, rounds, strict=True)]
    print(f"  {'above grade':18}{statistics.median(above):8.2f}")


if __name__ == "__main__":
    main()
