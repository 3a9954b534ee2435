"""Makes a DuckDB database with a view of each table over its Parquet files, for datacontract-cli to test.

Reads JSON from stdin: `database`, `tables` (paths by name; * for all files of a directory) and `wrong` (by name a
SELECT of what stands in place of the rows of `files`; it is written as Parquet before, beside the database).
"""

import json
import os
import sys

import duckdb

asked = json.load(sys.stdin)
connection = duckdb.connect(asked["database"])
for name, path in asked["tables"].items():
    wrong = asked["wrong"].get(name)
    if wrong:
        place = os.path.join(os.path.dirname(asked["database"]), f"wrong-{name}.parquet")
        connection.execute(f"COPY (WITH files AS (FROM read_parquet('{path}')) {wrong}) TO '{place}'")
        path = place
    connection.execute(f"CREATE VIEW \"{name}\" AS FROM read_parquet('{path}')")
