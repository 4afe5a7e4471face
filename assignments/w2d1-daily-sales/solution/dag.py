"""Each day's sales of the three channels, written so that a second run changes nothing."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pendulum
from airflow.sdk import Variable, dag, task

DEFAULTS = {"retries": 2, "retry_delay": timedelta(minutes=1)}


def read(table):
    """One table of the input folder, as pandas."""
    return pd.read_parquet(Path(Variable.get("data_dir")) / table)


@task
def extract_pos(ds):
    """Receipts: text amounts in won on the Korean clock, some sent twice."""
    rows = read("purchases_pos").drop_duplicates()
    rows = rows[(rows["sku"] != "TEST") & (rows["sold_at"].str[:10] == ds)]
    amount = rows["amount"].str.replace(r"[^0-9]", "", regex=True).astype(int)
    return {"channel": "pos", "orders": len(rows), "copies": int(rows["quantity"].sum()),
            "krw": int(amount.sum())}  # fmt: skip


@task
def extract_online(ds):
    """Orders: the row that was loaded last counts, and only if it is paid."""
    rows = (
        read("purchases_online").sort_values("loaded_at").drop_duplicates("order_id", keep="last")
    )
    day = rows["ordered_at"].dt.tz_convert("Asia/Seoul").dt.date.astype(str)
    rows = rows[(rows["status"] == "paid") & (day == ds)]
    won = rows.loc[rows["currency"] == "KRW", "amount"]
    return {"channel": "online", "orders": len(rows), "copies": int(rows["quantity"].sum()),
            "krw": int(won.sum())}  # fmt: skip


@task
def extract_partner(ds):
    """Transactions: in cents, with an offset; a negative one is a refund and no sale."""
    rows = read("purchases_partner").drop_duplicates()
    day = pd.to_datetime(rows["sold_on"], utc=True).dt.tz_convert("Asia/Seoul").dt.date.astype(str)
    rows = rows[(rows["gross_cents"] > 0) & (day == ds)]
    won = rows.loc[rows["ccy"] == "krw", "gross_cents"] // 100
    return {"channel": "partner", "orders": len(rows), "copies": int(rows["quantity"].sum()),
            "krw": int(won.sum())}  # fmt: skip


@task
def load(channels, ds):
    """Write the day as one file of its own: running again replaces it."""
    folder = Path(Variable.get("output_dir")) / "daily_sales"
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(channels)
    frame.insert(0, "day", pd.to_datetime(ds).date())
    frame.to_parquet(folder / f"{ds}.parquet", index=False)


@dag(
    dag_id="daily_sales",
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1),
    catchup=False,
    default_args=DEFAULTS,
)
def daily_sales():
    """Three channels side by side, then one load."""
    load([extract_pos(), extract_online(), extract_partner()])


daily_sales()
