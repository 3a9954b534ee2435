"""Reads Parquet files with pyarrow and with DuckDB and prints what each saw, one line of JSON a file.

Values are written so that JSON keeps them: INT64 as text, timestamps as whole ms and dates as days since 1970.
"""

import json
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

TICKS_PER_MS = {"ms": 1, "us": 1_000}


def to_values(array):
    """The values of an Arrow array as lists, dicts and scalars that JSON can hold."""
    kind = array.type
    if pa.types.is_timestamp(kind):
        ticks = TICKS_PER_MS[kind.unit]
        return [None if tick is None else tick // ticks for tick in array.cast(pa.int64()).to_pylist()]
    if pa.types.is_date32(kind):
        return array.cast(pa.int32()).to_pylist()
    if pa.types.is_int64(kind):
        return [None if number is None else str(number) for number in array.to_pylist()]
    if pa.types.is_list(kind):
        items = iter(to_values(array.flatten()))
        lengths = array.value_lengths().to_pylist()
        return [None if length is None else [next(items) for _ in range(length)] for length in lengths]
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        structs = (dict(zip(names, values)) for values in zip(*map(to_values, array.flatten())))
        return [struct if there else None for struct, there in zip(structs, array.is_valid().to_pylist())]
    return array.to_pylist()


def to_rows(table):
    columns = [[value for chunk in column.chunks for value in to_values(chunk)] for column in table.columns]
    return [dict(zip(table.column_names, values)) for values in zip(*columns)]


def read_with_arrow(path):
    footer = pq.read_metadata(path)
    table = pq.read_table(path)
    metadata = footer.metadata or {}
    return {
        "columns": [[f.name, str(f.type) + ("" if f.nullable else " not null")] for f in table.schema],
        "metadata": {key.decode(): value.decode() for key, value in metadata.items() if key != b"ARROW:schema"},
        "rowGroups": [footer.row_group(index).num_rows for index in range(footer.num_row_groups)],
        "rows": to_rows(table),
    }


def read_with_duckdb(path):
    found = duckdb.sql("select * from read_parquet($path)", params={"path": path})
    return {
        "columns": [[name, str(kind)] for name, kind in zip(found.columns, found.types)],
        "rows": to_rows(found.to_arrow_table()),
    }


def ordered_leaves(path, name, column):
    """The path in SQL, the name and the values of a column, or of each field of a struct, that has an order."""
    kind = column.type
    if pa.types.is_struct(kind):
        for field, values in zip(kind, column.flatten()):
            yield from ordered_leaves(f"struct_extract({path}, '{field.name}')", f"{name}.{field.name}", values)
    elif not pa.types.is_nested(kind) and not pa.types.is_string(kind):
        yield path, name, column


def count_below(path):
    """Per ordered column: [column, rows DuckDB finds below some value of it, rows there are].

    DuckDB passes over row groups by their statistics, so false ones show as rows that are missing.
    """
    table = pq.read_table(path)
    counts = []
    leaves = (leaf for field in table.schema for leaf in ordered_leaves(f'"{field.name}"', field.name, table[field.name]))
    for place, name, found in leaves:
        column, bound = found.drop_null(), "$pivot"
        if pa.types.is_timestamp(column.type):
            column, bound = column.cast(pa.int64()), "epoch_ms($pivot)"
        elif pa.types.is_date32(column.type):
            column, bound = column.cast(pa.int32()), "DATE '1970-01-01' + $pivot::INTEGER"
        values = column.to_pylist()
        if not values:
            continue
        pivot = values[len(values) // 2]
        query = f"select count(*) from read_parquet($path) where {place} < {bound}"
        below = duckdb.sql(query, params={"path": path, "pivot": pivot}).fetchall()[0][0]
        counts.append([name, below, sum(value < pivot for value in values)])
    return counts


def main():
    for path in sys.argv[1:]:
        seen = {
            "path": path,
            "arrow": read_with_arrow(path),
            "duckdb": read_with_duckdb(path),
            "below": count_below(path),
        }
        print(json.dumps(seen))


if __name__ == "__main__":
    main()
