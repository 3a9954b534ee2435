// @ts-check
// What nobody can do without: every message of the topic fetched by kafkajs, and its value parsed.
import { consumeTopic } from "./consume.mjs";

let consumed = 0;
await consumeTopic((value) => {
  JSON.parse(value.toString("utf8"));
  consumed++;
});
process.stdout.write(`${JSON.stringify({ consumed })}\n`);
