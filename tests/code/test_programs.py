"""Programs that read and print: verdicts on their output, and on how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Came, write

pytestmark = pytest.mark.sandbox

PROGRAM = r"""
import os, sys, time
name = sys.stdin.readline().strip()
def right(): print("1.5\nhello world")
def spaces_at_the_end(): print("1.5  \nhello world   \n\n")
def windows(): sys.stdout.write("1.5\r\nhello world\r\n")
def other_spaces(): print("1.5 hello\tworld")
def other_case(): print("1.5\nHELLO world")
def near_float(): print("1.5000001\nhello world")
def nan(): print("nan\nhello world")
def wrong_line(): print("1.5\nhello")
def silent(): pass
def reads_for_ever():
    while True: sys.stdin.readline()
def reads_too_much(): input(); input()
def writes_for_ever():
    while True: sys.stdout.write("x" * 4096)
def ignores_input(): print(42)
def cp949(): sys.stdout.buffer.write("안녕".encode("cp949"))
def leaves(): print("1.5\nhello world"); sys.exit()
def leaves_badly(): print("1.5\nhello world"); sys.exit(3)
def leaves_with_words(): sys.exit("no")
def drops_buffer(): print("1.5\nhello world"); os._exit(0)
def thread():
    import threading
    threading.Thread(target=lambda: (time.sleep(0.1), print("1.5\nhello world"))).start()
def raises(): {}["key"]
def warns():
    print("a warning", file=sys.stderr)
    right()
def is_main():
    if __name__ == "__main__": right()
globals()[name]()
"""
EXPECTED = {
    "right": "",
    "spaces_at_the_end": "",
    "windows": "",
    "other_spaces": "cases.presentation",
    "other_case": "cases.presentation",
    "near_float": "cases.wrong_line",
    "nan": "cases.wrong_line",
    "wrong_line": "cases.wrong_line",
    "silent": "cases.silent",
    "reads_for_ever": "cases.time",
    "reads_too_much": "cases.raised",
    "writes_for_ever": "cases.output",
    "ignores_input": "cases.wrong_line",
    "cp949": "cases.encoding",
    "leaves": "",
    "leaves_badly": "cases.exit",
    "leaves_with_words": "cases.exit",
    "drops_buffer": "cases.silent",
    "thread": "",
    "raises": "cases.raised",
    "warns": "",
    "is_main": "",
}
SOLUTION = 'print("1.5")\nprint("hello world")\n'


@pytest.fixture(scope="session")
def programs(base: Path, came: Callable[..., Came]) -> Came:
    """All of them in one start of the sandbox."""
    rows = [f"{name}\n" for name in EXPECTED]
    target = write(base / "programs", solution=SOLUTION, cases={"examples": rows}, mode="stdio")
    return came(target, PROGRAM)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_gets_its_verdict(programs: Came, name: str) -> None:
    place = list(EXPECTED).index(name)
    found = programs.code(place)
    assert found == EXPECTED[name], programs.documents["examples"]["cases"][place]


def test_the_first_line_that_differs_is_shown(programs: Came) -> None:
    (found,) = programs.findings(list(EXPECTED).index("wrong_line"))
    assert (found.params["row"], found.params["got"]) == (2, "hello")
    assert found.params["expected"] == "hello world"
    assert found.reveals


def test_an_error_is_told_with_its_own_line(programs: Came) -> None:
    (found,) = programs.findings(list(EXPECTED).index("raises"))
    line = PROGRAM.split("\n").index('def raises(): {}["key"]') + 1
    assert (found.params["error_type"], found.params["line"]) == ("KeyError", line)


def test_another_language_is_a_row(base: Path, came: Callable[..., Came]) -> None:
    target = write(
        base / "shell",
        solution="",
        cases={"examples": ["3 4\n", "0 0\n", "bad 1\n", "loop 1\n"]},
        mode="stdio",
        more='language = "shell"',
    )
    program = 'read a b\n[ "$a" = bad ] && . ./nowhere.sh\n[ "$a" = loop ] && while :; do :; done\n'
    (target.folder / "solution.sh").write_text("read a b\necho $((a + b))\n")
    program += "echo $((a + b))\n"
    found = came(target, program)
    assert [found.code(k) for k in range(4)] == ["", "", "cases.complained", "cases.time"]
    (complaint,) = found.findings(2)
    assert complaint.params["line"] == 2
