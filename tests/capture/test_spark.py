"""A member's Spark starts without what they do not use, and with all that they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.capture import java, notebook
from autograder.capture.surroundings import Surroundings
from autograder.models import AnswerSpec, Limits
from autograder.submission import Cell, Submission, render_notebook, stage

SESSION = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()"
ICU = "spark.sql.icu.caseMappings.enabled"
PLAIN = f"""{SESSION}
cases = list(spark.sql("select upper('straße'), lower('ΣΑΣ'), initcap('가 aB')").first())
icu = spark.conf.get("{ICU}")"""
LEARNS = f"""from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession
spark = SparkSession.builder.config("{ICU}", "true").getOrCreate()
assembled = VectorAssembler(inputCols=["id"], outputCol="v").transform(spark.range(3)).collect()
cases = [float(row.v[0]) for row in assembled]
icu = spark.conf.get("{ICU}")"""
ANSWERS = [AnswerSpec("cases", "list", 1.0), AnswerSpec("icu", "text", 1.0)]
LIMITS = Limits(wall_s=300, cpu_s=300, memory_mb=3072)
Write = Callable[[str], Submission]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Stages a notebook of one cell."""

    def written(source: str) -> Submission:
        number = len(list(tmp_path.iterdir()))
        path = tmp_path / f"{number}.ipynb"
        path.write_text(render_notebook([Cell("code", source)]), "utf-8")
        return stage(path, tmp_path / f"staged-{number}")

    return written


@pytest.mark.parametrize(
    ("source", "learns"),
    [
        (PLAIN, False),
        (f"{SESSION}\nurl = 'a.html'", False),
        (LEARNS, True),
        (f"{SESSION}\nfrom pyspark import ml", True),
        (f"{SESSION}\nfrom pyspark.mllib.linalg import Vectors", True),
        (f"{SESSION}\nframe = spark.read.format('libsvm').load('x')", True),
    ],
)
def test_mllib_is_there_for_who_mentions_it(write: Write, source: str, learns: bool) -> None:
    command = notebook._command([write(PLAIN), write(source)], LIMITS)
    assert command is not None
    assert any(java.MACHINE_LEARNING in word for word in command) == learns


def test_the_class_cache_of_a_plain_spark_serves_one_with_mllib() -> None:
    plain, learning = (java._class_path(learns) for learns in (False, True))
    assert learning.startswith(plain)
    assert len(learning) > len(plain)


@pytest.mark.spark
@pytest.mark.sandbox
def test_case_mappings_and_mllib_are_those_of_ordinary_spark(write: Write) -> None:
    java.prepare()
    around = Surroundings(None, 7)
    plain, learning = (
        {name: json.loads(body) for name, (_, body) in each.answers.items()}
        for each in notebook.capture([write(PLAIN), write(LEARNS)], ANSWERS, LIMITS, around)
    )
    # What Spark says with ICU, which is its own default.
    assert plain == {"cases": ["STRASSE", "σας", "가 Ab"], "icu": "false"}
    assert learning == {"cases": [0.0, 1.0, 2.0], "icu": "true"}
