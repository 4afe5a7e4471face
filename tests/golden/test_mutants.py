"""Mutants are small, valid Python, spread over the cells, and the same for a seed."""

from __future__ import annotations

import ast

from autograder.authoring.mutants import mutate

CELLS = {
    "first": 'a = frame.dropDuplicates(["id"]).filter("x > 1")\n',
    "second": 'b = a.join(rates, "k", "left").agg(F.sum("won")).orderBy(F.desc("won"))\n',
}


def test_each_mutant_is_one_change_and_parses() -> None:
    mutants = mutate(CELLS, 20, seed=1)
    assert len(mutants) >= 4
    for mutant in mutants:
        ast.parse(mutant.source)
        assert mutant.source != ast.unparse(ast.parse(CELLS[mutant.cell]))


def test_the_join_type_is_swapped() -> None:
    assert any("'left' → 'inner'" in mutant.change for mutant in mutate(CELLS, 50, seed=1))


def test_few_mutants_come_from_several_cells() -> None:
    assert {mutant.cell for mutant in mutate(CELLS, 2, seed=3)} == {"first", "second"}


def test_the_same_seed_chooses_the_same() -> None:
    assert mutate(CELLS, 3, seed=5) == mutate(CELLS, 3, seed=5)


def test_a_cell_that_is_no_python_has_no_mutants() -> None:
    assert mutate({"x": "%%sql\nselect 1"}, 5, seed=1) == []
