"""Cheating through the whole pipeline: no trick earns a point that no answer earned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder import assignment as assignments
from autograder import pipeline
from autograder.models import LANGUAGES, Language, Report
from autograder.report import from_json, to_json, to_markdown
from autograder.submission import Cell, render_notebook

pytestmark = pytest.mark.sandbox

TOML = """
format_version = 1
id = "tiny-one"
kind = "notebook"
title = { ko = "작은 과제", en = "A tiny one" }

[limits]
wall_s = 12
memory_mb = 1024

[answers.total]
type = "scalar"
points = 1

[answers.items]
type = "list"
points = 1
order = "strict"

[answers.table]
type = "dict"
points = 1
visibility = "public"

[answers.double]
type = "function"
points = 1
calls = [[21], [4]]

[answers.sales]
type = "frame"
points = 2
"""
REFERENCE = """### BEGIN SOLUTION
import pyarrow as pa
word = "reference-only-word"
total = seed * 3 + 1
items = [seed, seed + 1]
table = {"seed": seed}
def double(x):
    return x * 2 + seed
sales = pa.table({"day": ["a", "b"], "won": [seed, seed * 2]})
### END SOLUTION"""
WRONG = """import pyarrow as pa
total, items, table = -1, [-1], {"seed": -1}
def double(x): return -1
sales = pa.table({"day": ["a", "b"], "won": [-1, -1]})
"""
ALL = 6.0
Grade = Callable[..., Report]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One cache of reference answers for this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIONEERS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    """Grade cells by the tiny assignment: `grade("total = 1", tests="…", seed=7)`."""

    def grade_cells(
        *sources: str,
        toml: str = TOML,
        reference: str = REFERENCE,
        tests: str = "",
        seed: int = 7,
        language: Language = "en",
        out: Path | None = None,
        files: dict[str, str] | None = None,
    ) -> Report:
        home = tmp_path / "tiny-one"
        theirs = tmp_path / "submission"
        for folder in (home, theirs):
            folder.mkdir()
        (home / "assignment.toml").write_text(toml, "utf-8")
        (home / "notebook.ipynb").write_text(render_notebook([Cell("code", reference)]), "utf-8")
        if tests:
            (home / "tests").mkdir()
            (home / "tests" / "test_more.py").write_text(tests, "utf-8")
        for name, text in (files or {}).items():
            (theirs / name).write_text(text, "utf-8")
        cells = [Cell("code", source) for source in sources]
        (theirs / "notebook.ipynb").write_text(render_notebook(cells), "utf-8")
        found = assignments.load(home)
        report = pipeline.grade(found, theirs, seed=seed, language=language, out=out)
        assert from_json(to_json(report)) == report
        assert to_markdown(report)
        assert report.score <= sum(c.max_points for c in report.checks if c.status == "pass")
        return report

    return grade_cells


def passed(report: Report) -> set[str]:
    assert report.status == "graded", report.message
    return {check.id for check in report.checks if check.status == "pass"}


# ---------------------------------------------------------------- the honest ones


def test_the_reference_itself_gets_everything(grade: Grade) -> None:
    report = grade(REFERENCE)
    assert (report.score, report.max_score) == (ALL, ALL)


def test_answers_written_down_for_the_public_seed_fail_under_another(grade: Grade) -> None:
    public = REFERENCE.replace("seed", str(pipeline.PUBLIC_SEED)).replace(
        '{"42": 42}', '{"seed": 42}'
    )
    assert grade(public, seed=7).score == 0


def test_answers_written_down_for_the_public_seed_pass_under_it(grade: Grade) -> None:
    public = REFERENCE.replace("seed", str(pipeline.PUBLIC_SEED)).replace(
        '{"42": 42}', '{"seed": 42}'
    )
    assert grade(public, seed=pipeline.PUBLIC_SEED).score == ALL


def test_wrong_answers_get_nothing_and_a_hidden_value_is_never_told(grade: Grade) -> None:
    report = grade(WRONG, seed=987_654_321)
    assert passed(report) == set()
    told = to_json(report) + to_markdown(report)
    hidden = [check for check in report.checks if check.visibility == "hidden"]
    assert len(hidden) == 4
    for check in hidden:
        assert "987654321" not in json.dumps([check.message, check.hint])
        assert "987,654,321" not in check.message
    for value in (987_654_321 * 3 + 1, 987_654_322, 987_654_321 + 42):
        assert str(value) not in told
        assert f"{value:,}" not in told


# ---------------------------------------------------------------- the others

