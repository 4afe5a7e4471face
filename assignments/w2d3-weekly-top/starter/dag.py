"""Each week's five best-selling games. Fill in what says TODO; names must stay as they are."""

from pathlib import Path

import pandas as pd
import pendulum
from airflow.sdk import Variable, dag, task


@task
def rank_games(ds):
    """TODO: the five games that sold most copies in the week that begins on `ds`, a Monday."""
    rows = pd.read_parquet(Path(Variable.get("data_dir")) / "purchases")
    raise NotImplementedError(ds, len(rows))


@task
def load(best, ds):
    """TODO: write the week below Variable.get("output_dir"), in the folder weekly_top."""
    raise NotImplementedError


@dag(dag_id="weekly_top", start_date=pendulum.datetime(2026, 1, 5))  # TODO: what else?
def weekly_top():
    """TODO: rank, then load."""


# TODO: call weekly_top(), or there is no DAG
