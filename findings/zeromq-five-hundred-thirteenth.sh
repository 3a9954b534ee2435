#!/usr/bin/env bash
# zeromq for Node: one message of about every 514 is refused, where two are sent in one tick without waiting.
#
# Versions: zeromq 6.8.0.
# Expected: a publisher's messages are sent at once while its queue has room, so a kernel that sends two small ones a tick
# never finds its socket busy.
# Seen: 512 sends go out at once; the next one is handed to the event loop, whatever room there is, and until that has
# turned, a send throws EBUSY ("only one send operation may be in progress at any time"). Then the count begins anew.
# With two messages a tick and a pause after each tick the same four of 2,400 are refused, on each run.
# Output (the script compares what it sees with these lines):
#> refused: 513 EBUSY, 1027 EBUSY, 1541 EBUSY, 2055 EBUSY
#> not received: 513, 1027, 1541, 2055
# Why it matters: Jupyter kernels on this package (tslab 1.0.22) wait for no message. A long notebook loses a line of
# output, or the word that a cell is done, so that it seems to run for ever, or a cell fails for no reason of its own.
# Have each send wait for the one before it.
set -euo pipefail
self=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export TZ=UTC LC_ALL=C.UTF-8
npm init -y >/dev/null
npm install --silent --no-audit --no-fund zeromq@6.8.0

cat >look.cjs <<'CODE'
const { Publisher, Subscriber } = require("zeromq");
const { setTimeout: sleep } = require("node:timers/promises");

(async () => {
  const [publisher, subscriber] = [new Publisher(), new Subscriber()];
  await publisher.bind("tcp://127.0.0.1:*");
  subscriber.connect(publisher.lastEndpoint);
  subscriber.subscribe("");
  await sleep(1000);
  const received = new Set();
  void (async () => {
    for await (const [message] of subscriber) received.add(Number(String(message)));
  })();
  const refused = [];
  for (let number = 0; number < 2400; number++) {
    try {
      void publisher.send(String(number));
    } catch (error) {
      refused.push(`${number} ${error.code}`);
    }
    if (number % 2 === 1) await sleep(1);
  }
  await sleep(1000);
  const missing = Array.from({ length: 2400 }, (_, number) => number).filter((number) => !received.has(number));
  console.log(`refused: ${refused.join(", ")}\nnot received: ${missing.join(", ")}`);
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
