import type { Command } from "commander";
import type { KafkaConfig } from "../base/config";
import { cutLast, formatTable } from "../base/terminal";
import { formatCount, toVisible } from "../base/text";
import { decodeEvent } from "../events/decode";
import {
  createInference,
  type InferredField,
  type InferredSchema,
  observeEvent,
  toInferredSchema,
} from "../events/infer";
import type { MessageBatch } from "../kafka/message";
import { withProgress } from "./progress";
import type { QueryTools } from "./tools";

/** What the messages of a topic show. */
export interface TopicSchema extends InferredSchema {
  readonly topic: string;
  readonly messageCount: number;
  /** Messages whose value is no JSON object: nothing was observed of them. */
  readonly undecodableCount: number;
}

/** How the inference goes on. */
export interface InferOptions {
  readonly signal?: AbortSignal;
  /** Told of the messages read so far. */
  readonly onProgress?: (messageCount: number) => void;
}

/** Infers the schema of all events that a topic holds now. Throws as consumeTopic does. */
export async function inferTopic(
  config: KafkaConfig,
  { signal, onProgress }: InferOptions = {},
): Promise<TopicSchema> {
  const inference = createInference();
  let [messageCount, undecodableCount] = [0, 0];
  const observe = ({ partition, messages }: Pick<MessageBatch, "partition" | "messages">) => {
    for (const { value, offset } of messages) {
      const decoded = decodeEvent(value);
      if (decoded.ok) observeEvent(inference, decoded.event, { partition, offset });
      else undecodableCount++;
    }
    messageCount += messages.length;
    onProgress?.(messageCount);
  };
  const { consumeTopic } = await import("../kafka/consume.js");
  await consumeTopic(config, observe, { signal });
  return { topic: config.topic, messageCount, undecodableCount, ...toInferredSchema(inference) };
}

/** Adds `infer` to the command line. */
export function addInferCommand(program: Command, tools: QueryTools): void {
  program
    .command("infer")
    .description(
      "reads every event of the topic and lists each JSON path with its types and how often it occurs",
    )
    .option(
      "--json",
      "print JSON: topic, messageCount, undecodableCount, eventCount, omittedCount, fields (path, types, formats, share, nullCount, min, max, values, example, firstSeen and more)",
    )
    .action((flags: { json?: true }) => runInfer(flags, tools));
}

async function runInfer(flags: { json?: true }, tools: QueryTools): Promise<void> {
  const output = tools.output ?? process.stdout;
  const { readConfig } = await import("../base/config.js");
  const schema = await tools.withNeeded(["kafka"], () =>
    withProgress(
      "inferring the schema",
      ({ tell }) =>
        inferTopic(readConfig().kafka, {
          signal: tools.signal,
          onProgress: (count) => tell(`inferring the schema: ${formatCount(count)} messages`),
        }),
      ({ messageCount }) => `observed ${formatCount(messageCount)} messages`,
    ),
  );
  output.write(`${flags.json ? JSON.stringify(schema, null, 2) : formatSchema(schema, output.columns)}\n`);
}

/** The paths as a table and below it what was observed; examples are cut to fit `width` (default: no limit). */
export function formatSchema(schema: TopicSchema, width = Number.POSITIVE_INFINITY): string {
  const head = ["path", "types", "text is", "present", "null", "example"];
  const rows = schema.fields.map((field) => toRow(field).map(toVisible));
  const { topic, messageCount, undecodableCount, eventCount, omittedCount, fields } = schema;
  const counts = `${formatCount(messageCount)} messages of topic ${topic}: ${formatCount(eventCount)} events, ${formatCount(undecodableCount)} no JSON object`;
  const omitted =
    omittedCount > 0 ? [`${formatCount(omittedCount)} values at further paths passed over`] : [];
  const table = fields.length > 0 ? [formatTable(head, cutLast(head, rows, width), [3, 4])] : [];
  return [...table, ...omitted, `${counts}, ${formatCount(fields.length)} paths`].join("\n");
}

function toRow({ path, types, formats, share, nullCount, example }: InferredField): string[] {
  const list = (seen: Readonly<Record<string, number>>) =>
    Object.entries(seen)
      .map(([name, count]) => `${name} ${formatCount(count)}`)
      .join(", ");
  return [path, list(types), list(formats), formatShare(share), formatCount(nullCount), example];
}

/** Below 1 a percentage, with nothing rounded to 100 %; above it, elements in an array, the mean number. */
function formatShare(share: number): string {
  if (share > 1) return `× ${share.toFixed(1)}`;
  const percent = share * 100;
  return `${share < 1 ? Math.min(percent, 99.9).toFixed(1) : percent} %`;
}
