"""The course site built from nothing, and built again after a change of one lesson.

    .venv/bin/python benchmarks/site.py [--rounds 3]

Each build is `pioneers site build` in a new process, in a copy of the repository, so that a lesson
can be changed. From nothing means an empty cache but for what npm brings, whose time is the
network's. Again means the same cache: once with nothing changed, once with one lesson changed. In
the end the site from the cache is compared, file by file, with one built from nothing.

Goals: at most 60 s from nothing and 10 s again, on two cores.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from one_notebook import measure

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("assignments", "curriculum", "datasets", "site", "mkdocs.yml", "cohort.toml")
LESSON = "curriculum/ko/week1/day3.md"
ASSETS = "site-assets"
MOST_FRESH_S, MOST_AGAIN_S = 60, 10


def build(repository: Path, cache: Path, out: Path) -> tuple[float, float]:
    """Build the site; returns wall seconds and the peak memory of the process tree in MB."""
    environment = {
        **os.environ,
        "PIONEERS_ROOT": str(repository),
        "PIONEERS_CACHE": str(cache),
        "GITHUB_REPOSITORY": "haneul-example/data-pioneers",
        "SOURCE_DATE_EPOCH": "1780000000",
    }
    words = [sys.executable, "-P", "-m", "autograder", "site", "build", "--out", str(out)]
    return measure(words, cwd=ROOT, environment=environment)


def emptied(cache: Path) -> None:
    """Empty the cache but for what npm brought."""
    for path in cache.iterdir():
        if path.name != ASSETS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def different(one: Path, other: Path) -> list[str]:
    """Files of two folders that are not the same, or in one of them only."""
    names = {p.relative_to(one) for p in one.rglob("*") if p.is_file()}
    names |= {p.relative_to(other) for p in other.rglob("*") if p.is_file()}
    _, wrong, missing = filecmp.cmpfiles(one, other, map(str, sorted(names)), shallow=False)
    return sorted(wrong + missing)


def run(place: Path, rounds: int) -> int:
    """Build in turn, print the table; returns 0 if both goals are met and the sites are equal."""
    repository, cache, out = place / "repository", place / "cache", place / "site"
    repository.mkdir()
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, repository / name)
    cache.mkdir()
    build(repository, cache, out)  # npm, bytecode
    took: dict[str, list[tuple[float, float]]] = {}
    for turn in range(rounds):
        emptied(cache)
        took.setdefault("from nothing", []).append(build(repository, cache, out))
        took.setdefault("nothing changed", []).append(build(repository, cache, out))
        with (repository / LESSON).open("a", encoding="utf-8") as lesson:
            lesson.write(f"\n{turn + 1}번째로 덧붙인 문장이에요.\n")
        took.setdefault("one lesson changed", []).append(build(repository, cache, out))
        print(f"round {turn + 1} of {rounds}", file=sys.stderr)
    emptied(cache)
    fresh = place / "fresh"
    build(repository, cache, fresh)
    pages = sum(1 for _ in out.rglob("*.html"))
    print(f"{pages} pages, {rounds} rounds\n")
    print("| | seconds | min-max | peak MB | of from nothing |\n|:--|--:|--:|--:|--:|")
    medians = {name: statistics.median(s for s, _ in each) for name, each in took.items()}
    for name, each in took.items():
        seconds = [s for s, _ in each]
        print(
            f"| {name} | {medians[name]:.1f} | {min(seconds):.1f}-{max(seconds):.1f} "
            f"| {max(mb for _, mb in each):.0f} | {medians[name] / medians['from nothing']:.2f} |"
        )
    differ = different(out, fresh)
    print(f"\nfiles that differ between a build from the cache and one from nothing: {len(differ)}")
    print(*differ[:10], sep="\n")
    met = medians["from nothing"] <= MOST_FRESH_S and medians["one lesson changed"] <= MOST_AGAIN_S
    return 0 if met and not differ else 1


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often (default 3)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="pioneers-site-") as place:
        sys.exit(run(Path(place), rounds))


if __name__ == "__main__":
    main()