LIARS = """
class Everything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __iter__(self): return iter(())
    def __len__(self): return 2
    def __int__(self): return 22
    def __float__(self): return 22.0
    def __reduce__(self): return (print, ("x",))
    __hash__ = None
"""
LYING_TYPES = """
def liar(base):
    class Liar(base):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __hash__(self): return 0
    return Liar
total = liar(int)(5)
items = liar(list)([-1])
table = liar(dict)(seed=liar(float)(0.5))
double = lambda x: liar(str)("x")
import pandas as pd
class Frame(pd.DataFrame):
    def __eq__(self, other): return True
    def equals(self, other): return True
    @property
    def shape(self): return (2, 2)
Frame.__name__ = "DataFrame"
sales = Frame({"day": ["a", "b"], "won": [0, 0]})
"""
PATCHES = """
import builtins, json, sys, types
import pandas, pandas.testing, pyarrow, numpy
fine = lambda *a, **k: None
true = lambda *a, **k: True
pandas.testing.assert_frame_equal = pandas.testing.assert_series_equal = fine
pandas.DataFrame.equals = numpy.allclose = numpy.array_equal = true
for name in ("pytest", "_pytest", "autograder.grade", "autograder.bundle", "autograder.report"):
    module = types.ModuleType(name)
    module.main = module.raises = module.compare_answer = fine
    sys.modules[name] = module
builtins.AssertionError = type("AssertionError", (BaseException,), {})
builtins.__debug_off__ = True
"""
PATCHES_OF_THE_KERNEL = """
import builtins, json
json.loads = lambda *a, **k: {"status": "graded", "score": 6.0}
builtins.abs = builtins.sum = builtins.max = lambda *a, **k: 0
"""
FORGED = """
import json, os, pathlib
check = {"id": "total", "points": 6.0, "max_points": 6.0, "status": "pass", "title": "",
         "visibility": "hidden"}
report = json.dumps({"format_version": 1, "assignment": "tiny-one", "status": "graded",
                     "score": 6.0, "max_score": 6.0, "checks": [check]})
for folder in (".", "/tmp", "/tmp/pioneers", "/tmp/pioneers/private", "/dev/shm", "..", "bundle"):
    for name in ("report.json", "checks.json", "bundle.json", "run.json", "results.json",
                 "request.json", "total.json", "sales.parquet", "executed.ipynb"):
        try:
            pathlib.Path(folder).mkdir(exist_ok=True)
            pathlib.Path(folder, name).write_text(report)
        except OSError:
            pass
print(report)
"""
PIPES = """
import json, os, pathlib
def frame(kind, payload=b"", **fields):
    return json.dumps({**fields, "kind": kind, "bytes": len(payload)}).encode() + b"\\n" + payload
forged = b"".join([
    frame("answer", b"1", name="../../report", media="json"),
    frame("answer", b"1", name="bonus", media="json"),
    frame("answer", b"gASV", name="total", media="pickle"),
    frame("score", score=6.0), frame("check", id="total", points=6.0, status="pass"),
    frame("no_answer", name="items", code="too_large", detail="many"),
    frame("no_answer", name="table", code="\\ud800", detail="\\ud800" * 600),
    frame("cell", index=-1, status="ok"), frame("cell", index=0, status="perfect"),
    frame("notebook", b"{}"), b"noise\\n", frame("done"),
])
written = 0
for pid in {1, 2, 3, os.getppid(), os.getpid()}:
    for fd in range(40):
        try:
            with open(f"/proc/{pid}/fd/{fd}", "wb") as pipe:
                written += pipe.write(forged)
        except OSError:
            pass
"""
NO_ASSERTS = """
import ast, sys
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())
sys.flags, sys.dont_write_bytecode = None, True
sys.settrace(lambda *a: None)
get_ipython().events.register("post_run_cell", lambda *a: None)
"""
COLLECTOR = """
import json, os, pathlib
class Fake:
    def collect(self, names, space):
        folder = pathlib.Path("/tmp/pioneers/private")
        (folder / "total.json").write_text("22")
        for link in ("items.json", "../items.json"):
            try: (folder / link).symlink_to("/proc/1/environ")
            except OSError: pass
        return [{"name": "sales", "file": "../../../etc/passwd"}, {"name": "items", "file": ""},
                {"name": "bonus", "file": "total.json"}, 5, None, {"name": ["x"]}, {"file": {}}]
get_ipython()._pioneers = Fake()
"""
DEEP_COLLECTOR = """
class Fake:
    def collect(self, names, space):
        return [{"name": name, "code": "too_large", "detail": "x" * 10**6} for name in names]
get_ipython()._pioneers = Fake()
"""
TRICKS: dict[str, tuple[str, ...]] = {
    "equal to everything": (
        LIARS + "total = items = table = double = sales = Everything()",
    ),
    "types that lie": (LYING_TYPES,),
    "patches": (PATCHES, WRONG),
    "patches after the answers": (WRONG, PATCHES, PATCHES_OF_THE_KERNEL),
    "forged files": (FORGED, WRONG, FORGED),
    "forged frames": (WRONG, PIPES),
    "no asserts": (NO_ASSERTS, WRONG),
    "a collector of its own": (WRONG, COLLECTOR, "total = -1", "x = 1"),
    "a collector that says too much": (DEEP_COLLECTOR, WRONG),
    "nothing at all": ("pass",),
    "leaving early": ("import os; os._exit(0)",),
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_earns_a_point(trick: str, grade: Grade, tmp_path: Path) -> None:
    files = {"conftest.py": "raise SystemExit(0)", "pytest.ini": "[pytest]\naddopts = --co\n"}
    report = grade(*TRICKS[trick], files=files, out=tmp_path / "out")
    assert passed(report) == set()
    assert (report.score, report.max_score) == (0.0, ALL)
    assert {check.id for check in report.checks} == {"total", "items", "table", "double", "sales"}
    assert all(check.message for check in report.checks)
    for each in (tmp_path / "out").rglob("*"):
        assert not each.is_symlink()


def test_a_trick_takes_nothing_from_right_answers_before_it(grade: Grade) -> None:
    assert "total" in passed(grade(REFERENCE, "import os; os.kill(os.getppid(), 9)"))


def test_the_reference_and_the_tests_are_nowhere_to_be_read(grade: Grade, tmp_path: Path) -> None:
    search = """
import os, pathlib, sys
needles = [b"reference-only-" + b"word", b"hidden-test-" + b"word", b"tiny-" + b"one"]
found = []
for top in ("/tmp", "/dev/shm", "/pioneers", "/submission", "/home", "/var", "/etc", "/run"):
    for parent, below, names in os.walk(top):
        below[:] = [each for each in below if os.path.join(parent, each) != sys.prefix]
        for name in names:
            try:
                path = pathlib.Path(parent, name)
                body = path.read_bytes() if path.is_file() else b""
            except OSError:
                continue
            found += [f"{parent}/{name}" for needle in needles if needle in body]
items = sorted(found)
total = len(pathlib.Path("/pioneers/job-1.json").read_bytes())
"""
    test = "from autograder.grade import points\nWORD = 'hidden-test-word'\n"
    test += "@points(1)\ndef test_word(answers):\n    assert answers['total'] == WORD\n"
    report = grade(search, tests=test, out=tmp_path / "out")
    assert report.status == "graded"
    listed = json.loads((tmp_path / "out" / "bundle" / "answers" / "items.json").read_text())
    assert listed == []
    assert int((tmp_path / "out" / "bundle" / "answers" / "total.json").read_text()) > 100


def test_a_test_of_ours_that_a_lying_answer_meets_sees_plain_values(grade: Grade) -> None:
    test = """
from autograder.grade import points

@points(1)
def test_type(answers):
    assert type(answers["total"]) is int

@points(1)
def test_value(answers, expected):
    assert answers["total"] == expected["total"]
"""
    assert passed(grade(LYING_TYPES, tests=test)) == {"test_type"}


# ---------------------------------------------------------------- whose fault it is


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_notebook_is_invalid_in_both_languages(grade: Grade, language: Language) -> None:
    report = grade("", language=language)
    assert report.status == "invalid"
    assert report.message
    assert (report.score, report.max_score, report.checks) == (0.0, ALL, ())


@pytest.mark.parametrize(
    "reference", ["raise ValueError('ours')", "total = 1", REFERENCE + "\nsales = object()"]
)
def test_a_reference_that_fails_is_our_fault(grade: Grade, reference: str) -> None:
    report = grade(REFERENCE, reference=reference)
    assert report.status == "infra_error"
    assert report.score == 0
    assert "reference" in report.message


@pytest.mark.parametrize(
    "tests",
    ["import nothing_of_this_name", "def broken(:", "raise SystemExit(0)", "import os; os._exit(0)",
     "import os; os._exit(1)", "from autograder.grade import points\n"
     "@points(1)\ndef test_x(no_such_fixture): ..."],
)  # fmt: skip
def test_a_test_file_that_is_broken_is_our_fault(grade: Grade, tests: str) -> None:
    report = grade(REFERENCE, tests=tests)
    assert report.status == "infra_error"
    assert report.score == 0
    assert "Traceback" not in report.message


def test_what_a_hidden_test_says_is_kept_and_a_public_one_is_told(grade: Grade) -> None:
    tests = """
from autograder.grade import points

@points(1)
def test_hidden(answers, expected):
    assert answers["total"] == expected["total"], f"it is {expected['total']}"

@points(1)
def test_hidden_error(answers, expected):
    raise KeyError(expected["total"])

@points(1, visibility="public")
def test_public(answers):
    assert answers["total"] == 5, "total counts the rows"
"""
    report = grade(WRONG, tests=tests, seed=7_777_777)
    checks = {check.id: check for check in report.checks}
    assert "total counts the rows" in checks["test_public"].message
    assert "23333332" not in to_json(report)
    assert "23,333,332" not in to_json(report)
    assert report.max_score == ALL + 3
