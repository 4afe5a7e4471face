"""Coding tests in the page: what the page is given, and that it says what the grader says."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import assignment as assignments
from autograder import paths
from autograder.assignment import Assignment
from autograder.errors import InfrastructureError
from autograder.models import LANGUAGES, Text
from autograder.site import assets, node
from autograder.site.widgets import archive, run
from autograder.site.widgets.compiled import Compiled, compiled

HERE = Path(__file__).parent
SITE = HERE.parents[1] / "site"
Asked = Sequence[tuple[Mapping[str, Any], str]]
Driver = Callable[[Asked], list[dict[str, Any]]]
CODE = [each for each in assignments.load_all() if each.kind == "code"]


@pytest.fixture(scope="session")
def jobs() -> dict[str, dict[str, Any]]:
    return {each.id: run.job(each, "ko") for each in CODE}


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    folder = tmp_path_factory.mktemp("inpage")
    with zipfile.ZipFile(io.BytesIO(archive.archive())) as zipped:
        zipped.extractall(folder)

    def drive(asked: Asked) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(HERE / "inpage_driver.py"), str(folder)],
            input=json.dumps(asked), capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return drive


def test_the_scripts_logic() -> None:
    ran = subprocess.run(
        [str(node.NODE), "--no-warnings", "--test", str(HERE / "run.test.mjs")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_coding_test_runs_in_its_page_and_nothing_else_does() -> None:
    every = assignments.load_all()
    assert [each.id for each in every if run.runs(each)] == [each.id for each in CODE]
    other = next(each for each in every if each.kind != "code")
    assert run.block(other, "ko") == ""


def test_a_page_holds_public_cases_only(jobs: Mapping[str, Any]) -> None:
    for each in CODE:
        public = [a.name for a in each.answers if a.visibility == "public" and a.type == "cases"]
        hidden = [a for a in each.answers if a.visibility == "hidden"]
        assert [group["name"] for group in jobs[each.id]["groups"]] == public
        text = json.dumps(jobs[each.id], ensure_ascii=False)
        for answer in hidden:
            assert answer.name not in [group["name"] for group in jobs[each.id]["groups"]]
            assert answer.hint is None or answer.hint.ko not in text


def test_what_stands_in_the_page_is_the_job_and_leaves_its_element_in_no_way(
    jobs: Mapping[str, Any],
) -> None:
    own = CODE[0]
    bad = "</script><script>alert(1)</script><!-- \u2028 & 'a'"
    answers = tuple(replace(each, hint=Text(bad, bad)) for each in own.answers)
    hostile: Assignment = replace(own, answers=answers)
    for language in LANGUAGES:
        block = run.block(hostile, language)
        assert "\n" not in block
        assert block.count("<script") == block.count("</script>") == 1
        inside = block.partition('<script type="application/json">')[2].partition("</script>")[0]
        assert json.loads(inside)["groups"][0]["hint"] == bad
    assert jobs[own.id]["starter"] == (own.folder / "starter.py").read_text("utf-8")


def test_golden_cases_get_the_grader_s_verdict_in_the_page(
    jobs: Mapping[str, Any], driver: Driver
) -> None:
    asked, wanted = [], []
    for each in CODE:
        for case in sorted((each.folder / "golden").glob("*/case.toml")):
            file = case.parent / "solution.py"
            source = (file if file.is_file() else each.folder / "starter.py").read_text("utf-8")
            verdict = tomllib.loads(case.read_text("utf-8"))["verdict"]["examples"]
            asked.append((jobs[each.id], source))
            wanted.append((f"{each.id}/{case.parent.name}", verdict.get("finding", "")))
    assert len(asked) > 50
    found = driver(asked)
    came = [
        (name, each["told"][0]["code"] if each["told"] else "")
        for (name, _), each in zip(wanted, found, strict=True)
    ]
    assert came == wanted


def test_references_pass(jobs: Mapping[str, Any], driver: Driver) -> None:
    sources = [(each.folder / "solution.py").read_text("utf-8") for each in CODE]
    for each in driver([(jobs[a.id], text) for a, text in zip(CODE, sources, strict=True)]):
        assert each["passed"] == each["total"] > 0
        assert all(case["got"] == case["expected"] for case in each["cases"])


HOSTILE = {
    "return orders[99]": "cases.raised",
    "while True: print('x' * 999)": "cases.output",
    "import sys; [sys.stderr.write('x' * 999) for _ in range(9999)]": "cases.output",
    "return 'x' * 10**7": "cases.output",
    "return [orders] * 300000": "cases.too_long",
    "orders.append(orders); return orders": "cases.too_deep",
    "return 10 ** 9999": "cases.too_long",
    "return float('nan')": "cases.type",
    "return '\\ud800'": "cases.type",
    "raise SystemExit": "cases.quit",
    "raise BaseException('<b>`x`</b>')": "cases.raised",
    "return solution(orders)": "cases.raised",
    "return object()": "cases.not_plain",
    "return None": "cases.none",
    "raise NotImplementedError": "cases.placeholder",
    "import sys; sys.stdout.close(); return orders": "cases.wrong",
    "import os; os.chdir('/'); return orders": "cases.wrong",
}


def test_hostile_functions_get_their_verdict_and_leave_nothing_behind(
    jobs: Mapping[str, Any], driver: Driver
) -> None:
    job = jobs["c01-duplicate-orders"]
    good = (CODE[0].folder / "solution.py").read_text("utf-8")
    bad = [f"def solution(orders):\n    {body}\n" for body in HOSTILE]
    *found, after = driver([*((job, source) for source in bad), (job, good)])
    codes = [[told["code"] for told in each["told"]] for each in found]
    assert dict(zip(HOSTILE, codes, strict=True)) == {body: [c] for body, c in HOSTILE.items()}
    assert all(len(json.dumps(each)) < 20_000 for each in found)
    assert after["passed"] == after["total"]


def test_what_goes_wrong_before_any_case_names_the_line(
    jobs: Mapping[str, Any], driver: Driver
) -> None:
    job = jobs["c01-duplicate-orders"]
    unfinished, other, raising, gone = driver(
        [
            (job, "def solution(orders)\n    pass\n"),
            (job, "def soluton(orders):\n    pass\n"),
            (job, "print('hi')\n1 / 0\ndef solution(orders):\n    pass\n"),
            (job, "def solution(orders):\n    pass\nraise SystemExit\n"),
        ]
    )
    assert unfinished["unfit"]["line"] == 1
    assert "solution" in other["unfit"]["message"]
    assert "soluton" in other["unfit"]["message"]
    assert raising["told"][0]["code"] == "cases.load"
    assert "2번째 줄" in raising["told"][0]["message"]
    assert raising["printed"] == "hi\n"
    assert gone["told"][0]["code"] == "cases.load_died"


def test_changed_input_and_module_state_are_as_in_the_sandbox(
    jobs: Mapping[str, Any], driver: Driver
) -> None:
    job = {**jobs["c01-duplicate-orders"], "keep_arguments": True}
    good = (CODE[0].folder / "solution.py").read_text("utf-8")
    changes = good + "\nright = solution\ndef solution(orders):\n    a = right(orders)\n"
    counts = good + "\nseen = []\nright = solution\ndef solution(orders):\n    seen.append(1)\n"
    changed, counted = driver(
        [
            (job, changes + "    orders.clear()\n    return a\n"),
            (job, counts + "    return right(orders) if len(seen) == 1 else []\n"),
        ]
    )
    assert [each["code"] for each in changed["told"]] == ["cases.changed"]
    assert counted["told"] == []  # each case finds the module as it was loaded


def test_programs_that_read_and_print_are_judged_too(driver: Driver) -> None:
    case = {"index": 0, "given": "3 4\n", "status": "ran", "text": "7\n", "encoded": True}
    limits = {"cpu_s": 2.0, "wall_s": 6.0, "memory_mb": 256, "output_kb": 4}
    expected = {"mode": "stdio", "entry": "", "limits": limits, "checker": "", "cases": [case]}
    group = {"name": "examples", "title": "e", "hint": "", "checker": "exact", "tolerance": 1e-6}
    job = {
        "mode": "stdio", "entry": "", "language": "en", "limits": limits, "starter": "",
        "keep_arguments": False, "groups": [{**group, "expected": expected}],
    }  # fmt: skip
    programs = {
        "print(sum(map(int, input().split())))": "",
        "import sys; print(sum(map(int, sys.stdin.read().split())))": "",
        "import sys; sys.stdout.buffer.write(b'7')": "",
        "print(8)": "cases.wrong",
        "print('7 ', end='')": "",
        "print(' 7')": "cases.presentation",
        "pass": "cases.silent",
        "import sys; sys.stdout.buffer.write(b'\\xff')": "cases.encoding",
        "print(7); raise SystemExit(3)": "cases.exit",
        "print('7' * 9999)": "cases.output",
        "input(); input()": "cases.raised",
    }
    found = driver([(job, source) for source in programs])
    assert [(each["told"] or [{"code": ""}])[0]["code"] for each in found] == [*programs.values()]


def test_the_archive_is_the_same_each_time_and_the_manifest_names_it(tmp_path: Path) -> None:
    assert archive.archive() == archive.archive()
    pyodide = tmp_path / assets.addresses(SITE)["pyodide"]
    pyodide.mkdir(parents=True)
    for name in archive.LOADED:
        (pyodide / name).write_bytes(b"12345")
    python = Compiled(grader=b"1", library=b"12")
    archive.place(python, SITE, tmp_path)
    told = json.loads((tmp_path / "assets/python/manifest.json").read_text("utf-8"))
    assert (tmp_path / told["grader"]).read_bytes() == python.grader
    assert (tmp_path / told["library"]).read_bytes() == python.library
    assert told["bytes"] == 15 + 3
    assert (tmp_path / told["pyodide"]).is_dir()


def test_the_same_modules_are_compiled_once_and_the_oldest_results_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def script(_tool: Path, _modules: Path, told: str) -> str:
        asked.append(told)
        grader = json.loads(told)["grader"]
        return json.dumps({"grader": grader, "library": grader})

    monkeypatch.setattr(node, "script", script)
    tool = SITE / "tools" / "precompile.mjs"
    for number in (1, 2, 3, 4, 4):
        body = b"%d" % number
        made = compiled(body, ["a"], tmp_path / "node_modules", tool, tmp_path / "cache")
        assert made == Compiled(body, body)
    assert len(asked) == 4
    (newest, *_) = kept = sorted(
        (tmp_path / "cache" / "compiled").iterdir(), key=lambda path: -path.stat().st_mtime_ns
    )
    assert len(kept) == 3
    for spoilt in ("{", "{}", "[]", '{"grader": "?", "library": 1}'):  # by a full disk, by anybody
        newest.write_text(spoilt, "utf-8")
        assert compiled(b"4", ["a"], tmp_path / "node_modules", tool, tmp_path / "cache") == made


def test_modules_that_cannot_be_compiled_are_told(tmp_path: Path) -> None:
    modules = assets.fetch(SITE, paths.cache())
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as zipped:
        zipped.writestr("bad.py", "def (")
    with pytest.raises(InfrastructureError, match=r"precompile\.mjs failed: SyntaxError: "):
        compiled(body.getvalue(), ["bad"], modules, SITE / "tools" / "precompile.mjs", tmp_path)
    assert not (tmp_path / "compiled").exists()
