"""A command meets an assignment whose packages are not installed: it starts anew, or goes on."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder import environment

COVERS = {
    "grader": {"grader"},
    "desk": {"grader", "desk"},
    "airflow": {"grader", "airflow"},
    "all": {"grader", "desk", "airflow", "dev"},
}
ABSENT = "a_module_that_nobody_has"


@pytest.mark.parametrize(
    ("held", "chosen"), [("grader", "airflow"), ("airflow", "airflow"), ("strange", ""), (7, "")]
)
def test_the_smallest_set_that_keeps_what_is_there(
    tmp_path: Path, held: object, chosen: str
) -> None:
    (tmp_path / environment.STAMP).write_text(json.dumps({"set": held}), "utf-8")
    assert environment.covering({"COVERS": COVERS}, tmp_path, ["airflow"]) == chosen


def test_a_module_without_a_set_of_its_own_brings_the_set_that_has_it(tmp_path: Path) -> None:
    (tmp_path / environment.STAMP).write_text(json.dumps({"set": "grader"}), "utf-8")
    assert environment.covering({"COVERS": COVERS}, tmp_path, ["nbgrader"]) == "desk"


@pytest.mark.parametrize("body", [None, "", "[]", "{", "[" * 5000])
def test_an_environment_that_is_not_ours_is_left_alone(tmp_path: Path, body: str | None) -> None:
    if body is not None:
        (tmp_path / environment.STAMP).write_text(body, "utf-8")
    assert environment.covering({"COVERS": COVERS}, tmp_path, ["airflow"]) == ""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was started in this process's place."""
    found: list[dict[str, Any]] = []

    def execve(_: str, arguments: list[str], variables: dict[str, str]) -> None:
        found.append({"arguments": arguments, "variables": variables})

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(environment, "covering", lambda *_: "airflow")
    monkeypatch.setattr(sys, "argv", ["autograder", "grade", "x", "y"])
    monkeypatch.delenv(environment.STARTED_ANEW, raising=False)
    return found


def test_what_is_missing_starts_the_command_anew(started: list[dict[str, Any]]) -> None:
    environment.fit(["", "json", ABSENT])
    (one,) = started
    assert one["arguments"][2:] == ["grade", "x", "y"]
    assert one["variables"]["PIONEERS_REQUIREMENTS"] == "airflow"
    assert one["variables"]["PIONEERS_VENV"] == sys.prefix


def test_nothing_missing_starts_nothing(started: list[dict[str, Any]]) -> None:
    environment.fit(["", "json"])
    assert started == []


def test_it_starts_anew_once_only(
    started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(environment.STARTED_ANEW, "1")
    environment.fit([ABSENT])
    assert started == []
