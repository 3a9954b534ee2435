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
    for index in range(2):
        first = F.when(F.col(f"rows_{index}").isNotNull(), F.struct(*PLACE, "hash"))
        rows = rows.withColumn(f"first_{index}", F.min(first).over(same))
        is_later = F.struct(*(F.col(f"first_{index}.{name}") for name in PLACE)) < F.struct(*PLACE)
        behind.append(F.col(f"in_{index}").isNotNull() | (F.col(f"first_{index}").isNotNull() & is_later))
    is_same = F.col("hash") == F.coalesce("graded_hash", "first_0.hash")
    is_graded = F.col("rows_0").isNotNull() & ~behind[0]
    kind = F.when(behind[0] & is_same, "duplicates").when(is_graded, "graded").otherwise("quarantined")
    is_none = F.col("event") < 0
    kind = F.when(is_none, "none").otherwise(kind)
    rows = rows.withColumns({"kind": kind, "behind": behind[0], "lands_0": is_graded})
    is_open = (F.col("kind") != "duplicates") & ~behind[1]
    rows = rows.withColumn("lands_1", is_open & F.col("rows_1").isNotNull())
    refused = ["undecoded", "if(kind = 'quarantined', if(behind, behind_0, refused_0), NULL)"]
    return rows.withColumn("refused", F.array(*map(F.expr, refused), F.when(is_open, F.col("refused_1"))))


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
    names = [name for name in known.columns if name != "exam"]
    return known.groupBy("exam").agg(*(F.max(name).alias(name) for name in names))


def count_unsettled() -> Column:
    """Deliveries that would have counted, had they come before those that did in a higher partition."""
    late = "(rows_{0} IS NOT NULL AND partition < coalesce(in_{0}, last_in))"
    return F.expr(f"count_if({late.format(0)} OR {late.format(1)})")


def to_sums(decided: DataFrame, before: DataFrame | None, plan: Plan, command: str) -> DataFrame:
    """The running sums of each group of the summaries, those of before and this batch's, and the row that they make."""
    made = "name STRING, grp STRING, sums STRING, row STRING"
    parts = []
    for summary in plan["summaries"]:
        group = summary["group"]
        columns = [f"'{summary['name']}' AS name", "'rows' AS kind", f"rows_{group} AS text"]
        parts.append(decided.where(f"lands_{group}").selectExpr(*columns))
    sums = transform(reduce(DataFrame.union, parts), "name, kind, text", command, made)
    every = sums if before is None else sums.unionByName(before)
    by_group = every.selectExpr("name", "grp", "'sums' AS kind", "sums AS text").repartition("name", "grp")
    return transform(by_group, "name, kind, text", command, made)
