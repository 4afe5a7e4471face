"""What is told before anything runs: programs that cannot be graded, and authors' mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import assignment, kinds
from autograder.capture import code as capture
from autograder.capture.drawing import Group, draw, draw_anew, sizes
from autograder.capture.languages import language
from autograder.errors import AssignmentError, SubmissionInvalid
from autograder.models import LANGUAGES
from autograder.submission import check_program
from autograder.text.catalogue import catalogue

from .conftest import Came, write

RIGHT = "def solution(a, b):\n    return a + b\n"
FINE = [
    RIGHT,
    "solution = lambda a, b: a + b\n",
    "def solution(*numbers):\n    return sum(numbers)\n",
    "def solution(a, b, c=0):\n    return a + b\n",
    "from helpers import *\n",
    "from helpers import add as solution\n",
    "if True:\n    def solution(a, b): return a + b\n",
    "class Solver:\n    pass\nsolution = Solver()\n",
    "# -*- coding: cp949 -*-\n" + RIGHT,
]
BAD = {
    "def solution(a, b)\n    return a\n": "syntax",
    "def solution(a, b):\nreturn a\n": "syntax",
    "print('안녕\n": "syntax",
    "def solution(a, b):\n    return (a\n": "syntax",
    "\x00": "no_python",
    "-" * 100_000 + "1": "no_python",
    "def other(a, b):\n    return a\n": "no_function",
    "def soluton(a, b):\n    return a\n": "no_function_near",
    "def outer():\n    def solution(a, b): return a\n": "no_function_near",
    "def solution(a):\n    return a\n": "parameters",
    "def solution(a, b, c):\n    return a\n": "parameters",
    "def solution():\n    return 1\n": "parameters",
}


@pytest.mark.parametrize("text", FINE)
def test_what_can_be_graded_is_let_through(text: str) -> None:
    check_program(text, "solution.py", "solution", RIGHT)


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_graded_is_told_in_both_languages(text: str) -> None:
    with pytest.raises(SubmissionInvalid) as told:
        check_program(text, "solution.py", "solution", RIGHT)
    error = told.value
    assert error.code in (BAD[text], "syntax" if BAD[text] == "no_python" else "")
    for tongue in LANGUAGES:
        words = catalogue(tongue)
        assert words.say(f"invalid.{error.code}", **error.params)
        assert words.say(f"invalid.{error.code}.next", **error.params)


def test_a_syntax_error_points_at_its_place() -> None:
    with pytest.raises(SubmissionInvalid) as told:
        check_program("x = 1\nif x:\n    y = (1,\nz = 2\n", "solution.py", None, "")
    assert told.value.params["line"] == 3
    assert told.value.params["text"] == "y = (1,"
    assert told.value.params["place"] == 5


SOURCES = {
    "mark": "\ufeff# 더하기\n".encode() + RIGHT.encode(),
    "windows": ("# 더하기\n" + RIGHT).replace("\n", "\r\n").encode(),
    "cp949": ("# 더하기\n" + RIGHT).encode("cp949"),
    "utf-16": ("# 더하기\n" + RIGHT).encode("utf-16"),
    "declared": ("# -*- coding: cp949 -*-\n# 더하기\n" + RIGHT).encode("cp949"),
}
LOADS = {
    "input()\n": "cases.load",
    "import nothing_like_it\n": "cases.load",
    "while True: pass\n": "cases.load_late",
    "import time; time.sleep(60)\n": "cases.load_late",
    "import os; os._exit(0)\n": "cases.load_died",
    "import os; os.kill(os.getpid(), 9)\n": "cases.load_died",
    "solution = 5\n": "cases.no_function",
}


@pytest.fixture(scope="session")
def target(base: Path, came: Callable[..., Came]) -> assignment.Assignment:
    made = write(base / "adding", solution=RIGHT, cases={"examples": [[1, 2], [3, 4]]})
    came(made, RIGHT)  # what is expected is known from here on
    return made


@pytest.mark.sandbox
@pytest.mark.parametrize("name", SOURCES)
def test_any_usual_encoding_of_a_source_runs(
    name: str, target: assignment.Assignment, came: Callable[..., Came]
) -> None:
    found = came(target, SOURCES[name], official=name == "mark")
    assert [found.code(k) for k in (0, 1)] == ["", ""]


@pytest.mark.sandbox
@pytest.mark.parametrize("line", LOADS)
def test_a_file_that_does_not_load_is_told(
    line: str,
    target: assignment.Assignment,
    came: Callable[..., Came],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(capture, "LOAD_CPU_S", 1.0)
    monkeypatch.setattr(capture, "LOAD_WALL_S", 2.0)
    source = line if line.startswith("solution") else RIGHT + line
    assert came(target, source).code(0) == LOADS[line]


def test_sizes_rise_from_tiny_to_the_largest() -> None:
    found = sizes(131_072)
    assert found == sorted(set(found))
    assert (found[0], found[-1]) == (2, 131_072)


GENERATORS = {
    "": "no function numbers",
    "def numbers(random):\n    yield [1]\n": "tuple of arguments",
    "def numbers(random):\n    1 / 0\n    yield (1,)\n": "ZeroDivisionError",
    "def numbers(random):\n    yield (object(),)\n": "plain form",
    "def numbers(random):\n    return []\n": "no case",
    "def numbers(random):\n    while True: yield (1,)\n": "more than 5000",
    "def numbers(random):\n    yield 'text'\n": "no input of this mode",
    "import nowhere\n": "ModuleNotFoundError",
    "from autograder.cases import Case\n"
    "def numbers(random):\n    yield Case((1,), note={'ko': '하나'})\n": "note without",
}


@pytest.mark.parametrize("text", GENERATORS)
def test_a_mistake_in_a_generator_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "cases.py").write_text(text, "utf-8")
    with pytest.raises(AssignmentError, match=GENERATORS[text]) as told:
        draw_anew(tmp_path, "", (Group("numbers", "numbers"),), False, 1)
    assert "\n" not in str(told.value)


def test_inputs_depend_on_the_seed_and_on_no_other_group(tmp_path: Path) -> None:
    text = "def {0}(random):\n    print('words')\n    return [(random.random(),)]\n"
    (tmp_path / "cases.py").write_text(text.format("one") + text.format("two"), "utf-8")
    one, two = Group("one", "one"), Group("two", "two")
    both = draw(tmp_path, "1", (one, two), False, 5)
    alone = draw(tmp_path, "1", (two,), False, 5)
    assert both.frames[1] == alone.frames[0]
    assert both.frames[0].payload != both.frames[1].payload
    assert draw(tmp_path, "1", (two,), False, 6).frames != alone.frames
    assert draw_anew(tmp_path, "1", (two,), False, 5).body == alone.body


def test_a_language_is_a_row_of_the_table() -> None:
    assert language("python", function=True).file == "solution.py"
    with pytest.raises(AssignmentError, match="not in the table"):
        language("cobol", function=False)
    with pytest.raises(AssignmentError, match="stdio"):
        language("shell", function=True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mode = "function"', 'mode = "both"', "code.mode"),
        ("cpu_s = 0.5", "cpu_s = 0", "code.limits.cpu_s"),
        ('cases = "examples"', 'casez = "examples"', "answers.examples.cases is missing"),
        ('type = "cases"', 'type = "frame"', "answers.examples"),
        ("points = 1", "points = -1", "answers.examples.points"),
        ('cases = "examples"', 'cases = "../up"', "answers.examples.cases"),
    ],
)
def test_a_mistake_in_the_declaration_names_its_line(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "declared"
    write(folder, solution=RIGHT, cases={"examples": [[1, 2]]})
    path = folder / "assignment.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(AssignmentError, match=", line ") as told:
        assignment.load(folder)
    assert said in str(told.value)


def test_the_starter_comes_with_its_statement(tmp_path: Path) -> None:
    target = write(tmp_path / "starting", solution=RIGHT, cases={"examples": [[1, 2]]})
    (target.folder / "statement.ko.md").write_text("두 수를 더해요.", "utf-8")
    path = kinds.of(target).write_starter(target, tmp_path / "out")
    assert path.name == "solution.py"
    assert (tmp_path / "out" / "statement.ko.md").is_file()
    with pytest.raises(AssignmentError, match="the one part"):
        kinds.of(target).write_variant(target, {"nothing": ""}, tmp_path / "variant")
