"""The lake's directory: files written out of sight, commits that count by one rename, tables placed behind them.

<table>/part-*.parquet is what readers see; _spark/commits/<number>.json what counts, the highest being its state;
_spark/known and _spark/sums what it knows of each exam ID and each group; _tmp/<run>/<table> files on their way.
"""

import json
import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pyspark.sql import SparkSession


class Refusal(Exception):
    """What a person has to decide: `where: expected X, received Y; what to do`."""


@dataclass(frozen=True)
class Commit:
    """The state of a lake. Paths are relative to it."""

    topic: str
    contract: str
    topic_id: str
    number: int = 0
    kind: str = "none"
    batch: int = -1
    staged: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)
    unsettled: int = 0
    known: list[str] = field(default_factory=list)
    sums: str = ""

    def after(self, **changes: Any) -> "Commit":
        """The next one, with a folder of its own for its files."""
        return replace(self, number=self.number + 1, staged=f"_tmp/{uuid.uuid4().hex[:12]}", **changes)


class Lake:
    """A directory of Hadoop's file system. Each step can be done again by the next run, wherever one was killed."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        self.root = root
        jvm: Any = spark._jvm
        gateway: Any = spark.sparkContext._gateway
        self._hadoop = jvm.org.apache.hadoop.fs
        conf = spark._jsc.hadoopConfiguration()
        self._files = self._path("").getFileSystem(conf)
        self._context = self._hadoop.FileContext.getFileContext(self._files.getUri(), conf)
        option = getattr(self._hadoop, "Options$Rename")
        self._overwriting = gateway.new_array(option, 1)
        self._overwriting[0] = option.OVERWRITE

    def at(self, path: str) -> str:
        return f"{self.root}/{path}".rstrip("/")

    def last(self) -> Commit | None:
        """The last commit; refuses a directory that `land` writes to."""
        if self.names("_commits"):
            raise Refusal(f"hdfs {self.root}: expected a lake of Spark's, received one of land; name another by --lake")
        for name in self.names("_spark/commits")[-1:]:
            stream = self._files.open(self._path(f"_spark/commits/{name}"))
            text = bytes(stream.readAllBytes()).decode()
            stream.close()
            return Commit(**json.loads(text))
        return None

    def commit(self, commit: Commit) -> None:
        """Makes a commit count: the rename fails where another run has taken its number."""
        draft, path = f"_spark/drafts/{uuid.uuid4().hex}", f"_spark/commits/{commit.number:08d}.json"
        stream = self._files.create(self._path(draft), True)
        stream.write(bytearray(json.dumps(asdict(commit)).encode()))
        stream.close()
        if not self.rename(draft, path):
            raise Refusal(f"hdfs {self.at(path)}: expected no such commit, received one; end the other run here")

    def place(self, commit: Commit, summaries: list[dict[str, Any]]) -> None:
        """Moves a commit's files to where readers see them, passes over what is placed already, and sweeps the rest."""
        whole = {summary["name"] for summary in summaries}
        for table in self.names(commit.staged):
            staged, retired = f"{commit.staged}/{table}", f"_spark/drafts/{table}"
            if commit.kind == "settle" and table not in whole:  # the whole directory, in two renames
                if self.names(table) and not self.names(retired):
                    self.rename(table, retired)
                self.rename(staged, table)
                continue
            self._files.mkdirs(self._path(table))
            for name in (name for name in self.names(staged) if name.startswith("part-")):
                part = "part-00000000.parquet" if table in whole else f"part-{commit.number:08d}-{name[5:]}"
                self._context.rename(self._path(f"{staged}/{name}"), self._path(f"{table}/{part}"), self._overwriting)
        self.sweep(commit)

    def sweep(self, commit: Commit) -> None:
        """Removes what no commit counts: the remains of a killed run, and what this one has replaced."""
        kept = {*commit.known, commit.sums}
        paths = [f"{folder}/{name}" for folder in ("_spark/known", "_spark/sums") for name in self.names(folder)]
        old = [f"_spark/commits/{name}" for name in self.names("_spark/commits")[:-100]]
        for path in {*paths, *old, "_tmp", "_spark/drafts"} - kept:
            self._files.delete(self._path(path), True)

    def names(self, path: str) -> list[str]:
        """The names in a directory, in order; none where there is no such directory."""
        found = self._files.listStatus(self._path(path)) if self._files.exists(self._path(path)) else []
        return sorted(status.getPath().getName() for status in found)

    def rename(self, source: str, target: str) -> bool:
        self._files.mkdirs(self._path(target).getParent())
        return bool(self._files.rename(self._path(source), self._path(target)))

    def _path(self, path: str) -> Any:
        return self._hadoop.Path(self.at(path))
