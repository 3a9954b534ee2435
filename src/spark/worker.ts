import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Contract } from "../contract/model";
import { compileDecider } from "./decide";
import { startSumming } from "./sums";

/** What a worker makes of its lines: at once, or at their end. */
interface Work {
  readonly onLine: (fields: readonly string[]) => readonly string[];
  readonly onEnd: () => readonly string[];
}

/** Prepares one kind of work by a contract. */
function prepare(kind: string | undefined, contract: Contract): Work {
  if (kind === "decide") return { onLine: compileDecider(contract), onEnd: () => [] };
  const { add, end } = startSumming(contract);
  return {
    onLine: (fields) => {
      add(fields);
      return [];
    },
    onEnd: end,
  };
}

/** The lines of a stream; only a line feed ends one, whatever else Unicode knows. */
async function* readLines(input: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let rest: string[] = [];
  for await (const chunk of input) {
    const lines = chunk.split("\n");
    if (lines.length === 1) {
      rest.push(chunk);
      continue;
    }
    lines[0] = rest.join("") + lines[0];
    rest = [lines.pop() ?? ""];
    yield lines;
  }
  const last = rest.join("");
  if (last !== "") yield [last];
}

async function write(lines: readonly string[]): Promise<void> {
  if (lines.length > 0 && !process.stdout.write(`${lines.join("\n")}\n`)) await once(process.stdout, "drain");
}

/**
 * What Spark's executors run, a process a task: `node worker.js decide|sum CONTRACT`, the contract as JSON in a file, lines
 * with tabs from stdin to stdout.
 */
async function main([kind, file = ""]: readonly string[]): Promise<void> {
  const { onLine, onEnd } = prepare(kind, JSON.parse(readFileSync(file, "utf8")));
  for await (const lines of readLines(process.stdin.setEncoding("utf8")))
    await write(lines.flatMap((line) => onLine(line.split("\t"))));
  await write(onEnd());
}

process.on("SIGINT", () => {}); // Ctrl-C is for the driver, which ends the tasks
process.stdout.on("error", () => process.exit(1)); // a task that is ended reads no more
void main(process.argv.slice(2));
