"""Arrays of our own making are those that Arrow makes, and nothing asks for pandas on the way."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from autograder.data.arrow import array, joined, numbers, text

TEXTS = some.lists(some.none() | some.text(max_size=5), max_size=20)
WITHOUT = """
import sys
from pathlib import Path
from autograder import data
data.build("games", scale=0.001, seed=7, out=Path(sys.argv[1]))
assert "pandas" not in sys.modules
"""


@given(TEXTS)
def test_texts(words: list[str | None]) -> None:
    made = array(words)
    made.validate(full=True)
    assert made.equals(pa.array(words, pa.string()))


@given(some.lists(some.tuples(some.integers(-(2**31), 2**31 - 1), some.booleans()), max_size=40))
@pytest.mark.parametrize("kind", ["int8", "int32", "int64", "bool"])
def test_numbers_and_flags(kind: str, rows: list[tuple[int, bool]]) -> None:
    values = np.array([value for value, _ in rows]).astype(kind)
    null = np.array([missing for _, missing in rows], dtype=bool)
    assert array(values).equals(pa.array(values))
    made = array(values, null=null)
    made.validate(full=True)
    assert made.equals(pa.array(values, mask=null))
    assert numbers(array(values)).tolist() == values.astype("int64").tolist()
    assert (
        numbers(array(values).slice(len(rows) // 2)).tolist() == values[len(rows) // 2 :].tolist()
    )


def test_every_second_number_of_an_array() -> None:
    assert array(np.arange(6)[::2]).to_pylist() == [0, 2, 4]


def test_words_and_rows_are_joined() -> None:
    assert joined("G-", array(["1", None, "한"]), "!").to_pylist() == ["G-1!", None, "G-한!"]
    assert text(None).as_py() is None


def test_no_table_is_drawn_with_the_help_of_pandas(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    out = tmp_path_factory.mktemp("data") / "games"
    subprocess.run([sys.executable, "-P", "-c", WITHOUT, str(out)], check=True, timeout=60)
