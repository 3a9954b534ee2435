#!/usr/bin/env bash
# fastavro writes the text "false" as true, 5.7 as 5 and the text "abc" as a list of three.
#
# Versions: fastavro 1.13.1.
# Expected: a writer with a schema refuses values that the schema does not allow, as it refuses null
# for a string.
# Seen: whatever Python can convert is converted: texts and numbers become Booleans by Python's
# truth, a fraction is cut off, a text is an array of its characters. 2147483648 is written as an
# int of 32 bits, and read back. Of ["double", "long"] the first is taken for a large whole number,
# which loses its last digit. validator=True refuses all of these but the union's.
# Output (the script compares what it sees with these lines):
#> "boolean" 'false' -> True with validator: 'ValidationError'
#> "int" 5.7 -> 5 with validator: 'ValidationError'
#> "double" '5' -> 5.0 with validator: 'ValidationError'
#> {"type": "array", "items": "string"} 'abc' -> ['a', 'b', 'c'] with validator: 'ValidationError'
#> "int" 2147483648 -> 2147483648 with validator: 'ValidationError'
#> ["double", "long"] 9007199254740993 -> 9007199254740992.0 with validator: 9007199254740992.0
#> "string" None -> 'TypeError' with validator: 'ValidationError'
# Why it matters: who sets a schema in order to keep bad events out of a topic is not protected, and
# the topic holds well-formed values that are wrong. Pass validator=True.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages fastavro==1.13.1

cat >look.py <<'CODE'
import io
import json

import fastavro


def written(type_, value, **options):
    schema = fastavro.parse_schema({"type": "record", "name": "event", "fields": [{"name": "v", "type": type_}]})
    try:
        file = io.BytesIO()
        fastavro.writer(file, schema, [{"v": value}], **options)
        file.seek(0)
        return next(fastavro.reader(file))["v"]
    except Exception as error:
        return type(error).__name__


for type_, value in (("boolean", "false"), ("int", 5.7), ("double", "5"), ({"type": "array", "items": "string"}, "abc"), ("int", 2147483648), (["double", "long"], 9007199254740993), ("string", None)):
    print(json.dumps(type_), repr(value), "->", repr(written(type_, value)), "with validator:", repr(written(type_, value, validator=True)))
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
