"""The line of each cell: right for every way to write a notebook, silent for what is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.pull.cells import cell_lines
from autograder.submission import Cell, render_notebook

NOTEBOOK = {
    "metadata": {"note": ["a", {"cells": [1, 2]}]},
    "nbformat": 4,
    "cells": [
        {"cell_type": "code", "source": ["a = 1\n", "b = ']'"], "outputs": []},
        {"cell_type": "markdown", "source": '{"cells": ["하늘"]}'},
        {"cell_type": "code", "source": "c = 3", "outputs": []},
    ],
}
PRETTY = json.dumps(NOTEBOOK, indent=1, ensure_ascii=False)


def marked(text: str) -> list[int]:
    """The lines of `"cell_type"`, one below each cell's brace in a file with indents."""
    return [n for n, line in enumerate(text.split("\n")) if '"cell_type"' in line]


def test_each_cell_begins_at_its_brace() -> None:
    lines = cell_lines(PRETTY.encode())
    assert list(lines) == marked(PRETTY)
    assert [PRETTY.split("\n")[line - 1].strip() for line in lines] == ["{"] * 3


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + PRETTY.encode(),
        PRETTY.replace("\n", "\r\n").encode(),
        PRETTY.encode("cp949"),
    ],
    ids=["BOM", "CRLF", "CP949"],
)
def test_encodings_and_line_ends_move_nothing(body: bytes) -> None:
    assert list(cell_lines(body)) == marked(PRETTY)


def test_one_line_is_line_one() -> None:
    assert cell_lines(json.dumps(NOTEBOOK).encode()) == (1, 1, 1)


def test_the_last_of_two_lists_counts_as_for_json() -> None:
    body = b'{"cells": [{}, {}],\n"cells": [\n{}]}'
    assert len(json.loads(body)["cells"]) == 1
    assert cell_lines(body) == (3,)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"cells"',
        b'{"cells": [',
        b'{"cells": [{}',
        b'{"cells": [{} {}',
        b'{"cells": "text"}',
        b'{"cells": {"a": []}}',
        b'{"cells": [' + b"[" * 200_000,
        b'{"a": ' + b'{"a":' * 200_000,
        b'{"cells": [1e999999999999, NaN, ' + b"9" * 10_000 + b"]}",
        b"\xff\xfe{\x00}\x00",
        b"\x00" * 100,
        b'{"a" "cells": []}',
    ],
)
def test_what_is_no_notebook_has_no_lines(body: bytes) -> None:
    assert cell_lines(body) == ()


@given(st.binary(max_size=60))
def test_no_bytes_raise(tail: bytes) -> None:
    for head in (b"", b'{"cells": [', b'{"cells": [{}, '):
        assert isinstance(cell_lines(head + tail), tuple)


@given(st.lists(st.text(max_size=20), max_size=8), st.sampled_from([None, 1, 4]))
def test_there_is_a_line_for_every_cell(sources: list[str], indent: int | None) -> None:
    tree = json.loads(render_notebook(Cell("code", source) for source in sources))
    text = json.dumps(tree, indent=indent)
    lines = cell_lines(text.encode())
    assert len(lines) == len(sources)
    assert list(lines) == sorted(lines)
    assert all(text.split("\n")[line - 1].lstrip()[:1] == "{" for line in lines)


def test_a_file_of_many_cells_is_cut() -> None:
    assert len(cell_lines(b'{"cells": [' + b"{},\n" * 20_000 + b"{}]}")) == 5000
