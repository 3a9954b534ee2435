import { CommanderError } from "commander";
import { UserActivityError } from "../base/errors";
import { buildProgram } from "./cli";
import { watchSignals } from "./interrupt";

async function main(): Promise<void> {
  watchSignals();
  watchOutput();
  process.on("uncaughtException", fail); // rejections that nobody waits for come here too
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) failUsage(error);
    else fail(error);
  }
}

/** A reader that has seen enough (`| head -1`) is no failure: the command ends as it would have. */
function watchOutput(): void {
  for (const [name, stream] of [
    ["stdout", process.stdout],
    ["stderr", process.stderr],
  ] as const) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      fail(new UserActivityError(`${name}: expected to write to it, received ${error.code}; is there room?`));
    });
  }
}

function failUsage(error: CommanderError): void {
  process.exitCode = error.exitCode === 0 ? 0 : 2;
  if (process.exitCode === 0 || error.code === "commander.help") return;
  const message = error.message.replace(/^error: /, "").replaceAll(/\.?\s*\n/g, " ");
  process.stderr.write(`user-activity: ${message.replace(/\.$/, "")}; see "user-activity --help"\n`);
}

function fail(error: unknown): void {
  const isOurs = error instanceof UserActivityError;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isDebug = Boolean(process.env.USER_ACTIVITY_DEBUG);
  process.stderr.write(`user-activity: ${isDebug ? stack : message || String(error)}\n`);
  if (!isOurs && !isDebug) process.stderr.write("(USER_ACTIVITY_DEBUG=1 shows where)\n");
  // a client that still retries in the background would keep the process alive
  process.exit(process.exitCode || (isOurs ? error.exitCode : 1));
}

void main();
