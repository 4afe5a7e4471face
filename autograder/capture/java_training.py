"""A training run for Spark's class cache: what beginners' notebooks do, on a handful of rows.

A script of its own, run once per machine by `java.prepare`: its arguments are the JVM's command.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from autograder.capture.worker import jvm


def main() -> None:
    """Start the JVM, exercise it, and close its input, upon which it writes its cache."""
    with tempfile.TemporaryDirectory() as name:
        gateway = jvm.start(sys.argv[1:], Path(name), {})
        os.environ.update(gateway.wait())
        _exercise(Path(name))
        if gateway.process.stdin is not None:
            gateway.process.stdin.close()
        gateway.process.wait(timeout=240)


def _exercise(folder: Path) -> None:
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as f

    spark = SparkSession.builder.appName("training").getOrCreate()
    rows = [
        (i, i % 7, f"g-{i % 3:05d} ", f"₩{i},000", f"2026-01-{i % 28 + 1:02d} 23:30:00")
        for i in range(200)
    ]
    spark.createDataFrame(
        rows, "id int, k int, sku string, amount string, at string"
    ).write.parquet(f"{folder}/a")
    frame = spark.read.parquet(f"{folder}/a")
    clean = (
        frame.dropDuplicates(["id"])
        .filter(f.col("sku") != "TEST")
        .withColumn("sku", f.upper(f.trim("sku")))
        .withColumn("won", f.regexp_replace("amount", "[^0-9]", "").cast("decimal(12,2)"))
        .withColumn("at", f.to_utc_timestamp(f.to_timestamp("at"), "Asia/Seoul"))
        .withColumn("day", f.to_date(f.from_utc_timestamp("at", "Asia/Seoul")))
    )
    rates = spark.createDataFrame([(0, 1.5), (1, 2.0)], "k int, rate double")
    joined = clean.join(rates, "k", "left").withColumn("rate", f.coalesce("rate", f.lit(1.0)))
    daily = joined.groupBy("day").agg(
        f.sum(f.col("won") * f.col("rate")).alias("total"), f.count("*").alias("n")
    )
    window = Window.partitionBy("day").orderBy(f.desc("won"), "id")
    top = joined.withColumn("rank", f.row_number().over(window)).filter("rank <= 3")
    clean.createOrReplaceTempView("clean")
    by_sql = spark.sql(
        "select sku, count(distinct k) c from clean where won > 3 group by sku order by c desc, sku"
    )
    for each in (daily.orderBy("day"), top, by_sql, clean.unionByName(clean).distinct()):
        each.toArrow()
        each.toPandas()
    daily.show(3)
    joined.select(f.udf(lambda k: k + 1, "int")("k")).count()
    [row.asDict() for row in daily.limit(2).collect()]
    spark.stop()


if __name__ == "__main__":
    main()
