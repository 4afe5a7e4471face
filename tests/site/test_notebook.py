"""Notebooks in a page: what is shown, what is made harmless, what stops the build."""

from __future__ import annotations

import base64
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import markdown
import pytest

from autograder import paths
from autograder.errors import ConfigError, UsageError
from autograder.site import execute
from autograder.site.lint import lint
from autograder.site.widgets import notebook

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 30, 20)).decode()


def cell(source: str, *outputs: dict[str, Any], **metadata: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": 1, "metadata": metadata,
        "source": source.splitlines(keepends=True), "outputs": list(outputs),
    }  # fmt: skip


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def book(*cells: dict[str, Any]) -> bytes:
    named = [{"id": f"c{number}", **each} for number, each in enumerate(cells, start=1)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": named}).encode()


def shown(*data: dict[str, str], **metadata: str) -> str:
    outputs = [{"output_type": "display_data", "data": each} for each in data]
    made = notebook.render(book(cell("x", *outputs, **metadata)), "en", "a.ipynb")
    return str(markdown.markdown(made, extensions=["md_in_html", "attr_list", "fenced_code"]))


def test_cells_and_outputs_come_in_order_and_headings_stay_out_of_the_contents() -> None:
    said = {"output_type": "stream", "name": "stdout", "text": ["one\n", "\n", "# two\n"]}
    body = book(text("# Title\n\n*words*"), cell("print(1)\n\n```", said), cell(""), text("end"))
    made = notebook.render(body, "ko", "a.ipynb", "https://github.com/haneul-example/course")
    html = markdown.markdown(made, extensions=["md_in_html", "attr_list", "fenced_code"])
    assert "<h1" not in html
    assert "<strong>Title</strong>" in html
    assert "print(1)\n\n```" in html
    assert "one&#10;&#10;# two</code></pre>" in html
    assert html.index("Title") < html.index("print(1)") < html.index("one") < html.index("end")
    assert 'href="https://codespaces.new/haneul-example/course"' in html
    assert 'href="a.ipynb"' in html
    assert "codespaces" not in notebook.render(body, "ko", "a.ipynb")


def test_a_table_keeps_its_cells_and_nothing_that_acts() -> None:
    made = shown({
        "text/html": "<style>p {}</style><script>alert(1)</script><table onclick='a()' style='x'>"
        "<tr><th colspan='2'>한\n글</th><td><img src='//x.example' onerror='a()'>&lt;b&gt;</td>"
        "</tr></table><iframe src='//x.example'></iframe><a href='javascript:a()'>go</a>",
        "text/plain": "plain",
    })  # fmt: skip
    assert '<th colspan="2">한 글</th>' in made
    assert "<td>&lt;b&gt;</td>" in made
    for gone in (
        "script",
        "style",
        "onclick",
        "onerror",
        "x.example",
        "iframe",
        "alert",
        "plain",
        "javascript",
    ):
        assert gone not in made


def test_a_picture_has_its_size_and_words() -> None:
    made = shown({"image/png": PNG, "text/plain": "<Figure>"}, alt='A "chart"')
    assert 'alt="A &quot;chart&quot;" width="30" height="20"' in made
    assert "Figure" not in made
    broken = shown({"image/png": "no&picture", "text/plain": "<Figure>"})
    assert "&lt;Figure&gt;" in broken
    assert "<img" not in broken


def test_text_is_shown_as_it_is() -> None:
    made = shown({"text/plain": "\x1b[31m<b>red</b>\x1b[0m **a** [x](y) \x00"})
    assert "&lt;b&gt;red&lt;/b&gt; **a** [x](y) " in made
    assert "\x1b" not in made


def test_a_long_output_is_folded() -> None:
    made = shown({"text/plain": "\n".join(map(str, range(100)))})
    assert "<summary>Show the whole output (100 lines)</summary>" in made
    assert "<details" not in shown({"text/plain": "short"})


def test_outputs_of_a_kind_that_is_not_shown_are_left_out() -> None:
    svg = {"image/svg+xml": "<svg onload='a()'/>", "application/javascript": "a()"}
    assert "notebook__out" not in shown(svg)


def test_a_fence_names_a_notebook_beside_the_page(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "a.ipynb").write_bytes(book(text("*hello*")))
    page = "# A\n\n```notebook\na.ipynb\n```\n\nend\n"
    made = notebook.expand(page, "ko/page.md", tmp_path)
    assert "*hello*" in made
    assert made.endswith("</div>\n\nend\n")
    quoted = f"````markdown\n{page}````\n"
    assert notebook.expand(quoted, "ko/page.md", tmp_path) == quoted
    for name in ("gone.ipynb", "../ko/a.ipynb", "page.md", ""):
        with pytest.raises(ConfigError, match=r"curriculum/ko/page\.md:3: there is no notebook"):
            notebook.expand(page.replace("a.ipynb", name), "ko/page.md", tmp_path)


FAILED = {"output_type": "error", "ename": "KeyError", "evalue": "'a\nb'", "traceback": []}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", ":1: is no notebook"),
        (b"[]", ":1: is no notebook of nbformat 4"),
        (b'{"nbformat": 4, "cells": [1]}', ":1: is no notebook"),
        (b"[" * 5000, ":1: is no notebook"),
        (b"\xff", ":1: is no notebook"),
        (book(text("a"), cell("x", FAILED)), ":1: cell 2 ended in KeyError: 'a b'"),
        (book({**cell("x"), "execution_count": None}), ":1: cell 1 was not run"),
        (
            book(cell("x", {"output_type": "display_data", "data": {"image/png": PNG}})),
            ":1: image of cell 1 has no alt text",
        ),
    ],
)
def test_a_notebook_that_failed_stops_the_build(tmp_path: Path, body: bytes, told: str) -> None:
    for language in ("ko", "en"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.ipynb").write_bytes(body)
    lines = [str(fault) for fault in lint(tmp_path, {}, {})]
    assert lines[0].startswith(f"curriculum/en/a.ipynb{told}")


def test_the_line_of_a_cell_is_told(tmp_path: Path) -> None:
    (tmp_path / "ko").mkdir()
    body = json.dumps(json.loads(book(text("a"), cell("x", FAILED))), indent=1)
    (tmp_path / "ko" / "a.ipynb").write_text(body)
    line = next(n for n, at in enumerate(body.splitlines(), 1) if '"cell_type": "code"' in at)
    assert str(lint(tmp_path, {}, {})[-1]).startswith(f"curriculum/ko/a.ipynb:{line}: cell 2")


def test_both_languages_run_the_same_code(tmp_path: Path) -> None:
    for language, code in (("ko", "1"), ("en", "2")):
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.ipynb").write_bytes(book(text(language), cell(code)))
    (tmp_path / "ko" / "b.ipynb").write_bytes(book())
    assert [str(fault) for fault in lint(tmp_path, {}, {})] == [
        "curriculum/en/a.ipynb:1: its code differs from that of curriculum/ko/a.ipynb; "
        "give both the same code cells",
        "curriculum/ko/b.ipynb:1: has no mirror notebook; write curriculum/en/b.ipynb",
    ]


def test_both_languages_show_the_same_outputs(tmp_path: Path) -> None:
    for language, said in (("ko", "1\n"), ("en", "2\n")):
        (tmp_path / language).mkdir()
        printed = {"output_type": "stream", "name": "stdout", "text": said}
        (tmp_path / language / "a.ipynb").write_bytes(book(text(language), cell("x", printed)))
    assert [str(fault) for fault in lint(tmp_path, {}, {})] == [
        "curriculum/en/a.ipynb:1: its outputs differ from those of curriculum/ko/a.ipynb; "
        "run both again"
    ]


def _execute(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "autograder.site.execute", *map(str, words)],
        cwd=paths.root(), capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def test_outputs_are_kept_and_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    code = ("print(1)", "import sys\nprint('seen', file=sys.stderr)\n{'a': 2}")
    good.write_bytes(book(text("a"), *map(cell, code)))
    bad.write_bytes(book(text("a"), cell(code[1]), cell("1/0")))
    before = bad.read_bytes()
    ran = _execute(good, bad)
    assert ran.returncode == UsageError.exit_code
    assert f"written: {good}" in ran.stdout
    kept = good.read_bytes()
    assert notebook.said(kept) == [[("stream", "1\n")], [("text/plain", "{'a': 2}")]]
    assert not list(notebook.faults(kept))
    assert f"execute: {bad}: cell 3 ended in ZeroDivisionError: division by zero" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert bad.read_bytes() == before


def test_a_notebook_that_says_something_else_now_is_told(tmp_path: Path) -> None:
    same, other = tmp_path / "same.ipynb", tmp_path / "other.ipynb"
    one, two = (
        {"output_type": "stream", "name": "stdout", "text": each} for each in ("1\n", "2\n")
    )
    same.write_bytes(book(cell("print(1)", one)))
    other.write_bytes(book(cell("print(1)", one), text("a"), cell("print(1)", two)))
    before = other.read_bytes()
    ran = _execute("--check", other, same)
    assert ran.returncode == execute.DIFFERS
    assert ran.stdout.splitlines() == [
        f"✗ {other}: code cell 2 no longer says what the lesson shows", f"✓ {same}",
    ]  # fmt: skip
    assert other.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "why"),
    [(None, "No such file"), (b"", "is no notebook"), (b"{}", "nbformat 4"), (b"\xff", "utf-8")],
)
def test_what_is_no_notebook_is_one_line(
    tmp_path: Path, body: bytes | None, why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ipynb"
    if body is not None:
        path.write_bytes(body)
    assert execute.main(["--check", str(path)]) == UsageError.exit_code
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"execute: {path}: ")
    assert why in line


def test_there_are_notebooks_to_run() -> None:
    assert len(execute.lessons()) >= 2
