import type { EventPlace } from "../events/places";
import { withProgress } from "./progress";
import type { QueryTools } from "./tools";

/** Values that may hold events, one at a time, with their places. */
export type OnValue = (value: Uint8Array | null, place: EventPlace) => void;

/**
 * Reads every record of a data file as `publish` does (- is stdin), or without one every message of the environment's
 * topic. Returns what was read, in words.
 */
export async function readEventSource(
  file: string | undefined,
  { withNeeded, signal }: QueryTools,
  onValue: OnValue,
): Promise<string> {
  if (file === "-") return readStdin(signal, onValue);
  if (file !== undefined) return readFileRecords(file, file, onValue);
  const { readConfig } = await import("../base/config.js");
  const { kafka } = readConfig();
  return withNeeded(["kafka"], () =>
    withProgress(
      `reading topic ${kafka.topic}`,
      async () => {
        const { consumeTopic } = await import("../kafka/consume.js");
        await consumeTopic(
          kafka,
          ({ partition, messages }) => {
            for (const { value, offset } of messages) onValue(value, { partition, offset });
          },
          { signal },
        );
        return `topic ${kafka.topic}`;
      },
      (name) => `read ${name}`,
    ),
  );
}

async function readStdin(signal: AbortSignal, onValue: OnValue): Promise<string> {
  const { spoolStdin } = await import("./stdin.js");
  const { stdinName } = await import("../publish/misfits.js");
  const spooled = await spoolStdin(signal);
  try {
    return await readFileRecords(spooled.path, stdinName, onValue);
  } finally {
    spooled.remove();
  }
}

async function readFileRecords(path: string, name: string, onValue: OnValue): Promise<string> {
  const { readRecords } = await import("../publish/source.js");
  for await (const { bytes, index, line } of readRecords(path, { name }))
    onValue(bytes, { record: index, line });
  return name;
}
