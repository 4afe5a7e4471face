"""The script `pioneers`: which Python, which packages, whose environment, and what it says.

Most tests run the script itself on a small project beside it. Those marked `network` install
for real, with the installer that a first start uses and one small package of the lock.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import re
import runpy
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "pioneers"
MODULE = """\
import json, os, sys
seen = {"argv": sys.argv[1:], "path": os.environ.get("PYTHONPATH"), "prefix": sys.prefix}
print(json.dumps(seen))
"""


def locked(package: str) -> str:
    """A package's version and hashes, as our lock has them."""
    lock = (ROOT / "requirements" / "all.txt").read_text("utf-8")
    match = re.search(rf"^{package}==.*(?:\n    --hash=.*)+", lock, re.M)
    assert match
    return match[0] + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that starts like ours, with one small package in each requirement set."""
    project = tmp_path / "a project"
    (project / "requirements").mkdir(parents=True)
    (project / "autograder").mkdir()
    shutil.copy(SCRIPT, project / "pioneers")
    shutil.copy(ROOT / "requirements" / "bootstrap.txt", project / "requirements")
    for name in ("publisher", "grader", "desk", "dev", "airflow", "all"):
        (project / "requirements" / f"{name}.txt").write_text(locked("psutil"), "utf-8")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1"\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["autograder"]\n',
        "utf-8",
    )
    (project / "autograder" / "__init__.py").write_text("", "utf-8")
    (project / "autograder" / "__main__.py").write_text(MODULE, "utf-8")
    return project


def variables(**more: str) -> dict[str, str]:
    """The tests' own variables less what the script reads, plus `more`."""
    dropped = ("PIONEERS_", "LC_", "LANG")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return {**kept, "PIONEERS_LANGUAGE": "en", **more}


