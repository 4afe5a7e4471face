"""Each day's sales of the three channels. Fill in what says TODO; names must stay as they are."""

from pathlib import Path

import pandas as pd
import pendulum
from airflow.sdk import Variable, dag, task


def read(table):
    """One table of the input folder, as pandas."""
    return pd.read_parquet(Path(Variable.get("data_dir")) / table)


@task
def extract_pos(ds):
    """TODO: the pop-up store's day, as {"channel": "pos", "orders": …, "copies": …, "krw": …}."""
    raise NotImplementedError


# TODO: extract_online and extract_partner, in the same way


@task
def load(channels, ds):
    """TODO: write the day below Variable.get("output_dir"), in the folder daily_sales."""
    raise NotImplementedError


@dag(
    dag_id="daily_sales", start_date=pendulum.datetime(2026, 1, 1)
)  # TODO: schedule, catchup, retries
def daily_sales():
    """TODO: the extracts side by side, then load."""


# TODO: call daily_sales(), or there is no DAG
