"""What the members' guide says to copy is what the module and the commands understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pioneers import errors, spark

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("ko", "en")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guide(language: str) -> str:
    return (ROOT / "curriculum" / language / "member" / "data.md").read_text("utf-8")


def test_the_package_for_s3_is_that_of_the_installed_spark(guide: str) -> None:
    assert set(re.findall(r"org\.apache\.hadoop:[\w.:-]+", guide)) == {spark.hadoop_aws()}


def test_python_that_is_shown_can_be_read(guide: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)
    assert len(blocks) > 5
    for block in blocks:
        compile(
            "\n".join(f"# {x}" if x.startswith("%") else x for x in block.split("\n")), "", "exec"
        )


def test_the_faults_are_quoted_as_they_are_said(guide: str, language: str) -> None:
    texts = [
        re.sub(r"\{.*?\}", "", pair[LANGUAGES.index(language)]) for pair in errors.TEXT.values()
    ]
    table = guide[guide.index("{ #faults }") :]
    quoted = re.findall(r"^\| `(.*?)` \|", table, re.M)
    own = [each for each in quoted if "pioneers'" not in each and "JAVA" not in each]
    assert len(own) == len(quoted) - 2
    for each in own:
        for part in each.split("…"):
            assert any(part.strip() in text for text in texts), part


def test_both_languages_have_the_same_parts() -> None:
    korean, english = (
        re.findall(
            r"\{ #([\w-]+) \}", (ROOT / "curriculum" / each / "member" / "data.md").read_text()
        )
        for each in LANGUAGES
    )
    assert korean == english
