#!/usr/bin/env bash
# ijson's path a.b finds the key "a.b" as well as b inside a, and item is a key or an element.
#
# Versions: ijson 3.6.0.
# Expected: a path names one place in the document, or there is a way to write a dot that belongs to
# a key.
# Seen: {"a.b": 1, "a": {"b": 2}} yields 1 and 2 for a.b; a.item yields the elements of a list a and
# the value of a key named item. There is no way to tell them apart by the prefix.
# Output (the script compares what it sees with these lines):
#> {"a.b": 1, "a": {"b": 2}} a.b -> [1, 2]
#> {"a": [1, 2]} a.item -> [1, 2]
#> {"a": {"item": 1}} a.item -> [1]
#> {"a": [{"item": 1}, {"item": [2]}]} a.item.item -> [1, [2]]
# Why it matters: keys with dots (verbs, domains, option names) and a key named item (a question of
# a test is an item) are common in learning events. Streamed values are then silently those of two
# fields.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
python3 -m pip install --quiet --disable-pip-version-check --no-compile --root-user-action ignore --target packages ijson==3.6.0

cat >look.py <<'CODE'
import io

import ijson

for text, path in ((b'{"a.b": 1, "a": {"b": 2}}', "a.b"), (b'{"a": [1, 2]}', "a.item"), (b'{"a": {"item": 1}}', "a.item"), (b'{"a": [{"item": 1}, {"item": [2]}]}', "a.item.item")):
    print(text.decode(), path, "->", list(ijson.items(io.BytesIO(text), path)))
CODE
PYTHONPATH=packages python3 -W ignore look.py | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
