"""What an author may declare of a DAG, and the one line that each mistake gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import assignment as assignments
from autograder.errors import AssignmentError
from autograder.kinds import dag as kind
from tests.dag.conftest import TOML


def write(folder: Path, text: str) -> Path:
    home = folder / "tiny"
    home.mkdir()
    (home / "assignment.toml").write_text(text, "utf-8")
    return home


def test_scenarios_that_nobody_asks_for_are_not_run(tmp_path: Path) -> None:
    more = '[dag.scenarios.idle]\ndates = [2026-01-05]\n[dag.scenarios.then]\nafter = "main"\n'
    more += "dates = [2026-01-05]\n"
    text = TOML.replace("[answers.parse]", f"{more}[answers.parse]")
    found = assignments.load(write(tmp_path, text))
    assert found.settings.needed(found.answers) == ["main"]
    text = text.replace('scenario = "main"\npath', 'scenario = "then"\npath')
    (tmp_path / "tiny" / "assignment.toml").write_text(text, "utf-8")
    found = assignments.load(tmp_path / "tiny")
    assert found.settings.needed(found.answers[2:3]) == ["main", "then"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('dag_id = "tiny"', 'dag_id = "a b"', "dag.dag_id"),
        ("dates = [2026-01-05, 2026-01-06]", "dates = []", "dates"),
        ("dates = [2026-01-05, 2026-01-06]", 'dates = [2026-01-05]\nafter = "x"', "not above it"),
        ("dates = [2026-01-05, 2026-01-06]", 'dates = [2026-01-05]\ninput = "x"', "not here"),
        ('scenario = "main"\npath', 'scenario = "mian"\npath', "no scenario 'mian'"),
        ('path = "out"', 'path = "a/../../b"', "leads out"),
        ('path = "out"', 'path = "/etc"', "path"),
        ('path = "out"', 'path = "out"\nkyes = ["a"]', "unknown key"),
        ('compare = ["tasks", "order"]', 'compare = ["taks"]', "compare"),
        ('type = "parse"', 'type = "prase"', "answers.parse"),
        (
            "[answers.parse]",
            '[[dag.inputs.x]]\ntable = "t"\ndrop = true\n[answers.parse]',
            "tables",
        ),
        ("[answers.parse]", '[[dag.inputs.x]]\ntable = "sales"\n[answers.parse]', "drop = true"),
    ],
)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TOML
    with pytest.raises(AssignmentError) as caught:
        assignments.load(write(tmp_path, TOML.replace(old, new)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_variant_replaces_parts_of_the_solution_by_name(tmp_path: Path) -> None:
    found = assignments.load(write(tmp_path, TOML))
    (found.folder / "solution").mkdir()
    text = "import os\nLIMIT = 1\n\n\n@os.fsdecode\ndef one():\n    return 1\n\n\none()\n"
    (found.folder / "solution" / "dag.py").write_text(text)
    assert kind.KIND.parts(found) == {
        "LIMIT": "LIMIT = 1",
        "one": "@os.fsdecode\ndef one():\n    return 1",
    }
    changed = kind.KIND.write_variant(
        found, {"one": "def one():\n    pass\n", "LIMIT": "LIMIT = 2\nMORE = 3"}, tmp_path / "out"
    )
    assert changed.read_text() == (
        "import os\nLIMIT = 2\nMORE = 3\n\n\ndef one():\n    pass\n\n\none()\n"
    )
    with pytest.raises(AssignmentError, match="no part 'two'"):
        kind.KIND.write_variant(found, {"two": ""}, tmp_path / "other")
