"""DAG files that do harm, under the real sandbox and real Airflow; few starts, many tricks each."""

from __future__ import annotations

import io

import psutil
import pyarrow.parquet as pq
import pytest

from tests.dag.conftest import TOML, Run, answer

pytestmark = pytest.mark.sandbox

HARM = """
import os, time, socket, sqlite3, subprocess, sys
from pathlib import Path
import pandas as pd
from airflow.sdk import dag, task, Variable
import pendulum

@dag(dag_id="tiny", schedule="@daily", start_date=pendulum.datetime(2026, 1, 1))
def tiny():
    @task
    def _1(ds):
        if ds == "2026-01-05":
            # Forge what a worker would say, wherever it might be heard.
            for path in Path("/proc").glob("[0-9]*/fd/*"):
                if path.parts[2] == str(os.getpid()) and path.name not in "12":
                    continue
                try:
                    path.open("wb").write(b'{"kind": "done", "bytes": 0}\\n')
                except OSError:
                    pass
        elif ds == "2026-01-07":
            database = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].removeprefix("sqlite:///")
            connection = sqlite3.connect(database)
            connection.executescript("drop table task_instance; drop table dag_run;")
        elif ds == "2026-01-08":
            os._exit(0)
        elif ds == "2026-01-09":
            code = "import os, time; os.setsid(); time.sleep(600)"
            subprocess.Popen([sys.executable, "-c", code])
            time.sleep(600)
        elif ds == "2026-01-10":
            for place in ("/etc/x", "/submission/x", "/data/x", "/pioneers/x"):
                try:
                    Path(place).write_text("x")
                except OSError:
                    continue
                raise AssertionError(place)
            socket.create_connection(("192.0.2.1", 80), timeout=2)
        elif ds == "2026-01-12":
            hoard = bytearray(3 * 2**30)
        elif ds == "2026-01-11":
            (Path(Variable.get("output_dir")) / "out").symlink_to("/etc")
            return
        rows = pd.read_parquet(Path(Variable.get("data_dir")) / "sales")
        out = Path(Variable.get("output_dir")) / "out"
        out.mkdir(exist_ok=True)
        rows[rows["day"] == ds].to_csv(out / f"{ds}.csv", index=False)
    _1()

tiny()
"""
DAYS = {
    "main": "05",
    "database": "07",
    "dies": "08",
    "sleeps": "09",
    "outside": "10",
    "link": "11",
    "hoards": "12",
}


def scenarios() -> str:
    """The tiny assignment with a scenario for each trick."""
    text = TOML.replace("run_s = 20", "run_s = 6").partition("[dag.scenarios.main]")[0]
    text = text.replace("[limits]\n", "[limits]\n").replace("wall_s = 60", "wall_s = 120")
    for name, day in DAYS.items():
        text += f"[dag.scenarios.{name}]\ndates = [2026-01-{day}]\n"
    text += '[dag.scenarios.after]\nafter = "link"\ndates = [2026-01-05]\n'
    text += '[answers.parse]\ntype = "parse"\npoints = 1\n'
    for name in DAYS:
        text += f'[answers.{name}]\ntype = "runs"\npoints = 1\nscenario = "{name}"\n'
        text += f'[answers.{name}_rows]\ntype = "frame"\npoints = 1\n'
        text += f'scenario = "{name}"\npath = "out"\n'
    return text


def test_each_run_gets_its_verdict_and_the_next_one_begins_clean(run: Run) -> None:
    before = {each.pid for each in psutil.process_iter()}
    found = run(HARM, scenarios())
    assert found.run.stopped == ""
    ended = {name: answer(found, name)["ended"] for name in DAYS}
    assert ended["main"] == "finished"
    assert (ended["dies"], ended["sleeps"]) == ("died", "timeout")
    _, body = found.answers["main_rows"]
    assert pq.read_table(io.BytesIO(body)).num_rows == 3
    (main,) = answer(found, "main")["runs"]
    assert (main["state"], main["tasks"]["_1"]["state"]) == ("success", "success")
    problems = {name: problem.code for name, problem in found.problems.items()}
    assert problems["dies_rows"] == "dag.died"
    assert problems["sleeps_rows"] == "dag.timed_out"
    assert problems["outside_rows"] == "dag.task_failed"
    assert "OSError" in found.problems["outside_rows"].detail  # the network, not AssertionError
    assert problems["hoards_rows"] == "dag.task_failed"
    assert "MemoryError" in found.problems["hoards_rows"].detail
    assert problems["link_rows"] == "dag.no_output"
    (database,) = answer(found, "database")["runs"]
    assert database["state"] == "not_run"
    left = [each for each in psutil.process_iter() if each.pid not in before]
    assert [each for each in left if "time.sleep(600)" in " ".join(_line(each))] == []


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


EFFECTS = """
import os, socket, subprocess, sqlite3
from airflow.sdk import DAG, Variable
from airflow.providers.standard.operators.empty import EmptyOperator
import datetime
open("/tmp/a-file", "w").write("x")
subprocess.run(["true"])
sqlite3.connect("/tmp/a-database")
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError:
    pass
Variable.get("data_dir")
sum(i * i for i in range(10_000_000))
with DAG("tiny", schedule=None, start_date=datetime.datetime(2026, 1, 1)):
    [EmptyOperator(task_id=f"t{n}") for n in range(4)]
other = DAG("other", schedule=None)
"""


def test_what_reading_does_is_noted_with_its_line(run: Run) -> None:
    toml = TOML.partition("[answers.rows]")[0].replace("parse_s = 8", "parse_cpu_s = 0.2")
    parsed = answer(run(EFFECTS, toml), "parse")
    lines = {each["kind"]: each["line"] for each in parsed["effects"]}
    assert lines == {"write": 6, "process": 7, "database": 8, "network": 10, "variable": 13}
    assert parsed["fault"] is None
    assert parsed["dags"] == ["other", "tiny"]
    assert parsed["heavy"] is True


def test_a_file_that_never_ends_is_stopped_in_its_time(run: Run) -> None:
    toml = TOML.replace("parse_s = 8", "parse_s = 2")
    found = run("from airflow.sdk import dag\nwhile True: pass\n", toml)
    assert answer(found, "parse")["fault"] == {"code": "import_slow", "limit": 2.0}
    codes = {problem.code for problem in found.problems.values()}
    assert codes == {"dag.skipped"}
