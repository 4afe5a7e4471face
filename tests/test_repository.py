"""What the repository promises besides its code: requirement files, workflows, settings, papers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]

# Each requirement file and the extras that it serves.
FILES = {
    "publisher": ["publisher"],
    "grader": ["grader"],
    "desk": ["desk"],
    "airflow": ["grader", "airflow"],
    "dev": ["dev"],
    "all": list(EXTRAS),
}
ADDRESS = re.compile(r"\b[a-z]+://|^\s*--?(?:extra-)?(?:index|find-links)|^-[if]\b", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|opt|work|mnt)/")


def asked_for(extras: list[str]) -> list[Requirement]:
    """What pyproject.toml asks for, with extras that name other extras unfolded."""
    found = [Requirement(line) for line in PROJECT["dependencies"]]
    waiting, seen = list(extras), set()
    while waiting:
        extra = waiting.pop()
        if extra in seen:
            continue
        seen.add(extra)
        for requirement in map(Requirement, EXTRAS[extra]):
            if requirement.name == PROJECT["name"]:
                waiting += requirement.extras
            else:
                found.append(requirement)
    return found


def pinned(name: str) -> dict[str, set[str]]:
    """Versions by package in one requirement file; a package may have one for each Python."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", text, re.M):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    return pins


@pytest.mark.parametrize("name", FILES)
def test_a_requirement_file_holds_what_pyproject_asks_for(name: str) -> None:
    pins = pinned(name)
    for requirement in asked_for(FILES[name]):
        versions = pins.get(canonicalize_name(requirement.name), set())
        assert versions, f"{name}.txt lacks {requirement.name}: run requirements/renew"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_every_extra_is_in_some_file_of_its_own_or_in_all() -> None:
    assert {extra for extras in FILES.values() for extra in extras} == set(EXTRAS)
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == {*FILES, "bootstrap"}


@pytest.mark.parametrize("name", [name for name in FILES if name != "all"] + ["bootstrap"])
def test_all_files_agree_on_versions(name: str) -> None:
    everything = pinned("all")
    for package, versions in pinned(name).items():
        if package in everything:  # the installer of the bootstrap stands outside the extras
            assert versions <= everything[package], package


def test_what_is_installed_fits_together_though_nothing_is_resolved_at_the_start() -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "pip", "check", "--python", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [*FILES, "bootstrap"])
def test_each_requirement_is_hashed_and_no_address_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert ADDRESS.search(text) is None
    assert MACHINE_PATH.search(text) is None


def tracked() -> list[Path]:
    """The files that a clone has."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_commands_of_the_readme_can_be_executed() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--stage", "pioneers", ".ci/run", "requirements/renew"],
        cwd=ROOT, capture_output=True, check=True, text=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    assert [line.split()[0] for line in listed] == ["100755"] * 3


def test_relative_links_of_the_papers_lead_somewhere() -> None:
    papers = [path for path in tracked() if path.suffix == ".md" and path.is_file()]
    papers = [path for path in papers if not {"curriculum", "assignments"} & set(path.parts)]
    assert ROOT / "README.md" in papers
    dead = []
    for paper in papers:
        text = re.sub(r"^```.*?^```", "", paper.read_text("utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (paper.parent / target).exists():
                dead.append(f"{paper.relative_to(ROOT)}: {target}")
    assert dead == []


def test_both_languages_of_the_readme_have_the_same_parts() -> None:
    def outline(name: str) -> list[int]:
        text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text("utf-8"), flags=re.M | re.S)
        return [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.M)]

    assert outline("README.md") == outline("README.ko.md")


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = (ROOT / "docs" / "adr" / name).read_text("utf-8")
        for heading in ("Context", "Decision", "Consequences"):
            assert f"## {heading}" in text, f"{name} lacks {heading}"


def test_actions_are_pinned_and_the_workflow_may_only_read() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert re.search(r"# v\d+\.\d+\.\d+", comment), action
    assert re.search(r"^permissions:\n  contents: read\n", text, re.M)
    assert "write" not in re.findall(r"^ *[\w-]+: (read|write|none)$", text, re.M)


def test_the_sample_cohort_has_made_up_members() -> None:
    cohort = tomllib.loads((ROOT / "cohort.toml").read_text("utf-8"))
    assert cohort["zone"] == "Asia/Seoul"
    assert cohort["language"] in ("ko", "en")
    logins = [member["login"] for member in cohort["members"]]
    assert len(logins) == len(set(logins)) >= 3
    assert all(login.endswith("-example") for login in logins)


def test_the_devcontainer_ends_with_the_doctor() -> None:
    text = (ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8")
    settings = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
    assert settings["postCreateCommand"].endswith("./pioneers doctor")
