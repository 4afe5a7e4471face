"""`pioneers data publish`, `pull`, `verify s3://…` and `prune`, as people call them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.data import build, verify
from tests.data.store.made import HOME, current, tree
from tests.data.store.proxy import Asked, Fault, Proxy

ROOT = Path(__file__).resolve().parents[3]
ID = "games@0.0005#3"
WORDS = ("games", "--scale", "0.0005", "--seed", "3")
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real build of everything, small. Read only."""
    out = tmp_path_factory.mktemp("tiny") / ID
    build("games", scale=0.0005, seed=3, out=out, formats=True)
    return out


@pytest.fixture
def cache(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cohort that has an address for its data, and a cache that holds some."""
    (tmp_path / "cohort.toml").write_text(f'data = "{HOME}"', "utf-8")
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "cache"))
    shutil.copytree(tiny, tmp_path / "cache/data" / ID)
    return tmp_path / "cache"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `pioneers data …`: exit code, what it printed, what it said of errors."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["data", *words])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_from_one_laptop_to_another(
    bucket: Any, cache: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = call("publish", *WORDS)
    assert (code, err) == (0, "")
    assert f"{HOME}/games/scale=0.0005/seed=3" in out
    assert "is current" in out
    code, out, _ = call("publish", *WORDS)
    assert "0 sent, 0 copied" in out
    assert "was already current" in out

    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "another"))
    code, out, err = call("pull", *WORDS)
    assert (code, err) == (0, "")
    pulled = tmp_path / "another/data" / ID
    assert str(pulled) in out
    assert tree(pulled) == tree(cache / "data" / ID)
    assert verify(pulled) == []
    assert "0 of " in call("pull", *WORDS)[1]

    code, out, _ = call("verify", str(HOME), "--deep")
    assert (code, out.count("whole, current")) == (0, 1)
    code, out, _ = call("prune", "--dry-run")
    assert (code, out) == (0, "0 would go, 0 bytes\n")


def test_damage_is_told_with_exit_code_1(bucket: Any, cache: Path, call: Call) -> None:
    call("publish", *WORDS)
    (key,) = (
        each["Key"]
        for each in bucket.list_objects_v2(Bucket=HOME.bucket)["Contents"]
        if each["Key"].endswith("/users/part-00000.parquet")
    )
    bucket.put_object(Bucket=HOME.bucket, Key=key, Body=b"x")
    code, out, _ = call("verify", str(HOME))
    assert (code, out.count("\n")) == (1, 1)
    assert "users/part-00000.parquet: 1 bytes where" in out
    code, out, _ = call("verify", str(HOME), "--json")
    found = json.loads(out)
    assert (code, len(found["problems"]), found["format_version"]) == (1, 1, 1)
    assert found["versions"][0]["current"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["publish", "games", "--scale", "0.2"], 3, "no manifest.json, so no data"),
        (["publish", "gamse"], 2, "gamse"),
        (["publish", *WORDS, "--to", "bucket/data"], 2, "no folder on S3 at 'bucket/data'"),
        (["publish", *WORDS, "--to", "s3://not-there/data"], 2, "no such bucket"),
        (["pull", *WORDS, "--from", "s3://"], 2, "no folder on S3"),
        (["pull", *WORDS], 3, "nothing is published there"),
        (["pull", "games", "--scale", "-1"], 2, "scale -1.0 cannot be built"),
        (["pull", *WORDS, "--version", "latest"], 2, "no version is called 'latest'"),
        (["prune", "--keep", "-1"], 2, "--keep"),
        (["prune", "--at", "s3://not-there"], 2, "no such bucket"),
        (["verify", "s3://cohort-data/nothing"], 3, "no data are published there"),
    ],
)
def test_mistakes_are_one_line(
    bucket: Any, cache: Path, call: Call, words: list[str], code: int, says: str
) -> None:
    ended, out, err = call(*words)
    assert (ended, out) == (code, "")
    assert says in err
    assert err.count("\n") == 1


def test_a_cohort_without_an_address(cache: Path, call: Call, tmp_path: Path) -> None:
    (tmp_path / "cohort.toml").write_text("", "utf-8")
    for words, option in (
        (["publish", *WORDS], "--to"),
        (["pull", *WORDS], "--from"),
        (["prune"], "--at"),
    ):
        code, _, err = call(*words)
        assert code == 2
        assert "Set data in cohort.toml" in err
        assert option in err


def test_ctrl_c_ends_at_once_and_the_next_run_goes_on(
    bucket: Any, cache: Path, call: Call, proxy: Proxy
) -> None:
    came = threading.Event()

    def plan(number: int, asked: Asked) -> Fault | None:
        if asked.method != "PUT" or number < 6:
            return None
        came.set()
        return Fault("stall")  # only being stopped ends this in time

    proxy.plan = plan
    command = [sys.executable, "-m", "autograder", "data", "publish", *WORDS]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), **pipes) as process:
        try:
            assert came.wait(60), proxy.asked
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=100)
        finally:
            process.kill()
    assert (process.returncode, out) == (130, "")
    assert err == "\nstopped; nothing was lost, run the same command again\n"
    assert current(bucket) is None
    proxy.reset()
    code, out, _ = call("publish", *WORDS)
    assert code == 0
    assert " 0 there" not in out
