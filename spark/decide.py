"""What messages come to in all tables, and no rule: each event is decided as if it were alone by the compiled contract,
in a Node process beside each task; Spark finds the first delivery. Names, types and expressions come from the plan."""

from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

Plan = dict[str, Any]

STRICT = "map('mode', 'FAILFAST')"
TABBED = r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t'"
PLACE = ["partition", "offset", "event"]
AS_THEY_STAND = [*PLACE, "hash"]


def transform(rows: DataFrame, given: str, command: str, made: str) -> DataFrame:
    """Runs a command beside each task, a line a row."""
    quoted = command.replace("\\", "\\\\").replace("'", "\\'")
    sql = f"SELECT TRANSFORM({given}) {TABBED} USING '{quoted}' AS ({made}) {TABBED} FROM {{rows}}"
    return rows.sparkSession.sql(sql, rows=rows)


def decide_alone(messages: DataFrame, plan: Plan, command: str) -> DataFrame:
    """What each event gives if it is the only one of its exam ID."""
    sent = messages.selectExpr("partition", "offset", f"{plan['bytes']} AS bytes")
    return transform(sent, "partition, offset, bytes", command, plan["decided"])


def decide(alone: DataFrame, known: DataFrame, plan: Plan, order: list[str]) -> DataFrame:
    """Decides which delivery counts: the least in `order`, behind what was landed before.

    Adds `kind`, whether it is `behind` one that counts, and for each group whether rows land and failures count.
    """
    asked = known.join(alone.select("exam").distinct(), "exam", "left_semi")
    rows = alone.join(merge_known(asked), "exam", "left")
    same = Window.partitionBy(F.coalesce("exam", F.concat_ws("@", *PLACE)))  # an event without an exam ID is by itself
    own = F.struct(*order)
    for index in range(2):
        first = F.min(F.when(F.col(f"rows_{index}").isNotNull(), own)).over(same)
        rows = rows.withColumn(f"first_{index}", first)
        is_behind = F.col(f"in_{index}").isNotNull() | F.coalesce(F.col(f"first_{index}") < own, F.lit(False))
        rows = rows.withColumn(f"is_behind_{index}", is_behind)
    kind = F.when(F.col("event") < 0, "none").when(F.expr(f"is_behind_0 AND {plan['repeats']}"), "duplicates")
    kind = kind.when(F.expr("rows_0 IS NOT NULL AND NOT is_behind_0"), "graded").otherwise("quarantined")
    rows = rows.withColumn("kind", kind).withColumn("lands_0", F.col("kind") == "graded")
    rows = rows.withColumn("are_parts_open", F.expr(plan["parts"]))
    rows = rows.withColumn("lands_1", F.expr("are_parts_open AND rows_1 IS NOT NULL"))
    refused = ["undecoded", "if(kind = 'quarantined', if(is_behind_0, behind_0, refused_0), NULL)"]
    return rows.withColumn("refused", F.array(*map(F.expr, [*refused, "if(are_parts_open, refused_1, NULL)"])))


def to_table(decided: DataFrame, table: Plan) -> DataFrame:
    """The rows that a table gets."""
    lists = decided.where(f"lands_{table['group']}").selectExpr(f"explode({table['rows']}) AS row")
    return lists.selectExpr(*table["columns"])


def to_quarantine(decided: DataFrame, messages: DataFrame, plan: Plan) -> DataFrame:
    """A row for each table that refused an event of a message; `events` where it has none."""
    message = ["partition", "offset"]
    texts = decided.selectExpr(*PLACE, "posexplode(refused) AS (part, text)").where("text IS NOT NULL")
    refusals = texts.selectExpr(*PLACE, "part", f"explode(from_json(text, '{plan['refusals']}', {STRICT})) AS one")
    parts = "collect_list(struct(event, part, one.failures AS failures))"
    failures = F.expr(f"flatten(transform(array_sort({parts}), part -> part.failures)) AS failures")
    tables = refusals.groupBy(*message, F.col("one.table").alias("table")).agg(failures)
    return tables.join(messages, message).select(*plan["quarantine"])


def to_known(decided: DataFrame) -> DataFrame:
    """What a batch adds to what is known of each exam ID: what it was graded by, and the partitions that counted."""
    taken = [f"max(if(lands_{index}, partition, NULL)) AS in_{index}" for index in range(2)]
    added = ["max(if(lands_0, hash, NULL)) AS graded_hash", *taken, "max(partition) AS last_in"]
    return decided.where("exam IS NOT NULL").groupBy("exam").agg(*map(F.expr, added))


def merge_known(known: DataFrame) -> DataFrame:
    """A row for each exam ID; only the highest partition is ever told of one more than once."""
    return known.groupBy("exam").agg(*(F.max(name).alias(name) for name in known.columns if name != "exam"))


def to_sums(decided: DataFrame, before: DataFrame | None, plan: Plan, command: str) -> DataFrame:
    """The running sums of each group of the summaries, those of before and this batch's, and the row that they make."""
    made = "name STRING, grp STRING, sums STRING, row STRING"
    parts = []
    for summary in plan["summaries"]:
        columns = [f"'{summary['name']}' AS name", "'rows' AS kind", f"rows_{summary['group']} AS text"]
        parts.append(decided.where(f"lands_{summary['group']}").selectExpr(*columns))
    sums = transform(reduce(DataFrame.union, parts), "name, kind, text", command, made)
    every = sums if before is None else sums.unionByName(before)
    by_group = every.selectExpr("name", "grp", "'sums' AS kind", "sums AS text").repartition("name", "grp")
    return transform(by_group, "name, kind, text", command, made)
