"""Functions that do harm: each its verdict, and the case after it is as good as new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from .conftest import Came, write

pytestmark = pytest.mark.sandbox

BAD = """
import builtins, ctypes, json, os, signal, socket, subprocess, sys, threading, time
KEPT = []

def fine():
    ours = sys.prefix.split("/")[2]  # a checkout below /tmp shows its environment there
    leftovers = [n for n in os.listdir("/tmp") + os.listdir("/dev/shm") if n != ours]
    others = [p for p in os.listdir("/proc") if p.isdigit()]
    marks = [p for p in others if b"marker-left" in open(f"/proc/{p}/cmdline", "rb").read()]
    patched = json.dumps.__name__ != "dumps" or builtins.len([1]) != 1
    return "ok" if not (KEPT or leftovers or marks or patched) else [KEPT, leftovers, marks]

def os_exit(): os._exit(0)
def sys_exit(): sys.exit(0)
def spins():
    while True: pass
def stubborn():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        try:
            while True: pass
        except BaseException: pass
def sleeps(): time.sleep(60)
def hogs():
    kept = []
    while True: kept.append(bytearray(10**7))
def deep():
    return deep()
def deeper():
    sys.setrecursionlimit(10**9)
    return deeper()
def fork_bomb():
    while True: os.fork()
def prints():
    print("debugging", flush=True)
    return "ok"
def floods():
    while True: print("x" * 1000)
def generator(): return (x for x in [1])
def self_equal():
    class Equal(str):
        def __eq__(self, other): return True
        __hash__ = None
    return Equal("no")
def an_object():
    class Any:
        def __eq__(self, other): return True
    return Any()
def huge_number(): return 10 ** 100_000
def huge_list(): return [0] * 300_000
def huge_text(): return "x" * 100_000
def nan(): return float("nan")
def nested():
    value = []
    for _ in range(10**6): value = [value]
    return value
def patched():
    builtins.len = lambda *a: 0
    json.dumps = lambda *a, **k: '{"value": "1"}'
    time.thread_time_ns = time.monotonic = lambda: 0
    return "ok"
def keeps():
    KEPT.append(1)
    open("/tmp/left", "w").write("x")
    open("/dev/shm/left", "w").write("x")
    return "ok"
def leaves_a_process():
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            code = "import time; time.sleep(60)"
            os.execv(sys.executable, [sys.executable, "-c", code, "marker-left"])
        os._exit(0)
    time.sleep(0.3)
    return "ok"
def leaves_a_thread():
    threading.Thread(target=time.sleep, args=(60,)).start()
    return "ok"
def closes():
    os.closerange(0, 64)
    return "ok"
def segfault(): ctypes.string_at(0)
def raises():
    class Odd(Exception):
        def __str__(self): raise RuntimeError
    raise Odd
def ends_all_it_can():
    # Everything of this user but the judge itself, its parent and this process.
    for p in os.listdir("/proc"):
        if p.isdigit() and int(p) not in (1, os.getppid(), os.getpid()):
            try: os.kill(int(p), signal.SIGKILL)
            except OSError: pass
    return "ok"
def none(): return None
def wrong_type(): return ["ok"]
def near(): return " OK"
def solution(name): return globals()[name]()
"""
EXPECTED = {
    "os_exit": "cases.quit",
    "sys_exit": "cases.quit",
    "spins": "cases.time",
    "stubborn": "cases.time",
    "sleeps": "cases.waits",
    "hogs": "cases.memory",
    "deep": "cases.raised",
    "deeper": "cases.memory or cases.time",
    "fork_bomb": "cases.raised or cases.quit",  # as the first or a later process ends first
    "prints": "",
    "floods": "cases.output",
    "generator": "cases.not_plain",
    "self_equal": "cases.wrong",
    "an_object": "cases.not_plain",
    "huge_number": "cases.too_long",
    "huge_list": "cases.too_long",
    "huge_text": "cases.output",
    "nan": "cases.type",
    "nested": "cases.too_deep or cases.time",  # a busy machine may not get that deep
    "patched": "cases.type",
    "keeps": "",
    "leaves_a_process": "",
    "leaves_a_thread": "",
    "closes": "cases.quit",
    "segfault": "cases.killed",
    "raises": "cases.raised",
    "ends_all_it_can": "",
    "none": "cases.none",
    "wrong_type": "cases.type",
    "near": "cases.presentation",
}
ORDER = [name for each in EXPECTED for name in (each, "fine")]


@pytest.fixture(scope="session")
def bad(base: Path, came: Callable[..., Came]) -> Came:
    """All of them in one start of the sandbox, with a harmless case after each."""
    solution = 'def solution(name):\n    return "ok"\n'
    target = write(base / "bad", solution=solution, cases={"examples": [[n] for n in ORDER]})
    return came(target, BAD)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_gets_its_verdict(bad: Came, name: str) -> None:
    place = 2 * list(EXPECTED).index(name)
    found = bad.code(place)
    assert found in EXPECTED[name].split(" or "), bad.documents["examples"]["cases"][place]


def test_the_case_after_each_is_accepted(bad: Came) -> None:
    after = {ORDER[k - 1]: bad.code(k) for k in range(1, len(ORDER), 2)}
    assert {name: code for name, code in after.items() if code} == {}
    assert bad.stopped == ""


def test_nothing_is_left_running(bad: Came) -> None:
    assert [line for line in _all() if "marker-left" in line] == []


def _all() -> Iterator[str]:
    for process in psutil.process_iter():
        try:
            yield " ".join(process.cmdline())
        except psutil.Error:
            continue
