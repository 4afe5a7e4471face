"""Mutants are small, valid Python, spread over the parts, and the same for a seed."""

from __future__ import annotations

import ast

import pytest

from autograder import kinds
from autograder.assignment import Assignment, load_all
from autograder.authoring.breaks import PROGRAM, TABLES, TASKS, Rule
from autograder.authoring.mutants import Mutant, mutate

CELLS = {
    "first": 'a = frame.dropDuplicates(["id"]).filter("x > 1")\n',
    "second": 'b = a.join(rates, "k", "left").agg(F.sum("won")).orderBy(F.desc("won"))\n',
}
TREES = [assignment for assignment in load_all() if assignment.kind in ("code", "dag")]


def tables(parts: dict[str, str], count: int, seed: int = 1) -> list[Mutant]:
    return mutate(parts, count, rules=TABLES, seed=seed)


def sources(text: str, *rules: Rule) -> set[str]:
    return {mutant.source for mutant in mutate({"part": text}, 99, rules=rules, seed=1)}


def test_each_mutant_is_one_change_and_parses() -> None:
    mutants = tables(CELLS, 20)
    assert len(mutants) >= 4
    for mutant in mutants:
        ast.parse(mutant.source)
        assert mutant.source != ast.unparse(ast.parse(CELLS[mutant.part]))


def test_the_join_type_is_swapped() -> None:
    assert any("'left' → 'inner'" in mutant.change for mutant in tables(CELLS, 50))


def test_few_mutants_come_from_several_parts() -> None:
    assert {mutant.part for mutant in tables(CELLS, 2, seed=3)} == {"first", "second"}


def test_a_short_part_leaves_its_share_to_a_long_one() -> None:
    parts = {"short": "a = b.distinct()\n", "long": CELLS["second"] * 4}
    assert len(tables(parts, 9)) == 9


def test_the_same_seed_chooses_the_same() -> None:
    assert tables(CELLS, 3, seed=5) == tables(CELLS, 3, seed=5)


def test_a_part_that_is_no_python_has_no_mutants() -> None:
    assert tables({"x": "%%sql\nselect 1"}, 5) == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("low < high", {"low <= high"}),
        ("a and not b", {"a or not b", "a and b"}),
        ("name not in seen", {"name in seen"}),
        ("x = n - 1", {"x = n + 1", "x = n - 2"}),
        ("total += price", {"total -= price"}),
        ("x = sorted(names, key=len)", {"x = names", "x = sorted(names)"}),
        ("heap.popleft()", {"heap.pop()", "pass"}),
        ("seen.add(name)", {"pass"}),
        ("ok = max(row)", {"ok = min(row)"}),
        ("rows.sort(key=rank)", {"rows.sort()", "pass"}),
        ("x = -row[name]", {"x = row[name]"}),
        ("flag = True", set()),
        ('"""What it does: 1 < 2."""', set()),
        ("limit = 3  # pragma: no mutate", set()),
    ],
)  # fmt: skip
def test_a_program_is_broken_where_programs_break(text: str, broken: set[str]) -> None:
    assert sources(text, *PROGRAM) == broken


def test_each_place_of_a_query_is_broken_and_told_with_its_line() -> None:
    text = 'q = """\nSELECT DISTINCT a\nFROM t LEFT JOIN u USING (a)\nORDER BY a DESC\n"""\n'
    told = {mutant.change for mutant in mutate({"x": text}, 9, rules=PROGRAM, seed=1)}
    assert told == {
        "line 1: 'SELECT DISTINCT' → 'SELECT' in line 2",
        "line 1: 'LEFT JOIN' → 'JOIN' in line 3",
        "line 1: ' DESC' → '' in line 4",
    }


def test_a_dag_forgets_its_retries_and_its_order() -> None:
    assert "{'owner': 'haneul-example'}" in sources(
        "{'owner': 'haneul-example', 'retries': 2}", *TASKS
    )
    assert sources("task(retries=2)", *TASKS) == {"task()", "pass"}
    assert sources("first >> second", *TASKS) == {"pass"}


@pytest.mark.parametrize("assignment", TREES, ids=[each.id for each in TREES])
def test_programs_and_dags_have_mutants(assignment: Assignment) -> None:
    kind = kinds.of(assignment)
    found = mutate(kind.parts(assignment), 2, rules=kind.breaks, seed=7)
    assert len(found) == 2