def start(
    project: Path, *arguments: str, cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the project's script as a person would."""
    return subprocess.run(
        [sys.executable, str(project / "pioneers"), *arguments],
        cwd=cwd, env=variables(**more), capture_output=True, text=True, timeout=240,
    )  # fmt: skip


def script(project: Path) -> dict[str, Any]:
    """The names that the script defines, seen from that project."""
    return runpy.run_path(str(project / "pioneers"), run_name="pioneers")


def finished(project: Path, name: str = "grader") -> Path:
    """An environment that counts as current, made without installing anything."""
    place = project / ".venv"
    venv.create(place, symlinks=True)
    (packages,) = place.glob("lib/python*/site-packages")
    (packages / "project.pth").write_text(str(project), "utf-8")
    stamp = {
        "set": name,
        "fingerprint": script(project)["fingerprint"](name),
        "python": str((place / "bin" / "python").resolve()),
    }
    (place / "pioneers-stamp.json").write_text(json.dumps(stamp), "utf-8")
    return place


def tools(folder: Path, **scripts: str) -> str:
    """A PATH that holds these shell scripts and nothing else."""
    folder.mkdir(exist_ok=True)
    for name, body in scripts.items():
        (folder / name).write_text("#!/bin/sh\n" + body, "utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


def test_a_current_environment_is_used_at_once(project: Path) -> None:
    place = finished(project)
    run = start(project, "grade", "w1d3", "a b", "--json")
    assert (run.returncode, run.stderr) == (0, "")
    told = json.loads(run.stdout)
    assert told["argv"] == ["grade", "w1d3", "a b", "--json"]
    assert told["prefix"] == str(place)


def test_a_submission_cannot_stand_in_for_the_package(project: Path, tmp_path: Path) -> None:
    finished(project)
    for name in ("autograder.py", "json.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken over')", "utf-8")
    run = start(project, "doctor", cwd=tmp_path, PYTHONPATH=str(ROOT / "tests"))
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["path"] is None


@pytest.mark.parametrize("stamp", ["", "[]", "null", "{", '{"set": 1}', "[" * 9000, "\udcff"])
def test_a_damaged_stamp_counts_as_none(project: Path, stamp: str) -> None:
    place = finished(project)
    (place / "pioneers-stamp.json").write_bytes(stamp.encode("utf-8", "surrogateescape"))
    assert script(project)["read_stamp"]() == {}


def test_a_stamp_ends_when_its_python_is_gone_or_another(project: Path) -> None:
    place = finished(project)
    assert script(project)["read_stamp"]()["set"] == "grader"
    python = place / "bin" / "python"
    python.unlink()
    assert script(project)["read_stamp"]() == {}
    python.symlink_to("/bin/sh")
    assert script(project)["read_stamp"]() == {}


@pytest.mark.parametrize(
    "changed", ["requirements/grader.txt", "requirements/bootstrap.txt", "pyproject.toml"]
)
def test_an_environment_is_renewed_when_its_sources_change(project: Path, changed: str) -> None:
    finished(project)
    names = script(project)
    assert names["is_current"](names["read_stamp"](), "grader")
    with (project / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not names["is_current"](names["read_stamp"](), "grader")


def test_a_moved_project_is_not_current(project: Path) -> None:
    finished(project)
    moved = project.rename(project.with_name("moved"))
    names = script(moved)
    assert not names["is_current"](names["read_stamp"](), "grader")


@pytest.mark.parametrize(
    ("argv", "installed", "chosen"),
    [
        (["grade", "a", "b"], "", "grader"),
        ([], "", "grader"),
        (["--help"], "", "grader"),
        (["check"], "", "desk"),
        (["lab"], "", "desk"),
        (["pr", "publish"], "publisher", "dev"),
        (["test", "-k", "x"], "", "all"),
        (["--debug", "demo"], "", "all"),
        (["grade", "test"], "", "grader"),
        (["grade"], "dev", "dev"),
        (["check"], "airflow", "all"),
        (["test"], "all", "all"),
        (["test"], "unheard-of", "all"),
    ],
)
def test_the_set_fits_the_command_and_never_shrinks(
    argv: list[str], installed: str, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIONEERS_REQUIREMENTS", raising=False)
    assert script(ROOT)["choose_set"](argv, installed) == chosen


def test_a_set_can_be_named_and_a_wrong_name_is_told(project: Path) -> None:
    finished(project, "airflow")
    assert start(project, "grade", PIONEERS_REQUIREMENTS="airflow").returncode == 0
    run = start(project, "grade", PIONEERS_REQUIREMENTS="everything")
    assert run.returncode == 2
    assert run.stderr == (
        "pioneers: PIONEERS_REQUIREMENTS is 'everything'. "
        "Use one of: publisher, grader, desk, airflow, dev, all.\n"
    )


def test_an_older_python_can_read_the_script() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def pretend(version: str) -> list[str]:
    """A command that runs the script under a Python which says it is another version."""
    code = (
        f"import sys, runpy; sys.version_info = {version}; sys.argv = ['pioneers', 'doctor'];"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("version", ["(3, 10, 12)", "(3, 6, 15)", "(3, 14, 0)"])
def test_a_python_that_does_not_fit_is_told_in_one_line(version: str, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin", **{"python3.13": "exit 127"})
    run = subprocess.run(
        pretend(version), env=variables(PATH=path), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 3
    (line,) = run.stderr.splitlines()
    assert ".".join(re.findall(r"\d+", version)) in line
    assert "3.11, 3.12 or 3.13" in line


def test_a_fitting_python_on_the_path_takes_over(tmp_path: Path) -> None:
    body = f'[ "$1" = -c ] && exec {sys.executable} "$@"\necho "handed over: $2"\n'
    path = tools(tmp_path / "bin", **{"python3.13": "exit 127", "python3.12": body})
    run = subprocess.run(
        pretend("(3, 9, 2)"), env=variables(PATH=path), capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout) == (0, "handed over: doctor\n"), run.stderr


@pytest.mark.parametrize(
    ("built", "system", "taken"),
    [
        ("'--prefix=/home/haneul/python'", "exit 0", True),
        ("'--prefix=/usr' '--enable-optimizations' '--with-lto'", "exit 0", False),
        ("'--prefix=/home/haneul/python'", "exit 1", False),
        ("'--prefix=/home/haneul/python'", None, False),
        (None, "exit 0", False),
    ],
    ids=["plain", "optimised", "cannot make environments", "not there", "nothing is known"],
)
def test_a_python_built_without_optimisation_gives_way_to_the_systems(
    built: str | None,
    system: str | None,
    taken: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tools(tmp_path / "bin", **({"python": system} if system else {}))
    base_python = script(ROOT)["base_python"]
    monkeypatch.setitem(base_python.__globals__, "SYSTEM", f"{path}/python")
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: built)
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    own = sys._base_executable  # type: ignore[attr-defined]
    assert base_python() == (f"{path}/python" if taken else own)
    told = f"pioneers: {own} was built without optimisation; the environment gets {path}/python"
    assert [line.split(", which")[0] for line in capsys.readouterr().err.splitlines()] == (
        [told] if taken else []
    )


def test_the_systems_python_by_another_name_is_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base_python = script(ROOT)["base_python"]
    own = sys._base_executable  # type: ignore[attr-defined]
    (tmp_path / "python").symlink_to(own)
    monkeypatch.setitem(base_python.__globals__, "SYSTEM", str(tmp_path / "python"))
    monkeypatch.setattr(sysconfig, "get_config_var", lambda _: "'--prefix=/usr'")
    assert (base_python(), capsys.readouterr().err) == (own, "")


@pytest.fixture
def no_ensurepip(tmp_path: Path) -> Path:
    """A folder for PYTHONPATH that makes Python look like Debian's without python3-venv."""
    shim = tmp_path / "shim"
    shim.mkdir()
    (shim / "ensurepip.py").write_text("raise ImportError('no ensurepip here')", "utf-8")
    return shim


PACKAGE = "python{}.{}-venv".format(*sys.version_info[:2])


@pytest.mark.parametrize(
    "scripts",
    [{}, {"apt-get": "echo no such package >&2; exit 100", "env": 'shift; exec "$@"'}],
    ids=["no apt-get", "apt-get fails"],
)
def test_without_venv_one_line_names_the_package(
    project: Path, no_ensurepip: Path, tmp_path: Path, scripts: Mapping[str, str]
) -> None:
    path = tools(tmp_path / "bin", **scripts)
    run = start(project, "doctor", PATH=path, PYTHONPATH=str(no_ensurepip))
    assert run.returncode == 3
    assert f"sudo apt install {PACKAGE}" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    assert list((project / ".venv").iterdir()) == []


def test_nobody_without_the_right_is_asked_for_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    sudo = f'printf "%s " "$@" >> {log}; exit 1'
    monkeypatch.setenv("PATH", tools(tmp_path / "bin", sudo=sudo, **{"apt-get": "exit 0"}))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert script(ROOT)["apt_install"]("bubblewrap") is False
    assert log.read_text("utf-8") == "-n true "


def test_a_missing_sandbox_is_a_note_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", tools(tmp_path / "bin"))
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    script(ROOT)["prepare_machine"](sys.executable)
    told = capsys.readouterr()
    assert told.out == ""
    expected = (
        ["pioneers: note: bubblewrap is not installed"] if platform.system() == "Linux" else []
    )
    assert [line.split(";")[0] for line in told.err.splitlines()] == expected


def test_files_of_somebody_else_are_never_removed(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "thesis"
    place.mkdir()
    (place / "chapter.txt").write_text("years of work", "utf-8")
    run = start(project, "doctor", PIONEERS_VENV=str(place))
    assert run.returncode == 2
    assert "is no Python environment" in run.stderr
    assert [path.name for path in place.iterdir()] == ["chapter.txt"]


def test_a_place_that_is_a_file_is_told_in_one_line(project: Path, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("", "utf-8")
    run = start(project, "doctor", PIONEERS_VENV=str(place))
    assert run.returncode == 3
    assert str(place) in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_messages_are_in_the_readers_language(project: Path) -> None:
    run = start(project, PIONEERS_REQUIREMENTS="x", PIONEERS_LANGUAGE="", LC_ALL="ko_KR.UTF-8")
    assert "다음 중 하나를 써 주세요" in run.stderr


def test_both_languages_say_the_same_things() -> None:
    for key, texts in script(ROOT)["TEXT"].items():
        english, korean = (set(re.findall(r"{(\w+)", text)) for text in texts)
        assert english == korean, key


@pytest.mark.network
def test_a_first_start_installs_and_a_second_does_not(
    project: Path, no_ensurepip: Path, tmp_path: Path
) -> None:
    """From a Python without ensurepip, through a stand-in for apt-get that brings it."""
    log = tmp_path / "log"
    brings = f'echo "$DEBIAN_FRONTEND $@" >> {log}\ncase "$*" in *venv) rm -r {no_ensurepip};; esac'
    # For an ordinary user the right to install comes from sudo, which here just runs the rest.
    path = tools(tmp_path / "bin", sudo='shift; exec "$@"', **{"apt-get": brings})
    run = start(
        project, "doctor", PATH=f"{path}:{os.environ['PATH']}", PYTHONPATH=str(no_ensurepip)
    )
    assert run.returncode == 0, run.stderr
    calls = log.read_text("utf-8").splitlines()
    assert all(call.startswith("noninteractive -qq ") for call in calls)
    assert calls[0].endswith(" update")
    assert calls[1].endswith(f" install -y {PACKAGE}")
    python = str(project / ".venv" / "bin" / "python")
    probe = "import psutil, importlib.metadata as m; print(m.version('small'))"
    known = subprocess.run([python, "-c", probe], capture_output=True, text=True, timeout=60)
    assert known.stdout == "1\n", known.stderr
    again = start(project, "doctor")
    assert (again.returncode, again.stderr) == (0, "")
    # More is needed, with a package that the lock does not hold lying about: exactly the lock.
    (packages,) = (project / ".venv").glob("lib/python*/site-packages")
    shutil.copytree(next(packages.glob("tomlkit-*")), packages / "stray-1.0.dist-info")
    metadata = packages / "stray-1.0.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: stray\nVersion: 1.0\n", "utf-8")
    (packages / "stray-1.0.dist-info" / "RECORD").write_text(
        "stray-1.0.dist-info/METADATA,,\nstray-1.0.dist-info/RECORD,,\n", "utf-8"
    )
    more = start(project, "test")
    assert more.returncode == 0, more.stderr
    assert "bringing the environment up to date (all, 1 packages)" in more.stderr
    assert not metadata.exists()


@pytest.mark.network
def test_a_start_that_was_killed_two_at_once_and_one_that_fails(project: Path) -> None:
    command = [sys.executable, str(project / "pioneers"), "doctor"]
    first = subprocess.Popen(
        command, env=variables(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    config = project / ".venv" / "pyvenv.cfg"
    while not config.exists() and first.poll() is None:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate(timeout=60)
    assert not (project / ".venv" / "pioneers-stamp.json").exists()
    both = [
        subprocess.Popen(
            command, env=variables(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    told = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert sorted("the first time takes" in errors for _, errors in told) == [False, True]
    assert all(json.loads(output)["argv"] == ["doctor"] for output, _ in told)
    assert not (project / ".venv" / "pioneers-unfinished").exists()
    _a_failing_installer_is_shown_and_leaves_no_stamp(project)


def _a_failing_installer_is_shown_and_leaves_no_stamp(project: Path) -> None:
    forged = re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, locked("iniconfig"))
    (project / "requirements" / "grader.txt").write_text(forged, "utf-8")
    run = start(project, "doctor")
    assert run.returncode == 3
    assert "ash mismatch" in run.stderr, run.stderr
    assert run.stderr.splitlines()[-1].startswith("pioneers: uv failed; the lines above say why.")
    assert not (project / ".venv" / "pioneers-stamp.json").exists()
