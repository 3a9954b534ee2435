import { type Contract, countsLatest } from "../contract/model";
import { joinPaths } from "../contract/paths";
import type { EventPlace } from "../contract/reading";
import { type Grading, readDelivery, toDecision, verdictBits } from "../events/attempts";
import type { HashedEvent } from "../events/decode";
import { readMarked, toLeastFirst } from "../events/latest";
import { type EventReaders, type GroupOutcome, type Refusal, readersOf } from "../events/readers";
import { nothing, toLine, toRefusalText, toRowText } from "./wire";

/** Makes of a message the lines of its events. */
export type DecideMessage = (fields: readonly string[]) => readonly string[];

/**
 * Prepares what each event of a message gives, as if it were the only one with its identity. `fields` are partition, offset
 * and the value in base64; each line is a row of the plan's `decided`. A message without events has one line, of event -1.
 * Which delivery counts is for Spark, which sees all.
 */
export function compileDecider(contract: Contract): DecideMessage {
  const readers = readersOf(contract);
  return ([partition = "", offset = "", value = nothing]) => {
    const decoded = readers.decode(value === nothing ? null : Buffer.from(value, "base64"));
    const line = (event: number, fields: readonly string[]) =>
      toLine([partition, offset, `${event}`, ...fields]);
    if (!decoded.ok) {
      const refusal = toRefusalText([{ table: "events", failures: decoded.failures }]);
      return [line(0, [nothing, nothing, refusal, ...unread])];
    }
    if (decoded.events.length === 0) return [line(-1, [nothing, nothing, nothing, ...unread])];
    const origin = { partition: Number(partition), offset: BigInt(offset) };
    return decoded.events.map((event, eventIndex) => {
      const at = decoded.paths[eventIndex] ?? "";
      const hashed = { event, hash: decoded.hash };
      return line(eventIndex, decideEvent(hashed, { ...origin, eventIndex }, { readers, at }));
    });
  };
}

/** What stands for the two groups of tables of what was not read. */
const unread = new Array<string>(7).fill(nothing);

/** `at`: where the event stands in its message's value. */
function decideEvent(
  hashed: HashedEvent,
  place: EventPlace,
  { readers, at }: { readonly readers: EventReaders; readonly at: string },
): string[] {
  const isByOrder = countsLatest(readers.contract);
  const delivery = (isByOrder ? readMarked : readDelivery)(hashed, place, readers);
  const toText = (refusals: readonly Refusal[]) => toRefusalText(refusals.map((one) => below(one, at)));
  const toTexts = (group: Grading | GroupOutcome): string[] => {
    if (group.kind === "refused") return [nothing, nothing, toText(group.refusals)];
    if (group.kind !== "rows") return [nothing, nothing, nothing];
    const { warnings } = group;
    const told = warnings.length > 0 ? JSON.stringify(warnings.map(({ by }) => by)) : nothing;
    return [toRowText(group.rows), told, nothing];
  };
  const main = toTexts(delivery.main);
  const parts = toTexts(delivery.parts);
  const { idHash, hash } = delivery.facts;
  if (idHash === null) return [nothing, nothing, nothing, ...main, nothing, ...parts];
  const behind = isByOrder ? delivery.main : toDecision(verdictBits.conflict, delivery, readers).grading;
  const refused = behind.kind === "refused" ? toText(behind.refusals) : nothing;
  const hashes = [idHash, isByOrder ? toLeastFirst(hash) : hash].map((bytes) => bytes.toString("hex"));
  return [...hashes, nothing, ...main, refused, ...parts];
}

function below({ table, failures }: Refusal, at: string): Refusal {
  if (at === "") return { table, failures };
  return { table, failures: failures.map((one) => ({ ...one, path: joinPaths(at, one.path) })) };
}
