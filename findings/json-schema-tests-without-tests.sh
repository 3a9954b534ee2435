#!/usr/bin/env bash
# @json-schema-org/tests: the npm package with the official tests of JSON Schema holds none of them.
#
# Versions: @json-schema-org/tests 1.0.0 and 2.0.0, all that there are.
# Expected: the tests, as JSON files, in the package.
# Seen: a loader of a few lines. The tests come by a dependency that names a commit on GitHub: where the registry is all that
# can be reached, or git is missing, the installation fails; where it works, no lock file's checksum covers them.
# Output (the script compares what it sees with these lines):
#> 1.0.0: 0 files of tests among 5; dependencies from elsewhere: json-schema-test-suite
#> 2.0.0: 0 files of tests among 6; dependencies from elsewhere: json-schema-test-suite
# Why it matters: a validator that "runs the official suite" may do so on its maintainer's machine alone.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8

for version in 1.0.0 2.0.0; do
  npm pack --silent "@json-schema-org/tests@$version" >/dev/null
  mkdir "$version"
  tar -xzf "json-schema-org-tests-$version.tgz" -C "$version"
  node -e '
    const { readdirSync } = require("node:fs");
    const [version] = process.argv.slice(1);
    const files = readdirSync(`${version}/package`, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const tests = files.filter(({ name }) => /[.]json$/.test(name) && name !== "package.json");
    const { dependencies = {} } = JSON.parse(require("node:fs").readFileSync(`${version}/package/package.json`, "utf8"));
    const elsewhere = Object.keys(dependencies).filter((name) => /^(?:github|git|https?):|^[^@\/]+\//.test(dependencies[name]));
    console.log(`${version}: ${tests.length} files of tests among ${files.length}; dependencies from elsewhere: ${elsewhere.join(", ")}`);
  ' "$version"
done | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
