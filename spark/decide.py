"""What messages come to in all tables, and no rule: each event is decided as if it were alone by the compiled contract,
in a Node process beside each task; Spark finds the first delivery. Names, types and expressions come from the plan."""

from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

Plan = dict[str, Any]

STRICT = "map('mode', 'FAILFAST')"
TABBED = r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'"
PLACE = ["partition", "offset", "event"]


def transform(rows: DataFrame, given: str, command: str, made: str) -> DataFrame:
    """Runs a command beside each task, a line a row."""
    quoted = command.replace("\\", "\\\\").replace("'", "\\'")
    sql = f"SELECT TRANSFORM({given}) {TABBED} USING '{quoted}' AS ({made}) {TABBED} FROM {{rows}}"
    return rows.sparkSession.sql(sql, rows=rows)


def decide_alone(messages: DataFrame, plan: Plan, command: str) -> DataFrame:
    """What each event gives if it is the only one of its exam ID."""
    sent = messages.selectExpr("partition", "offset", f"{plan['bytes']} AS bytes")
    return transform(sent, "partition, offset, bytes", command, plan["decided"])


def decide(alone: DataFrame, known: DataFrame, plan: Plan) -> DataFrame:
    """Decides which delivery counts: the first by partition, then offset, behind what was landed before.

    Adds `kind`, whether it is `behind` a graded one, and for each table whether its rows land and its failures count.
    """
    asked = known.join(alone.select("exam").distinct(), "exam", "left_semi")
    rows = alone.join(merge_known(asked), "exam", "left")
    same = Window.partitionBy(F.coalesce("exam", F.concat_ws("@", *PLACE)))  # an event without an exam ID is by itself
    behind: list[Column] = []
    for index, table in enumerate(plan["tables"]):
        first = F.when(F.col(table["rows"]).isNotNull(), F.struct(*PLACE, "hash"))
        rows = rows.withColumn(f"first_{index}", F.min(first).over(same))
        is_later = F.struct(*(F.col(f"first_{index}.{name}") for name in PLACE)) < F.struct(*PLACE)
        behind.append(F.col(f"in_{index}").isNotNull() | (F.col(f"first_{index}").isNotNull() & is_later))
    is_same = F.col("hash") == F.coalesce("graded_hash", "first_0.hash")
    is_graded = F.col("rows_0").isNotNull() & ~behind[0]
    kind = F.when(behind[0] & is_same, "duplicates").when(is_graded, "graded").otherwise("quarantined")
    rows = rows.withColumns({"kind": kind, "behind": behind[0], "lands_0": is_graded})
    for index, table in list(enumerate(plan["tables"]))[1:]:
        is_open = (F.col("kind") != "duplicates") & ~behind[index]
        rows = rows.withColumn(f"lands_{index}", is_open & F.col(table["rows"]).isNotNull())
        rows = rows.withColumn(f"counts_{index}", is_open & F.col(table["failures"]).isNotNull())
    return rows.withColumn("counts_0", F.expr("undecoded IS NULL AND kind = 'quarantined'"))


def from_text(rows: DataFrame, column: str, wire: str) -> DataFrame:
    """Rows that travelled, in the column `row`."""
    return rows.selectExpr(f"from_json({column}, '{wire}', {STRICT}) AS row")


def to_table(decided: DataFrame, index: int, table: Plan) -> DataFrame:
    """The rows that a table gets."""
    lists = from_text(decided.where(f"lands_{index}"), table["rows"], f"ARRAY<{table['wire']}>")
    return lists.selectExpr("explode(row) AS row").selectExpr(*table["columns"])


def to_quarantine(decided: DataFrame, messages: DataFrame, plan: Plan) -> DataFrame:
    """A row for each table that refused an event; `events` where there is none."""

    def refused(condition: str, name: str, *failures: str) -> DataFrame:
        lists = [f"coalesce(from_json({text}, '{plan['failures']}', {STRICT}), array())" for text in failures]
        columns = [f"'{name}' AS table", f"concat({', '.join(lists)}) AS failures"]
        return decided.where(condition).selectExpr("partition", "offset", *columns)

    parts = [refused("undecoded IS NOT NULL", "events", "undecoded")]
    for index, table in enumerate(plan["tables"]):
        also = ["if(behind, conflict, NULL)"] if index == 0 else []
        parts.append(refused(f"counts_{index}", table["name"], table["failures"], *also))
    return reduce(DataFrame.union, parts).join(messages, ["partition", "offset"]).select(*plan["quarantine"])


def to_known(decided: DataFrame, plan: Plan) -> DataFrame:
    """What a batch adds to what is known of each exam ID: what it was graded by, and the partitions that counted."""

    taken = [f"max(if(lands_{index}, partition, NULL)) AS in_{index}" for index in range(len(plan["tables"]))]
    added = ["max(if(lands_0, hash, NULL)) AS graded_hash", *taken, "max(partition) AS last_in"]
    return decided.where("exam IS NOT NULL").groupBy("exam").agg(*map(F.expr, added))


def merge_known(known: DataFrame) -> DataFrame:
    """A row for each exam ID; only the highest partition is ever told of one more than once."""
    names = [name for name in known.columns if name != "exam"]
    return known.groupBy("exam").agg(*(F.max(name).alias(name) for name in names))


def count_unsettled(plan: Plan) -> Column:
    """Deliveries that would have counted, had they come before those that did in a higher partition."""
    late = "({rows} IS NOT NULL AND partition < coalesce(in_{index}, last_in))"
    parts = [late.format(rows=table["rows"], index=index) for index, table in enumerate(plan["tables"])]
    return F.expr(f"count_if({' OR '.join(parts)})")


def to_sums(decided: DataFrame, before: DataFrame | None, plan: Plan, command: str) -> DataFrame:
    """The running sums of each group of the summaries, those of before and this batch's, and the row that they make."""
    indexes = {table["name"]: index for index, table in enumerate(plan["tables"])}
    made = "name STRING, grp STRING, sums STRING, row STRING"
    parts = []
    for summary in plan["summaries"]:
        index = indexes[summary["of"]]
        columns = [f"'{summary['name']}' AS name", "'rows' AS kind", f"rows_{index} AS text"]
        parts.append(decided.where(f"lands_{index}").selectExpr(*columns))
    sums = transform(reduce(DataFrame.union, parts), "name, kind, text", command, made)
    every = sums if before is None else sums.unionByName(before)
    by_group = every.selectExpr("name", "grp", "'sums' AS kind", "sums AS text").repartition("name", "grp")
    return transform(by_group, "name, kind, text", command, made)
