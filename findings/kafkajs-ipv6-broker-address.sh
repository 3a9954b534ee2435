#!/usr/bin/env bash
# kafkajs: a broker's IPv6 address, in brackets or without, becomes another host, and port 0 or another number.
#
# Versions: kafkajs 2.2.4.
# Expected: "[2001:db8::7]:9092" is host 2001:db8::7 and port 9092, as in a URL and in Kafka's own clients; or it is refused.
# Seen: an address is split at every colon and its first two pieces are taken for host and port, without a word. The
# connection then fails as if the broker were down, at a host that nobody named.
# Output (the script compares what it sees with these lines):
#> broker.example:9092  asks host "broker.example" port 9092
#> [2001:db8::7]:9092  asks host "[2001" port NaN
#> [::1]:9092  asks host "[" port 0
#> ::1  asks host "" port 0
# Why it matters: a list of brokers is configuration that also Java, Go and Python read. The error names a host that stands
# in no configuration, or none, so that one looks for the fault in DNS. A socketFactory of one's own is where it can be mended.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts kafkajs@2.2.4

cat >look.cjs <<'CODE'
// which host and port kafkajs asks a socket for; none is opened
const { Kafka } = require("kafkajs");
const { EventEmitter } = require("node:events");

async function look(broker) {
  let asked;
  const socketFactory = ({ host, port }) => {
    asked ??= `host ${JSON.stringify(host)} port ${port}`;
    const socket = new EventEmitter();
    Object.assign(socket, { setKeepAlive() {}, end() {}, unref() {}, destroy() {} });
    setImmediate(() => socket.emit("error", new Error("not opened")));
    return socket;
  };
  const kafka = new Kafka({ brokers: [broker], logLevel: 0, retry: { retries: 0 }, socketFactory });
  await kafka.admin().connect().catch(() => undefined);
  console.log(`${broker}  asks ${asked ?? "nothing"}`);
}

(async () => {
  for (const broker of ["broker.example:9092", "[2001:db8::7]:9092", "[::1]:9092", "::1"]) await look(broker);
  process.exit();
})();
CODE
node --no-warnings look.cjs | tee seen.txt
if sed -n 's/^#> //p' "$self" | diff - seen.txt; then
  echo "As described above."
else
  echo "The behaviour has changed." >&2
  exit 1
fi
