import type { Command } from "commander";
import { ServiceError, UsageError } from "../base/errors";
import { formatCountOf } from "../base/text";
import type { Source } from "../contract/model";
import { readEventSource } from "./event-source";
import type { QueryTools } from "./tools";

interface ProposeFlags {
  readonly events: string;
  readonly asText?: true;
  readonly registryFrame?: true;
}

/** Adds `contract propose` to the command line. */
export function addProposeCommand(contract: Command, tools: QueryTools): void {
  contract
    .command("propose")
    .description(
      "writes a draft of a contract that takes the events there are, with comments where to decide",
    )
    .argument("[file]", "a data file as publish reads it, - for stdin; default: what the topic holds now")
    .option("--events <path>", 'where in a message the events are, as in "data[]"', "$")
    .option("--as-text", "each event is text that holds JSON")
    .option("--registry-frame", "a schema registry's five bytes stand before each value")
    .action((file: string | undefined, flags: ProposeFlags) => runPropose(file, flags, tools));
}

async function runPropose(file: string | undefined, flags: ProposeFlags, tools: QueryTools): Promise<void> {
  const { createInference, observeEvent } = await import("../events/infer.js");
  const { decodeEvents } = await import("../events/decode.js");
  const { compileSource } = await import("../contract/events-of.js");
  const source = await toSource(flags);
  const eventsOf = compileSource(source);
  const inference = createInference();
  let undecodableCount = 0;
  const name = await readEventSource(file, tools, (value, place) => {
    const decoded = decodeEvents(value, source, eventsOf);
    if (!decoded.ok) undecodableCount++;
    else
      for (const [eventIndex, event] of decoded.events.entries())
        observeEvent(inference, event, eventIndex === 0 ? place : { ...place, eventIndex });
  });
  if (inference.eventCount === 0)
    throw new ServiceError(
      `${name}: expected events, received ${undecodableCount === 0 ? "none" : "values without one"}; name a file that has some, or where they are with --events, --as-text where they are text that holds JSON`,
    );
  const { proposeContract } = await import("../events/propose.js");
  const { writeContract } = await import("../contract/write.js");
  const none =
    undecodableCount > 0 ? ` (beside ${formatCountOf(undecodableCount, "value")} without one)` : "";
  const of = `${formatCountOf(inference.eventCount, "event")} of ${name}${none}`;
  const draft = proposeContract(inference, { name: await toContractName(file), source, of });
  (tools.output ?? process.stdout).write(writeContract(draft.contract, draft.notes));
}

async function toSource({ events, asText, registryFrame }: ProposeFlags): Promise<Source> {
  return {
    events: await toEventsPath(events),
    ...(registryFrame ? { registryFrame } : {}),
    ...(asText ? { asText } : {}),
  };
}

async function toEventsPath(text: string): Promise<string> {
  const { formatPath, parsePath } = await import("../contract/paths.js");
  const steps = parsePath(text);
  if (steps) return formatPath(steps);
  throw new UsageError(
    `contract propose: --events: expected a path such as data[], received "${text}"; write one`,
  );
}

/** A contract is called as its file or topic is, without what ends the file's name. */
async function toContractName(file: string | undefined): Promise<string> {
  if (file === "-") return "stdin";
  const { basename } = await import("node:path");
  if (file !== undefined) return basename(file).replace(/\.[A-Za-z0-9.]+$/, "");
  const { readConfig } = await import("../base/config.js");
  return readConfig().kafka.topic;
}
