#!/usr/bin/env bash
# jmespath: to_number('') is 0 in JavaScript and null in Python, by the same language.
#
# Versions: jmespath 0.16.0 (npm), jmespath 1.0.1 (PyPI).
# Expected: null in both: the specification has to_number give a number for text that is one in JSON, and null for all other.
# Seen: the package for JavaScript asks its language's unary plus, so that empty and blank text are 0 and hexadecimal is read;
# the one for Python asks int and float, which take underscores and words. Sums over a column with gaps count zeros in the one.
# Output (the script compares what it sees with these lines):
#> JavaScript: "" 0, " " 0, "0x10" 16, "1_000" null, "0010" 10, "12" 12
#> Python: "" null, " " null, "0x10" null, "1_000" 1000, "0010" 10, "12" 12
# Why it matters: an answer that was left empty becomes the score 0 in a pipeline in JavaScript, and is left out of the average
# in its twin in Python.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jmespath@0.16.0
python3 -m venv own
own/bin/pip install --quiet --disable-pip-version-check jmespath==1.0.1

cat >look.cjs <<'CODE'
const { search } = require("jmespath");
const texts = ["", " ", "0x10", "1_000", "0010", "12"];
const seen = texts.map((text) => `${JSON.stringify(text)} ${JSON.stringify(search({ text }, "to_number(text)"))}`);
console.log(`JavaScript: ${seen.join(", ")}`);
CODE
cat >look.py <<'CODE'
import json
import jmespath

texts = ["", " ", "0x10", "1_000", "0010", "12"]
seen = [f"{json.dumps(text)} {json.dumps(jmespath.search('to_number(text)', {'text': text}))}" for text in texts]
print(f"Python: {', '.join(seen)}")
CODE
{ node look.cjs && own/bin/python look.py; } | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
