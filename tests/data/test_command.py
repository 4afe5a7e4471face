"""The commands `data build` and `data verify`, as a user types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.data import build, requests


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["data", *map(str, words)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_build_says_what_there_is_and_where(
    tmp_path: Path, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "build", "games", "--out", tmp_path / "d", "--workers", "2")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[-1] == str(tmp_path / "d")
    assert any(line.split() == ["purchases", "4,000", "rows"] for line in lines)
    for path in built.rglob("*.parquet"):
        assert (tmp_path / "d" / path.relative_to(built)).read_bytes() == path.read_bytes()
    assert run(capsys, "verify", tmp_path / "d")[0] == 0


def test_a_dry_run_builds_nothing_and_says_what_it_would_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("build", "games", "--scale", "100", "--dry-run", "--out", tmp_path / "d")
    code, out, _ = run(capsys, *ask)
    assert code == 0
    assert any(line.split()[:3] == ["purchases", "40,000,000", "153"] for line in out.splitlines())
    assert " GB for " in out
    assert " free for " in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--scale", "0"], "scale 0.0 cannot be built. Give a number above 0"),
        (["--scale", "-1"], "scale -1.0 cannot be built"),
        (["--scale", "nan"], "scale nan cannot be built"),
        (["--scale", "inf"], "scale inf cannot be built"),
        (["--scale", "nan", "--dry-run"], "scale nan cannot be built"),
        (["--scale", "1e6"], "needs about"),
        (["--remote", "sc://x"], "Add --engine spark"),
        (["--engine", "spark", "--remote", "nowhere"], "no Spark address"),
        (["--engine", "spark", "--scale", "0"], "scale 0.0 cannot be built"),
    ],
)
def test_requests_that_cannot_be_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    code, out, err = run(capsys, "build", "games", "--out", tmp_path / "d", *words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_verify_as_json(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "verify", copy, "--json")
    assert code == 0
    assert json.loads(out)["problems"] == []
    (copy / "users/part-00000.parquet").unlink()
    code, out, _ = run(capsys, "verify", copy, "--json")
    assert code == 1
    assert json.loads(out)["problems"] == ["users/part-00000.parquet: missing"]
    shutil.rmtree(copy)
    assert run(capsys, "verify", copy)[0] == 1


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.23 kB"), (5e18, "5,000 PB")]
)
def test_sizes_are_told_to_people(count: float, said: str) -> None:
    assert requests.bytes_told(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.1, "a second or two"), (90, "90 seconds"), (600, "10 minutes"), (10**6, "12 days")],
)
def test_times_are_told_to_people(seconds: float, said: str) -> None:
    assert requests.time_told(seconds) == said


def test_more_files_than_a_manifest_lists_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MAX_FILES", 3)
    with pytest.raises(requests.UsageError, match=r"in \d+ files, and a dataset has at most 3"):
        build("games", scale=0.01, seed=1, out=tmp_path / "d")


def test_a_key_without_numbers_left_is_told_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "free", lambda out: 10**18)
    monkeypatch.setattr(requests, "MAX_FILES", 10**9)
    for scale, says in ((5e4, "than int32 can number"), (2e5, "names|number")):
        with pytest.raises(requests.UsageError, match=says):
            build("games", scale=scale, seed=1, out=tmp_path / "d")
    assert list(tmp_path.iterdir()) == []
