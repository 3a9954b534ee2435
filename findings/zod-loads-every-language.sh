#!/usr/bin/env bash
# zod: require("zod") loads the error messages of 63 languages, and so do zod/mini and zod/v4/core, which are meant to be small.
#
# Versions: zod 4.6.7; valibot 1.5.0 and superstruct 2.0.2 beside it.
# Expected: a schema of one text field loads the parts it uses; zod/mini, for those who count bytes, far fewer than zod.
# Seen: without a bundler nothing is left out: all three entries re-export the languages, one file each, so that about
# two files in three that Node reads and compiles hold translations which nobody asked for. zod/mini saves three files of 95.
# Output (the script compares what it sees with these lines):
#> zod: 95 files, 63 of them languages
#> zod/mini: 92 files, 63 of them languages
#> zod/v4/core: 82 files, 63 of them languages
#> valibot: 1 file, 0 of them languages
#> superstruct: 1 file, 0 of them languages
# Why it matters: a command line or a worker that starts often pays for it each time, before it does anything;
# the small entry helps bundles for browsers only.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts zod@4.6.7 valibot@1.5.0 superstruct@2.0.2

cat >look.cjs <<'CODE'
// how many files one require loads
require(process.argv[2]);
const files = Object.keys(require.cache).filter((path) => path !== __filename);
const languages = files.filter((path) => /[/]locales[/]/.test(path) && !/index[.]c?js$/.test(path));
console.log(`${process.argv[2]}: ${files.length} file${files.length === 1 ? "" : "s"}, ${languages.length} of them languages`);
CODE
for name in zod zod/mini zod/v4/core valibot superstruct; do node --no-warnings look.cjs "$name"; done | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
