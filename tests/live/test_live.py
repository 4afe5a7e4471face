"""`%check` in a real IPython shell: the live variables, the same feedback as HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.errors import UsageError
from autograder.live import pick

TOML = """format_version = 1
id = "plain"
kind = "notebook"
title = { ko = "연습", en = "Practice" }
[answers.total]
type = "scalar"
points = 2
visibility = "public"
hint = { ko = "모두 더하세요.", en = "Add them all." }
[answers.secret]
type = "scalar"
points = 1
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An IPython shell in a cohort with one assignment without Spark."""
    folder = tmp_path / "assignments" / "plain"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text(TOML, "utf-8")
    cells = ["total = 6", "secret = 777"]
    made = [{"cell_type": "code", "metadata": {}, "source": text, "outputs": []} for text in cells]
    (folder / "notebook.ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}), "utf-8"
    )
    monkeypatch.setenv("PIONEERS_ROOT", str(tmp_path))
    monkeypatch.setenv("PIONEERS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIONEERS_LANGUAGE", "en")
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "autograder")
    yield shell
    InteractiveShell.clear_instance()


def html(shell: Any, line: str) -> str:
    with capture_output() as captured:
        shell.run_line_magic("check", line)
    return "".join(output.data.get("text/html", "") for output in captured.outputs)


@pytest.mark.sandbox
def test_right_wrong_and_missing_answers_are_told(shell: Any) -> None:
    shell.user_ns["total"] = 6
    assert "2 / 2" in html(shell, "plain")
    shell.user_ns["total"] = 5
    wrong = html(shell, "plain")
    assert "Add them all." in wrong
    assert "<table>" in wrong
    del shell.user_ns["total"]
    assert "no variable" in html(shell, "plain")
    assert "777" not in wrong
    assert "secret" not in wrong


@pytest.mark.sandbox
def test_markup_in_an_answer_stays_text(shell: Any) -> None:
    shell.user_ns["total"] = "<script>alert(1)</script>"
    assert "<script>" not in html(shell, "plain")


def test_a_wrong_name_is_told_in_one_line(shell: Any) -> None:
    said = html(shell, "plane")
    assert "did you mean plain" in said
    assert said.count("<p") == 1


def test_the_folder_names_the_assignment(shell: Any, tmp_path: Path) -> None:
    inside = tmp_path / "submissions" / "haneul-example" / "plain"
    inside.mkdir(parents=True)
    assert pick("", inside).id == "plain"
    with pytest.raises(UsageError, match="which assignment"):
        pick("", Path("/"))
