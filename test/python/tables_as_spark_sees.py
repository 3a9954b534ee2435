"""Reads every table of a lake with Spark from hdfs://.

usage: tables_as_spark_sees.py HDFS_ADDRESS FOLDER LAKE_DIR ...

Writes FOLDER/<lake's number>/<table>.jsonl: a first line with [name, type] of each column, then a line per row.
Values are written so that JSON keeps them: INT64 as text, timestamps as whole ms since 1970.
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

TABLES = ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]


def to_plain(column, kind):
    """The column with what Python or JSON can't hold made plain: a datetime ends with the year 9999."""
    if isinstance(kind, T.TimestampType):
        return F.unix_millis(column)
    if isinstance(kind, T.LongType):
        return column.cast("string")
    if isinstance(kind, T.ArrayType):
        return F.transform(column, lambda one: to_plain(one, kind.elementType))
    if isinstance(kind, T.StructType):
        return F.struct(*(to_plain(column[field.name], field.dataType).alias(field.name) for field in kind))
    return column


def read_table(spark, path):
    frame = spark.read.parquet(path)
    plain = [to_plain(F.col(f"`{field.name}`"), field.dataType).alias(field.name) for field in frame.schema]
    return frame.dtypes, (row.asDict(recursive=True) for row in frame.select(*plain).collect())


def main(address, folder, *lakes):
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    for number, lake in enumerate(lakes):
        place = Path(folder, str(number))
        place.mkdir()
        for table in TABLES:
            columns, rows = read_table(spark, f"{address}{lake}/{table}")
            with open(place / f"{table}.jsonl", "w") as file:
                for line in [columns, *rows]:
                    file.write(json.dumps(line) + "\n")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
