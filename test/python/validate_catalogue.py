"""Holds a copy of a lake to its own catalogue and prints, as JSON, all that is not so.

datapackage.json is validated by the package frictionless as it stands, then with the rows of the files it names: types,
constraints, primary and foreign keys. Lists and objects, which frictionless cannot check, are held to it by pyarrow.
"""

import json
import os
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
from frictionless import Package, system

ARROW_TYPES = {
    "STRING": pa.string(),
    "INT32": pa.int32(),
    "INT64": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("ms", tz="UTC"),
    "DATE": pa.date32(),
}


def to_arrow(field):
    """The Arrow field that a field of the catalogue promises, all within it included."""
    required = field.get("constraints", {}).get("required", False)
    return pa.field(field["name"], to_arrow_type(field), nullable=not required)


def to_arrow_type(field):
    if field["type"] == "object":
        return pa.struct([to_arrow(one) for one in field["fields"]])
    if field["type"] != "array":
        return ARROW_TYPES[field["parquetType"]]
    item = field["arrayItem"]
    nullable = item.get("constraints", {}).get("required") is False
    return pa.list_(pa.field("element", to_arrow_type(item), nullable=nullable))


def check_files(folder, resource):
    """What the files themselves say: names, bytes, rows, columns, and the description in their footers."""
    name = resource["name"]
    listed = sorted(f"{name}/{file}" for file in os.listdir(os.path.join(folder, name)))
    if sorted(resource["path"]) != listed:
        yield f"{name}: path is {resource['path']}, there are {listed}"
    paths = [os.path.join(folder, path) for path in resource["path"]]
    size = sum(os.path.getsize(path) for path in paths)
    if resource["bytes"] != size:
        yield f"{name}: bytes is {resource['bytes']}, the files have {size}"
    rows = sum(pq.read_metadata(path).num_rows for path in paths)
    if resource["rows"] != rows:
        yield f"{name}: rows is {resource['rows']}, the files have {rows}"
    promised = pa.schema([to_arrow(field) for field in resource["schema"]["fields"]])
    for path in paths:
        schema = pq.read_schema(path)
        if not schema.equals(promised, check_metadata=False):
            yield f"{path}: expected {promised}, received {schema}"
        yield from check_footer(path, schema.metadata, resource)


def check_footer(path, metadata, resource):
    """The footer's columns say what the catalogue's fields say."""
    if metadata[b"user-activity.table"].decode() != resource["name"]:
        yield f"{path}: the footer names another table"
    columns = json.loads(metadata[b"user-activity.columns"])
    for column, field in zip(columns, resource["schema"]["fields"], strict=True):
        required = field.get("constraints", {}).get("required", False)
        said = [column["name"], column["type"], column["doc"], column.get("unit"), column.get("null")]
        listed = [field.get(key) for key in ["name", "parquetType", "description", "unit", "nullMeaning"]]
        if said != listed or column["nullable"] == required:
            yield f"{path}: the footer says {column}, the catalogue {field}"


def to_flat(folder, scratch, resource):
    """The resource without its lists and objects; frictionless reads one Parquet file only, so several are joined."""
    fields = [field for field in resource["schema"]["fields"] if field["type"] not in ("array", "object")]
    names = [field["name"] for field in fields]
    path = os.path.join(folder, resource["path"][0])
    if len(resource["path"]) > 1:
        tables = [pq.read_table(os.path.join(folder, one)) for one in resource["path"]]
        path = os.path.join(scratch, f"{resource['name']}.parquet")
        pq.write_table(pa.concat_tables(tables), path)
    flat = {key: value for key, value in resource.items() if key != "bytes"}
    schema = {**resource["schema"], "fields": fields}
    return {**flat, "path": path, "dialect": {"parquet": {"columns": names}}, "schema": schema}


def validate_rows(folder, descriptor):
    """What frictionless says of the rows, lists and objects left out."""
    with tempfile.TemporaryDirectory() as scratch, system.use_context(trusted=True):
        flat = [to_flat(folder, scratch, resource) for resource in descriptor["resources"]]
        return Package.from_descriptor({**descriptor, "resources": flat}).validate()


def main(folder):
    with open(os.path.join(folder, "datapackage.json"), encoding="utf-8") as file:
        descriptor = json.load(file)
    found = [error.note for error in Package.validate_descriptor(descriptor).errors]
    rows = {}
    if not found:
        for resource in descriptor["resources"]:
            found.extend(check_files(folder, resource))
        report = validate_rows(folder, descriptor)
        found.extend(error.note for error in report.errors)
        for task in report.tasks:
            rows[task.name] = task.stats.get("rows", 0)
            found.extend(f"{task.name}: {said}" for said in [error.message for error in task.errors[:5]] + task.warnings)
    print(json.dumps({"found": found, "rows": rows}))


main(sys.argv[1])
