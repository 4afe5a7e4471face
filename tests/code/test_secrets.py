"""What a program can find of the judge, of other cases and of what is expected: nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Came, write

pytestmark = pytest.mark.sandbox
SECRET = "made-up-9c1e77"

SPY = """
import ctypes, gc, json, os, stat, sys
WORD = bytes.fromhex("{word}")

def look(name):
    found = {{"files": [], "opened": []}}
    places = [f"/proc/{{p}}/{{f}}" for p in filter(str.isdigit, os.listdir("/proc"))
              for f in ("mem", "environ", "cmdline", "maps", "stack")]
    for base in ("/pioneers", "/submission", "/tmp", "/dev/shm", "/etc", "/run", "/var"):
        for folder, below, files in os.walk(base):
            below[:] = [b for b in below if os.path.join(folder, b) != sys.prefix]
            places += [os.path.join(folder, f) for f in files]
    for p in filter(str.isdigit, os.listdir("/proc")):
        try: places += [f"/proc/{{p}}/fd/{{n}}" for n in os.listdir(f"/proc/{{p}}/fd")]
        except OSError: pass
    for place in places:
        if place.startswith(("/proc/self", f"/proc/{{os.getpid()}}/")): continue
        try:
            if not stat.S_ISREG(os.stat(place).st_mode): continue
            with open(place, "rb") as file:
                if WORD in file.read(10**7): found["files"].append(place)
        except OSError: pass
    for p in filter(str.isdigit, os.listdir("/proc")):
        if int(p) == os.getpid(): continue
        try:
            with open(f"/proc/{{p}}/mem", "rb") as memory:
                for line in open(f"/proc/{{p}}/maps"):
                    span, rights = line.split()[:2]
                    if "w" not in rights: continue
                    start, end = (int(each, 16) for each in span.split("-"))
                    memory.seek(start)
                    if WORD in memory.read(end - start): found["files"].append(line)
        except OSError: pass
    for fd in range(64):
        try: found["opened"].append([fd, os.readlink(f"/proc/self/fd/{{fd}}")])
        except OSError: pass
    return found

def write_frames():
    frame = json.dumps({{"kind": "case", "group": "examples", "index": 1, "bytes": 0}}) + "\\n"
    for fd in range(1, 64):
        try: os.write(fd, frame.encode())
        except OSError: pass
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for fd in range(16):
            try: open(f"/proc/{{pid}}/fd/{{fd}}", "wb", 0).write(frame.encode())
            except OSError: pass
    return "ok"

def trace():
    libc = ctypes.CDLL(None, use_errno=True)
    return [libc.ptrace(16, os.getppid(), 0, 0), libc.kill(1, 0)]

def solution(name, later):
    if name == "kill": os.kill(os.getppid(), 9)
    if name == "look": return look(name)
    if name == "write": return write_frames()
    if name == "trace": return trace()
    return "ok"
"""
CASES = [["look", ""], ["write", ""], ["trace", ""], ["plain", SECRET], ["kill", ""], ["plain", ""]]


@pytest.fixture(scope="session")
def spy(base: Path, came: Callable[..., Came]) -> Came:
    """One program that looks everywhere, and in the end kills the judge."""
    solution = "def solution(name, later):\n    return 'ok'\n"
    target = write(base / "spy", solution=solution, cases={"examples": CASES})
    return came(target, SPY.format(word=SECRET.encode().hex()))


def test_inputs_of_other_cases_are_nowhere(spy: Came) -> None:
    found: dict[str, Any] = spy.value(0)
    assert found["files"] == []
    assert {fd for fd, _ in found["opened"]} - {0, 1, 2, 3} <= {4, 5}, "its own files, and the walk"
    assert not any("pipe" in target or "socket" in target for _, target in found["opened"])


def test_frames_of_its_own_reach_nobody(spy: Came) -> None:
    assert spy.code(1) in ("", "cases.quit"), "it may spoil its own case"
    assert spy.documents["examples"]["cases"][3]["value"] == '"ok"'


def test_the_judge_cannot_be_traced(spy: Came) -> None:
    assert spy.value(2)[0] == -1


def test_whoever_kills_the_judge_fails_and_the_rest_is_not_run(spy: Came) -> None:
    assert spy.code(4) == "cases.killed"
    assert spy.code(5) == "cases.not_run"
    assert spy.stopped == "crash"


def test_a_forged_result_gets_no_further_than_its_own_case(
    base: Path, came: Callable[..., Came]
) -> None:
    target = write(
        base / "forged",
        solution="def solution(x):\n    return x\n",
        cases={"examples": [[1], [2], [3], [4]]},
    )
    odd = [b"[" * 60_000, b'{"value": 7}', json.dumps({"value": "[" * 5000}).encode(), b"\xff\x00"]
    program = f"import os\nODD = {odd!r}\n"
    program += "def solution(x):\n    os.write(3, ODD[x - 1])\n    os._exit(0)\n"
    found = came(target, program)
    assert [found.code(k) for k in range(4)] == [
        "cases.quit",
        "cases.quit",
        "cases.not_plain",
        "cases.quit",
    ]
