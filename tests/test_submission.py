"""A submission's files as hostile input: what cannot be run is told apart, and told in words."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import SubmissionInvalid, SubmissionNotFound
from autograder.models import LANGUAGES
from autograder.submission import (
    MAX_CELLS,
    MAX_FILES,
    MAX_NOTEBOOK_MB,
    MAX_TOTAL_MB,
    NOTEBOOK,
    Cell,
    Submission,
    find_names,
    parse_notebook,
    stage,
)
from autograder.text.catalogue import catalogue


def code_cell(source: Any = "x = 1", **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}


def notebook(*cells: Any, **more: Any) -> dict[str, Any]:
    chosen = list(cells) or [code_cell()]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": chosen, **more}


def body_of(tree: Any) -> bytes:
    return json.dumps(tree).encode()


GOOD = body_of(notebook(code_cell("# 하루 매출\nx = 1")))


def refused(act: Callable[[], Any]) -> SubmissionInvalid:
    """The refusal, once both catalogues have filled a sentence and a next step for it."""
    with pytest.raises(SubmissionInvalid) as caught:
        act()
    error = caught.value
    for language in LANGUAGES:
        words = catalogue(language)
        told = words.say(f"invalid.{error.code}", **error.params)
        assert told
        assert "\n" not in told
        assert words.say(f"invalid.{error.code}.next")
    return error


def refused_or_taken(body: bytes) -> str | tuple[Cell, ...]:
    """The code of the refusal, for which there are words, or the cells."""
    try:
        return parse_notebook(body, NOTEBOOK)
    except SubmissionInvalid:
        return refused(lambda: parse_notebook(body, NOTEBOOK)).code


# ---------------------------------------------------------------- the notebook's bytes


def nested(depth: int) -> bytes:
    return b'{"nbformat": 4, "cells": ' + b"[" * depth + b"]" * depth + b"}"


REFUSED_BODIES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "white space only": (b" \r\n\t", "empty"),
    "a byte order mark only": (b"\xef\xbb\xbf", "empty"),
    "text": (b"print('hello')", "not_json"),
    "html": (b"<!doctype html><p>404", "not_json"),
    "truncated inside": (GOOD[: len(GOOD) // 2], "truncated"),
    "truncated at the last brace": (GOOD[:-1], "truncated"),
    "two documents": (GOOD + GOOD, "not_json"),
    "an integer of 5000 digits": (b'{"nbformat": ' + b"4" * 5000 + b"}", "not_json"),
    "bytes of no encoding": (b'{"a": "\xff\xff\xff"}', "encoding"),
    "utf-16 without a mark": (GOOD.decode().encode("utf-16-le"), "not_json"),
    "utf-32": (GOOD.decode().encode("utf-32"), "not_json"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
    "deep": (nested(100_000), "deep"),
    "a list": (b"[]", "not_notebook"),
    "a number": (b"4", "not_notebook"),
    "null": (b"null", "not_notebook"),
    "an empty object": (b"{}", "not_notebook"),
    "nbformat 2": (body_of(notebook(nbformat=2)), "nbformat"),
    "nbformat 5": (body_of(notebook(nbformat=5)), "nbformat"),
    "nbformat -1": (body_of(notebook(nbformat=-1)), "nbformat"),
    "nbformat huge": (body_of(notebook(nbformat=10**4000)), "nbformat"),
    "nbformat as text": (body_of(notebook(nbformat="4")), "not_notebook"),
    "nbformat as a list": (body_of(notebook(nbformat=[4])), "not_notebook"),
    "nbformat 3 without worksheets": (body_of({"nbformat": 3, "cells": []}), "nbformat"),
    "cells are no list": (body_of(notebook(cells={"0": code_cell()})), "nbformat"),
    "a cell is text": (body_of(notebook(code_cell(), "x = 1")), "not_notebook"),
    "a cell is null": (body_of(notebook(None)), "not_notebook"),
    "a cell is a list": (body_of(notebook([code_cell()])), "not_notebook"),
    "no cells": (body_of({"nbformat": 4, "cells": []}), "no_code"),
    "markdown only": (body_of(notebook({"cell_type": "markdown", "source": "x = 1"})), "no_code"),
    "blank code only": (body_of(notebook(code_cell(" \n"), code_cell(""))), "no_code"),
    "code without a source": (body_of(notebook({"cell_type": "code"})), "no_code"),
    "source is null": (body_of(notebook(code_cell(None))), "no_code"),
    "source is an object": (body_of(notebook(code_cell({"x": 1}))), "no_code"),
    "source is a number": (body_of(notebook(code_cell(7))), "no_code"),
    "too many cells": (body_of(notebook(*[code_cell()] * (MAX_CELLS + 1))), "too_many_cells"),
    "too large": (b" " * (MAX_NOTEBOOK_MB * 2**20 + 1), "too_large"),
}


@pytest.mark.parametrize("case", REFUSED_BODIES)
def test_a_notebook_that_cannot_be_run_is_refused_with_its_reason(case: str) -> None:
    body, code = REFUSED_BODIES[case]
    error = refused(lambda: parse_notebook(body, NOTEBOOK))
    assert error.code == code


TEXT = GOOD.decode()
ACCEPTED_BODIES: dict[str, bytes] = {
    "utf-8": GOOD,
    "with a mark": b"\xef\xbb\xbf" + json.dumps(notebook(), ensure_ascii=False).encode(),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16 big endian": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "crlf between the lines": json.dumps(notebook(), indent=1).replace("\n", "\r\n").encode(),
    "white space around it": b"\n\n" + GOOD + b"\n\n",
    "no minor version": body_of({"nbformat": 4, "cells": [code_cell()]}),
    "source as lines": body_of(notebook(code_cell(["x = 1\n", "y = 2"]))),
    "lines that are no text": body_of(notebook(code_cell(["x = 1\n", None, 7]))),
    "foreign metadata": body_of(notebook(metadata={"kernelspec": {"name": "../../bin/sh"}})),
    "metadata are no object": body_of(notebook(code_cell(metadata=[1]), metadata=None)),
    "outputs are no list": body_of(notebook(code_cell(outputs="huge"))),
    "as many cells as may be": body_of(notebook(*[code_cell()] * MAX_CELLS)),
    "deep metadata": body_of(notebook()).replace(
        b'"metadata": {}', b'"metadata": {"a": ' + b"[" * 400 + b"]" * 400 + b"}", 1
    ),
}


@pytest.mark.parametrize("case", ACCEPTED_BODIES)
def test_a_notebook_that_can_be_run_is_taken(case: str) -> None:
    cells = parse_notebook(ACCEPTED_BODIES[case], NOTEBOOK)
    assert cells[0].kind == "code"
    assert "x = 1" in cells[0].source


def test_korean_in_the_windows_encoding_arrives_as_korean() -> None:
    text = json.dumps(notebook(code_cell("x = '매출'")), ensure_ascii=False)
    assert parse_notebook(text.encode("cp949"), NOTEBOOK)[0].source == "x = '매출'"


def test_the_old_format_with_worksheets_is_taken() -> None:
    tree = {
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "source": "제목", "level": 1},
                    {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python"},
                ]
            },
            {"cells": None},
            "no sheet",
        ],
    }
    cells = parse_notebook(body_of(tree), NOTEBOOK)
    assert [cell.kind for cell in cells] == ["raw", "code"]
    assert cells[1].source == "x = 1\ny = 2"


def test_windows_line_ends_within_a_cell_become_plain_ones() -> None:
    assert parse_notebook(body_of(notebook(code_cell("a = 1\r\nb = 2"))), "n")[0].source == (
        "a = 1\nb = 2"
    )


def test_a_source_nested_hundreds_of_levels_deep_breaks_nothing() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    tree = body_of(notebook(code_cell("x = 1"), code_cell("DEEP"))).replace(b'"DEEP"', deep)
    outcome = refused_or_taken(tree)
    assert outcome == "deep" or [cell.source for cell in outcome] == ["x = 1", ""]


LEAVES = st.none() | st.booleans() | st.integers(-6, 6) | st.text(max_size=5)
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "cells",
                    "cell_type",
                    "source",
                    "metadata",
                    "tags",
                    "nbformat",
                    "worksheets",
                    "input",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.fixed_dictionaries({"nbformat": st.sampled_from((3, 4, 5, "4", None))}, optional={
    "cells": JUNK | st.lists(JUNK), "worksheets": JUNK | st.lists(JUNK),
}))  # fmt: skip
def test_any_json_is_taken_or_refused_in_words(tree: dict[str, Any]) -> None:
    outcome = refused_or_taken(body_of(tree))
    assert isinstance(outcome, str) or any(cell.source.strip() for cell in outcome)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(body: bytes) -> None:
    refused(lambda: parse_notebook(body, NOTEBOOK))


# ---------------------------------------------------------------- what the worker is given


def staged(tmp_path: Path, tree: Any) -> tuple[Submission, Any]:
    source = tmp_path / "in"
    source.mkdir(exist_ok=True)
    (source / NOTEBOOK).write_bytes(body_of(tree))
    submission = stage(source, tmp_path / "staged")
    return submission, nbformat.read(submission.folder / NOTEBOOK, as_version=4)


def test_the_staged_notebook_is_valid_whatever_the_ids_and_kernel_were(tmp_path: Path) -> None:
    cells = [
        code_cell("a = 1", id="same"),
        code_cell("b = 2", id="same"),
        code_cell("c = 3"),
        code_cell("d = 4", id="../../etc/passwd"),
        {"cell_type": "video", "source": "?", "metadata": {"tags": ["parameters", "x", 3]}},
        {"cell_type": ["code"], "source": "e = 5"},
    ]
    metadata = {
        "kernelspec": {"name": "julia-1.9", "display_name": "Julia"},
        "language_info": {"name": "julia"},
        "papermill": {"parameters": {"seed": 666}},
    }
    submission, clean = staged(tmp_path, notebook(*cells, metadata=metadata))
    nbformat.validate(clean)
    assert len({cell.id for cell in clean.cells}) == len(cells)
    assert clean.metadata == {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    assert [cell.cell_type for cell in clean.cells] == ["code"] * 4 + ["raw"] * 2
    assert clean.cells[4].metadata.tags == ["parameters"]
    assert [cell.source for cell in submission.cells][:4] == ["a = 1", "b = 2", "c = 3", "d = 4"]


def test_half_a_surrogate_pair_and_control_signs_can_be_written_and_read(tmp_path: Path) -> None:
    _, clean = staged(tmp_path, notebook(code_cell("x = '\ud800'"), code_cell("y = '\0\x1b'")))
    assert clean.cells[0].source == "x = '?'"
    assert clean.cells[1].source == "y = '\0\x1b'"


def test_outputs_and_attachments_of_a_huge_notebook_are_not_carried_along(tmp_path: Path) -> None:
    noise = {"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}
    submission, clean = staged(tmp_path, notebook(code_cell(outputs=[noise])))
    assert (submission.folder / NOTEBOOK).stat().st_size < 2000
    assert clean.cells[0].outputs == []


# ---------------------------------------------------------------- the folder around it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    (made / NOTEBOOK).write_bytes(GOOD)
    return made


def refusal_of(path: Path, tmp_path: Path) -> str:
    return refused(lambda: stage(path, tmp_path / "staged")).code


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SubmissionNotFound, match=r"no such submission\. Check|no such submission"):
        stage(tmp_path / "absent", tmp_path / "staged")


def test_a_name_longer_than_the_system_allows_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SubmissionNotFound):
        stage(tmp_path / ("x" * 5000), tmp_path / "staged")


def test_a_folder_without_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert refusal_of(tmp_path / "in", tmp_path) == "no_notebook"


def test_a_file_that_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "answer.py").write_text("x = 1")
    assert refusal_of(tmp_path / "answer.py", tmp_path) == "not_notebook"


def test_a_folder_in_place_of_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "in" / NOTEBOOK).mkdir(parents=True)
    assert refusal_of(tmp_path / "in", tmp_path) == "folder_instead"


def test_a_folder_in_its_place_beside_another_notebook(folder: Path, tmp_path: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "mine.ipynb")
    (folder / NOTEBOOK).mkdir()
    (folder / NOTEBOOK / "helper.py").write_text("x = 1")
    assert refusal_of(folder, tmp_path) == "folder_instead"


def test_the_only_notebook_may_have_any_name(folder: Path, tmp_path: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "과제 3일차.ipynb")
    assert stage(folder, tmp_path / "staged").cells[0].source.endswith("x = 1")


def test_of_many_notebooks_the_one_with_the_name_counts(folder: Path, tmp_path: Path) -> None:
    (folder / "old.ipynb").write_bytes(body_of(notebook(code_cell("old = 1"))))
    assert "x = 1" in stage(folder, tmp_path / "staged").cells[0].source
    assert not (tmp_path / "staged" / "old.ipynb").exists()


def test_of_many_notebooks_without_the_name_none_is_picked(folder: Path, tmp_path: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "one.ipynb")
    (folder / "two.ipynb").write_bytes(GOOD)
    assert refusal_of(folder, tmp_path) == "many_notebooks"


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _link_to_a_folder(path: Path) -> None:
    path.symlink_to("/etc", target_is_directory=True)


def _device(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes devices")
    try:
        os.mknod(path, 0o020666, os.makedev(1, 5))  # /dev/zero: reading it never ends
    except OSError as error:
        pytest.skip(f"no devices here: {error}")


ODD_FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "link": (_link, "link"),
    "link to nothing": (_link_to_nothing, "link"),
    "link to itself": (_link_to_itself, "link"),
    "link to a folder": (_link_to_a_folder, "link"),
    "pipe": (os.mkfifo, "not_a_file"),
    "device": (_device, "not_a_file"),
}


@pytest.mark.parametrize("where", [NOTEBOOK, "helper.py", "deep/er/helper.py"])
@pytest.mark.parametrize("kind", ODD_FILES)
def test_what_is_no_ordinary_file_is_refused_and_never_read(
    kind: str, where: str, folder: Path, tmp_path: Path
) -> None:
    make, code = ODD_FILES[kind]
    path = folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)
    assert refusal_of(folder, tmp_path) == code
    if where == NOTEBOOK:
        assert refusal_of(path, tmp_path) == code


def test_a_link_to_a_whole_submission_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert refusal_of(tmp_path / "link", tmp_path) == "link"


GOOD_NAMES = [
    "with space.csv",
    "한글 이름.csv",
    'it\'s "quoted".csv',
    "-rf",
    "--help.py",
    "$(id).py",
    "a;b|c&d.txt",
    "%s{x}.py",
    "..hidden",
    "sub dir/x.py",
    "x.py/inner.txt",
]


def test_unusual_names_travel_along_unharmed(folder: Path, tmp_path: Path) -> None:
    for name in GOOD_NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("pyspark")
    submission = stage(folder, tmp_path / "staged")
    files = [path for path in submission.folder.rglob("*") if path.is_file()]
    found = {path.relative_to(submission.folder).as_posix() for path in files}
    assert found == {NOTEBOOK, *GOOD_NAMES}
    assert submission.mentions("pyspark")
    assert not submission.mentions("polars")


@pytest.mark.parametrize("name", [b"two\nlines.py", b"bell\x07.py", b"no\xffutf8.py", b"n" * 201])
def test_names_that_no_report_could_show_are_refused(
    name: bytes, folder: Path, tmp_path: Path
) -> None:
    (folder / os.fsdecode(name)).write_text("x")
    assert refusal_of(folder, tmp_path) == "bad_name"


@pytest.mark.parametrize("name", [b"two\nlines.ipynb", b"no\xffutf8.ipynb"])
def test_such_a_name_is_refused_for_a_single_file_too(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(GOOD)
    assert refusal_of(path, tmp_path) == "bad_name"


@pytest.mark.parametrize("name", ["-n.ipynb", "과제 '3'.ipynb", "a b.ipynb"])
def test_a_single_notebook_of_any_good_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(GOOD)
    assert (stage(tmp_path / name, tmp_path / "staged").folder / NOTEBOOK).is_file()


def test_too_many_files(folder: Path, tmp_path: Path) -> None:
    for number in range(MAX_FILES):
        (folder / f"{number}.txt").touch()
    assert refusal_of(folder, tmp_path) == "too_many_files"


def test_folders_within_folders_without_end(folder: Path, tmp_path: Path) -> None:
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=inner)
        outer, inner = inner, os.open("d", os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    try:
        assert refusal_of(folder, tmp_path) == "too_many_files"
    finally:
        os.system(f"rm -rf '{folder}'")  # deeper than shutil can go


def test_a_huge_file_beside_the_notebook_is_refused_unread(folder: Path, tmp_path: Path) -> None:
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(2**40)  # a hole: a terabyte that takes no disk
    assert refusal_of(folder, tmp_path) == "too_large"


def test_a_huge_notebook_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / NOTEBOOK).open("wb") as file:
        file.truncate(2**40)
    assert refusal_of(tmp_path / NOTEBOOK, tmp_path) == "too_large"


def test_many_files_that_are_too_large_together(folder: Path, tmp_path: Path) -> None:
    for number in range(4):
        with (folder / f"{number}.bin").open("wb") as file:
            file.truncate(MAX_TOTAL_MB * 2**20 // 3)
    assert refusal_of(folder, tmp_path) == "too_large"


def test_leftovers_of_tools_do_not_travel(folder: Path, tmp_path: Path) -> None:
    for name in (
        ".git/config",
        ".ipynb_checkpoints/notebook-checkpoint.ipynb",
        "__pycache__/x.pyc",
    ):
        (folder / name).parent.mkdir()
        (folder / name).write_text("x")
    bare = stage(folder, tmp_path / "staged")
    assert sorted(p.name for p in bare.folder.rglob("*")) == [NOTEBOOK]


def test_the_hash_is_of_names_and_bytes(folder: Path, tmp_path: Path) -> None:
    def digest(where: str) -> str:
        return stage(folder, tmp_path / where).sha256

    (folder / "a.py").write_text("1")
    first = digest("1")
    assert digest("2") == first
    (folder / "a.py").rename(folder / "b.py")
    renamed = digest("3")
    (folder / "b.py").write_text("2")
    assert len({first, renamed, digest("4")}) == 3


# ---------------------------------------------------------------- which cell defines what


def names_of(*sources: str) -> Any:
    return find_names(parse_notebook(body_of(notebook(*map(code_cell, sources))), "n"))


def test_names_are_found_where_they_are_defined_and_mentioned() -> None:
    names = names_of(
        "%matplotlib inline\nimport pandas as pd\ntotal = 1",
        "def total(): ...",
        "for day, rows in []: pass\nif (found := 1): total.x = 2",
        "매출 = total",
    )
    assert names.defined["total"] == (0, 1)
    assert names.last("total") == 1
    assert names.mentioned["total"] == 3
    assert {"pd", "day", "rows", "found", "매출"} <= set(names.defined)
    assert names.last("absent") is None


HARD_TO_PARSE = {
    "syntax error": "x = = 1",
    "null byte": "x = '\0'",
    "brackets": "(" * 20_000,
    "minus signs": "x = " + "-" * 100_000 + "1",
    "attributes": "x = a" + ".b" * 100_000,
    "calls": "x = f" + "()" * 50_000,
    "nested lists": "x = " + "[" * 90 + "]" * 90,
    "strings": "x = " + "'a' " * 100_000,
    "a long number": "x = " + "9" * 100_000,
    "bad escapes": "x = '\\d \\. \\e'",
    "is a literal": "x = 1 is 1",
}


@pytest.mark.parametrize("case", HARD_TO_PARSE)
def test_source_that_is_hard_to_parse_hides_nothing_in_other_cells(case: str) -> None:
    names = names_of("total = 1", HARD_TO_PARSE[case])
    assert names.last("total") == 0


@pytest.mark.parametrize("case", ["bad escapes", "is a literal"])
def test_what_python_only_warns_about_is_read_in_silence(
    case: str, recwarn: pytest.WarningsRecorder
) -> None:
    assert names_of(HARD_TO_PARSE[case]).last("x") == 0
    assert not recwarn.list
