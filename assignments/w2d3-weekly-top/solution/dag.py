"""Each week's five best-selling games: a run needs its own week and nothing else."""

from pathlib import Path

import pandas as pd
import pendulum
from airflow.sdk import Variable, dag, task


@task
def rank_games(ds):
    """The five games that sold most copies in the week that begins on `ds`, a Monday."""
    rows = pd.read_parquet(Path(Variable.get("data_dir")) / "purchases")
    day = rows["purchased_at"].dt.tz_convert("Asia/Seoul").dt.tz_localize(None).dt.normalize()
    first = pd.Timestamp(ds)
    rows = rows[(day >= first) & (day < first + pd.Timedelta(days=7))]
    sold = rows.groupby("game_id", as_index=False)["quantity"].sum()
    best = sold.sort_values(["quantity", "game_id"], ascending=[False, True]).head(5)
    return [[int(game), int(copies)] for game, copies in best.to_numpy()]


@task
def load(best, ds):
    """One file for each week."""
    folder = Path(Variable.get("output_dir")) / "weekly_top"
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(best, columns=["game_id", "copies"])
    frame.insert(0, "place", range(1, len(frame) + 1))
    frame.insert(0, "week", ds)
    frame.to_csv(folder / f"{ds}.csv", index=False)


@dag(
    dag_id="weekly_top",
    schedule="0 0 * * 1",
    start_date=pendulum.datetime(2026, 1, 5),
    catchup=True,
    tags=["weekly"],
)
def weekly_top():
    """Rank, then load."""
    load(rank_games())


weekly_top()
