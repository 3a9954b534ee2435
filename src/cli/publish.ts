import type { Command } from "commander";
import { formatCount, formatSeconds } from "../base/text";
import { interruption } from "./interrupt";
import { type ProgressLine, withProgress } from "./progress";
import { contractOfToday, type JsonOption, parseCount, print, withNeeded } from "./tools";

interface PublishFlags extends JsonOption {
  readonly again?: true;
  readonly perSecond?: number;
}

/** Adds `publish` to the command line. */
export function addPublishCommand(program: Command): void {
  program
    .command("publish <file>")
    .description(
      "publishes the records of a JSON array or JSON lines file, - for stdin; what the topic holds already is left out",
    )
    .addHelpText(
      "after",
      `
Of two runs with the same file at once on this machine, from one copy of the project, the second waits and then adds
nothing. From two machines each may send what the other sends too; the landing counts the second of each as a duplicate.`,
    )
    .option("--again", "publish every record once more, as a new delivery")
    .option("--per-second <messages>", "publish no faster than this", parseCount)
    .option("--json", "print JSON: path, sha256, records, published, alreadyThere, topic, bytes, ms")
    .action(runPublish);
}

async function runPublish(file: string, options: PublishFlags): Promise<void> {
  if (file !== "-") return publishFrom(file, file, options);
  const { spoolStdin } = await import("./stdin.js");
  const { stdinName } = await import("../publish/misfits.js");
  const spooled = await spoolStdin(interruption);
  try {
    await publishFrom(spooled.path, stdinName, options);
  } finally {
    spooled.remove();
  }
}

/** `name` stands for the file in what is said. */
async function publishFrom(file: string, name: string, options: PublishFlags): Promise<void> {
  const { publishFile } = await import("../publish/publish.js");
  const { readConfig } = await import("../base/config.js");
  const { readServices } = await import("../services/services.js");
  const { kafka } = await readServices();
  const contract = await contractOfToday();
  // no broker is started for a broken file
  if (kafka.state === "stopped")
    await (await import("../publish/source.js")).inspectSource(file, name, contract);
  const publish = ({ tell, note }: ProgressLine) =>
    publishFile(file, {
      name,
      onHint: (hint) => note(`record 0: ${hint}`),
      config: readConfig().kafka,
      contract,
      ...(options.again ? { again: true } : {}),
      perSecond: options.perSecond,
      signal: interruption,
      onWait: () => tell("waiting for another run that publishes this file"),
      onProgress: ({ published, total }) =>
        tell(`published ${formatCount(published)} of ${formatCount(total)}`),
    });
  const result = await withNeeded(["kafka"], () =>
    withProgress(
      `publishing ${name}`,
      publish,
      ({ published, alreadyThere, ms }) =>
        `published ${formatCount(published)}, already there ${formatCount(alreadyThere)} (${formatSeconds(ms)})`,
    ),
  );
  const { records, published, alreadyThere, topic } = result;
  print(
    result,
    options,
    () =>
      `${records} ${records === 1 ? "record" : "records"}: ${published} published, ${alreadyThere} already in topic ${topic}`,
  );
}
