import type { KafkaConfig } from "../base/config";
import { send, withProducer } from "./producer";
import { toKey } from "./publish";

/**
 * Publishes events that are at hand, in their order: value = the event as JSON, key = its user_exam_id. Without the
 * headers of a file nothing tells that they were sent before: each call sends them all. For a few, such as an exercise's.
 */
export async function publishEvents(config: KafkaConfig, events: readonly unknown[]): Promise<void> {
  const messages = events.map((event) => ({ key: toKey(event), value: JSON.stringify(event) }));
  await withProducer(config, (producer) => send(producer, config, messages));
}
