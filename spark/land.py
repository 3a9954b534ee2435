"""Lands topics with Spark: a job a line on stdin, what batches and jobs came to a line on stdout, all as JSON."""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import decide as rules
from lake import Commit, Lake, Refusal

Job = dict[str, Any]


def tell(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def read_topic_id(spark: SparkSession, job: Job) -> str:
    """The broker's own number of the topic, which one that is made anew does not share."""
    jvm: Any = spark._jvm
    java = jvm.java.util
    admin = jvm.org.apache.kafka.clients.admin.AdminClient.create(java.HashMap(job["kafka"]))
    try:
        topics = admin.describeTopics(java.Collections.singletonList(job["topic"])).allTopicNames().get()
        return str(topics.get(job["topic"]).topicId().toString())
    finally:
        admin.close()


class Landing:
    """A run over a lake: each batch becomes a commit, decided behind all that were before."""

    def __init__(self, spark: SparkSession, job: Job) -> None:
        self.spark, self.job, self.plan = spark, job, job["plan"]
        self.lake = Lake(spark, job["lake"])
        self.turn = threading.Lock()
        self.ended: Exception | None = None
        self.last = self.lake.last() or Commit(job["topic"], self.plan["contract"], read_topic_id(spark, job))
        self.check()
        self.lake.place(self.last, self.plan["summaries"])

    def check(self) -> None:
        """Holds topic and contract to what the lake was begun with."""
        received = (self.job["topic"], self.plan["contract"], read_topic_id(self.spark, self.job))
        expected = (self.last.topic, self.last.contract, self.last.topic_id)
        for name, was, now in zip(("topic", "contract", "ID of the topic"), expected, received, strict=True):
            if was != now:
                advice = f"{'it was created anew; ' if now == received[2] else ''}name another lake by --lake"
                raise Refusal(f"hdfs {self.lake.root}: expected the {name} {was}, received {now}; {advice}")

    def add(self, stream: DataFrame, batch: int) -> None:
        """Lands a batch of the stream; one that was committed before the stream was told so is passed over."""
        with self.turn:
            if self.ended and batch >= 0:
                raise self.ended
            if batch <= self.last.batch and self.last.number > 0:
                return
            try:
                self.check()
                commit = self.last.after(kind="land", batch=batch)
                self.take(commit, self.write(stream.selectExpr(*self.plan["raw"]), f"{commit.staged}/raw_data"))
            except Exception as error:
                self.ended = error
                raise

    def settle(self) -> None:
        """Rebuilds the tables from raw_data, as if all had come in the order in which they count."""
        self.take(self.last.after(kind="settle", counts={}, warnings={}, unsettled=0, known=[], sums=""), "raw_data")

    def take(self, commit: Commit, path: str) -> None:
        """Decides the messages of some files, writes the other tables' out of sight, commits and places them."""
        since, plan, commands = time.monotonic(), self.plan, self.job["commands"]
        messages, run = self.read(path), commit.staged.removeprefix("_tmp/")
        alone = self.keep(rules.decide_alone(messages, plan, commands["decide"]), f"{commit.staged}-alone")
        order = plan["order"] if commit.kind == "settle" else rules.AS_THEY_STAND
        decided = self.keep(rules.decide(alone, self.read_known(commit.known), plan, order), f"{commit.staged}-decided")
        counts, late, refused = self.count(decided, messages)
        for table in plan["tables"]:
            self.write(rules.to_table(decided, table).hint("rebalance"), f"{commit.staged}/{table['name']}")
        path = self.write(rules.to_quarantine(decided, messages, plan).hint("rebalance"), f"{commit.staged}/quarantine")
        if (kept := self.read(path).select("partition", "offset").distinct().count()) != refused:
            raise Refusal(f"spark: expected {refused} messages in quarantine, received {kept}; see its log")
        known = [*commit.known, self.write(rules.to_known(decided), f"_spark/known/{run}")]
        if len(known) >= 20:  # few to read for the next batch
            known = [self.write(rules.merge_known(self.read_known(known)), f"_spark/known/{run}-merged")]
        sums = self.sum(decided, f"_spark/sums/{run}", commit)
        names = decided.selectExpr(f"explode({plan['warned']}) AS name")
        warnings = Counter({row["name"]: row["count"] for row in names.groupBy("name").count().collect()})
        counts.update(commit.counts)
        warnings.update(commit.warnings)
        facts: dict[str, Any] = {"counts": dict(counts), "warnings": dict(warnings)}
        self.last = replace(commit, known=known, sums=sums, unsettled=late + commit.unsettled, **facts)
        self.lake.commit(self.last)
        self.lake.place(self.last, plan["summaries"])
        tell(commit=commit.number, kind=commit.kind, counts=facts["counts"], seconds=round(time.monotonic() - since))

    def count(self, decided: DataFrame, messages: DataFrame) -> tuple[Counter[str], int, int]:
        """What messages came to, how many came late and are refused; each that was sent to the rules came back once."""
        kinds = [F.count_if(F.col("kind") == name) for name in ("graded", "duplicates", "quarantined")]
        others = ["count_if(event <= 0)", f"count_if({self.plan['unsettled']})", self.plan["refused"]]
        [[*each, back, late, refused]] = decided.select(*kinds, *map(F.expr, others)).collect()
        sent, events = messages.count(), {} if self.plan["isOneEach"] else {"events": sum(each)}
        if sent != back:
            raise Refusal(f"spark: expected {sent} messages back from the rules, received {back}; see its log")
        return Counter(consumed=sent, **events, graded=each[0], duplicates=each[1], quarantined=each[2]), late, refused

    def sum(self, decided: DataFrame, path: str, commit: Commit) -> str:
        """Writes the running sums and, from them, the summaries whole."""
        if not self.plan["summaries"]:
            return ""
        before = self.read(commit.sums) if commit.sums else None
        self.write(rules.to_sums(decided, before, self.plan, self.job["commands"]["sum"]), path)
        for table in self.plan["summaries"]:
            own = self.read(path).where(F.col("name") == table["name"])
            rows = own.selectExpr(f"from_json(row, '{table['wire']}', {rules.STRICT}) AS row")
            self.write(rows.selectExpr(*table["columns"]).coalesce(1), f"{commit.staged}/{table['name']}")
        return path

    def read_known(self, paths: list[str]) -> DataFrame:
        nothing = self.spark.sql(f"SELECT {self.plan['known']} WHERE false")
        return self.spark.read.parquet(*map(self.lake.at, paths)) if paths else nothing

    def read(self, path: str) -> DataFrame:
        return self.spark.read.parquet(self.lake.at(path))

    def keep(self, rows: DataFrame, path: str) -> DataFrame:  # so that nothing is decided twice
        return self.read(self.write(rows, path))

    def write(self, rows: DataFrame, path: str) -> str:
        rows.write.mode("overwrite").parquet(self.lake.at(path))
        return path


def run(spark: SparkSession, job: Job) -> None:
    """Lands a topic up to its end, or follows it until told to stop; then settles."""
    landing = Landing(spark, job)
    writer = spark.readStream.format("kafka").options(**job["source"]).load().writeStream
    when = {"processingTime": job["every"]} if job["follow"] else {"availableNow": True}
    checkpoint = landing.lake.at("_spark/checkpoint")
    query = writer.foreachBatch(landing.add).option("checkpointLocation", checkpoint).trigger(**when).start()
    told, parent = [], os.getppid()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda number, _: told.append(number))  # a call amid another one would end both
    try:
        while not query.awaitTermination(1):
            if told or os.getppid() != parent:  # or nobody is there any more to tell it
                with landing.turn:  # amid a batch, what it committed might not be placed
                    landing.ended = landing.ended or InterruptedError("stopped")
                query.stop()
    except Exception as error:
        if not isinstance(landing.ended, InterruptedError):
            raise landing.ended if isinstance(landing.ended, Refusal) else error from None
    if landing.last.number == 0:  # an empty topic has tables, too
        landing.add(spark.sql(f"SELECT {job['plan']['message']} WHERE false"), -1)
    if landing.last.unsettled > 0 and job["settles"]:
        landing.settle()
    facts = {name: getattr(landing.last, name) for name in ("counts", "warnings", "unsettled")}
    tell(done=True, lake=landing.lake.root, commit=landing.last.number, **facts)


def main() -> None:
    """Does one job after the other in one session; the exit code is 1 where one of them failed."""
    spark, code = None, 0
    for line in sys.stdin:
        job = json.loads(line)
        try:
            builder = SparkSession.builder.appName(f"land {job['topic']}").master(job["master"])
            spark = spark or builder.config(map=job["settings"]).getOrCreate()
            run(spark, job)
        except Exception as error:
            code = 1
            tell(error=str(error) if isinstance(error, Refusal) else f"spark: {error}".splitlines()[0])
            if not isinstance(error, Refusal):
                sys.excepthook(*sys.exc_info())
    if spark:
        spark.stop()
    sys.exit(code)


if __name__ == "__main__":
    main()
