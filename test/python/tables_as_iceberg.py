"""Reads the tables of a lake through their Iceberg metadata, and holds them to plain reads of the same versions.

usage: tables_as_iceberg.py WEBHDFS_URL LAKE_DIR ADDRESS VERSION...

pyiceberg and DuckDB read each table of each version; pyarrow reads the version's directory. Prints a JSON object: `rows`, by
reader, version and table; `differences`, where a reader's values or types are not those of the plain read.
"""

import json
import os
import sys
from glob import glob
from urllib.parse import urlsplit

import duckdb
import duckdb_extension_avro
import duckdb_extension_iceberg
import pyarrow as pa
import pyarrow.dataset as ds
from fsspec.implementations.webhdfs import WebHDFS
from pyiceberg.io import fsspec as io
from pyiceberg.table import StaticTable

TABLES = ["raw_data", "questions_pool_data", "grades_ID", "course_ID", "quarantine"]


class Hdfs(WebHDFS):
    protocol = "hdfs"


def open_duckdb(fs):
    connection = duckdb.connect(config={"threads": 1})
    for module in [duckdb_extension_avro, duckdb_extension_iceberg]:
        folder = os.path.dirname(module.__file__)
        [extension] = glob(f"{folder}/**/*.duckdb_extension", recursive=True)
        connection.execute(f"LOAD '{extension}'")
    connection.execute("SET TimeZone = 'UTC'")
    connection.register_filesystem(fs)
    return connection


def to_rows(table):
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in table.to_pylist())


def simple(kind):
    """A type without what readers choose by themselves: large or not, the unit of times, what may be null."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return ["list", simple(kind.value_type)]
    if pa.types.is_struct(kind):
        return [[kind.field(index).name, simple(kind.field(index).type)] for index in range(kind.num_fields)]
    if pa.types.is_timestamp(kind):
        return f"timestamp {kind.tz}"
    return str(kind).removeprefix("large_")


def main(url, lake, address, *versions):
    host = urlsplit(url)
    fs = Hdfs(host=host.hostname, port=host.port)
    io.SCHEME_TO_FS["hdfs"] = lambda properties: fs
    connection = open_duckdb(fs)
    rows, differences = {"pyiceberg": {}, "DuckDB": {}}, []
    for name in TABLES:
        directory = f"{lake}/_iceberg/{name}"
        hint = fs.cat(f"{directory}/metadata/version-hint.text").decode()
        metadata = f"{address}{directory}/metadata/v{hint}.metadata.json"
        table = StaticTable.from_metadata(metadata, {"py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO"})
        for version in versions:
            plain = ds.dataset(f"{lake}/.snapshot/version-{int(version):08}/{name}", filesystem=fs).to_table()
            scanned = f"SELECT * FROM iceberg_scan('{address}{directory}', snapshot_from_id = {version})"
            read = {
                "pyiceberg": table.scan(snapshot_id=int(version)).to_arrow(),
                "DuckDB": connection.execute(scanned).to_arrow_table(),
            }
            for reader, found in read.items():
                rows[reader].setdefault(version, {})[name] = found.num_rows
                kinds = [[[field.name, simple(field.type)] for field in one.schema] for one in [found, plain]]
                if kinds[0] != kinds[1]:
                    differences.append(f"{reader} {version} {name}: types {kinds[0]} instead of {kinds[1]}")
                if to_rows(found) != to_rows(plain):
                    differences.append(f"{reader} {version} {name}: other values")
    print(json.dumps({"rows": rows, "differences": differences}), flush=True)
    os._exit(0)  # DuckDB's threads now and then race with the end of the interpreter


if __name__ == "__main__":
    main(*sys.argv[1:])
