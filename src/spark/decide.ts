import { type CompiledContract, compileContract } from "../contract/compile";
import type { TableOutcome } from "../contract/compile-table";
import type { Failure } from "../contract/failures";
import type { Contract, Source } from "../contract/model";
import { decideDelivery, type ExamState, unknownExam } from "../events/attempts";
import {
  type DecodedEvents,
  decodeEvent,
  decodeEvents,
  examIdOf,
  hashEvent,
  hashExamId,
} from "../events/decode";
import type { Origin } from "../tables/tables";
import { orderTables } from "./plan";
import { nothing, toFailureText, toLine, toRowText } from "./wire";

/** Makes of a message the lines of its events. */
export type DecideMessage = (fields: readonly string[]) => readonly string[];

/**
 * Prepares what each event of a message gives, as if it were the only one of its exam ID. `fields` are partition, offset
 * and the value in base64; each line is a row of the plan's `decided`. Which delivery counts is for Spark, which sees all.
 */
export function compileDecider(contract: Contract): DecideMessage {
  const compiled = compileContract(contract);
  const names = orderTables(contract).map(({ name }) => name);
  const decode = compileDecoding(contract.source, compiled);
  return ([partition = "", offset = "", value = nothing]) => {
    const origin = { partition: Number(partition), offset: BigInt(offset) };
    const decoded = decode(value === nothing ? null : Buffer.from(value, "base64"));
    const unread = names.flatMap(() => [nothing, nothing]);
    if (!decoded.ok)
      return [toLine([partition, offset, "0", ...ofNobody, toFailureText(decoded.failures), ...unread])];
    return decoded.events.map((event, index) => {
      const outcomes = compiled.readEvent(event, { ...origin, eventIndex: index });
      const made = names.map((name) => outcomes[name] ?? ({ kind: "absent" } as const));
      const of = [...identify(event, origin), toWarnings(made[0]), nothing];
      return toLine([partition, offset, `${index}`, ...of, ...made.flatMap(toTexts)]);
    });
  };
}

const ofNobody = [nothing, nothing, nothing, nothing];

/** One event a message is decoded as `land` does, whose words for what is none are its own. */
function compileDecoding(
  source: Source,
  { eventsOf }: CompiledContract,
): (value: Buffer | null) => DecodedEvents {
  if (source.events !== "$" || source.asText || source.registryFrame)
    return (value) => decodeEvents(value, source, eventsOf);
  return (value) => {
    const decoded = decodeEvent(value);
    return decoded.ok ? { ok: true, events: [decoded.event], text: decoded.text } : decoded;
  };
}

/** Whose event it is, its hash, and what it is refused for where its exam ID was graded by another one before. */
function identify(event: unknown, origin: Origin): string[] {
  const id = examIdOf(event);
  if (id === undefined) return [nothing, nothing, nothing];
  const hashes = [hashExamId(id), hashEvent(event)].map((bytes) => bytes.toString("hex"));
  return [...hashes, toFailureText(refusalBehindOther(id, origin))];
}

const gradedByOther: ExamState = { ...unknownExam, gradedHash: Buffer.alloc(16), questionsTaken: true };

function refusalBehindOther(id: string, origin: Origin): readonly Failure[] {
  const { grading } = decideDelivery(gradedByOther, { user_exam_id: id }, origin);
  return grading.kind === "refused" ? grading.failures.slice(-1) : [];
}

function toWarnings(outcome: TableOutcome | undefined): string {
  if (outcome?.kind !== "rows" || outcome.warnings.length === 0) return nothing;
  return JSON.stringify(outcome.warnings.map(({ by }) => by));
}

/** A table's rows and its failures; one of them at most. */
function toTexts(outcome: TableOutcome): [rows: string, failures: string] {
  if (outcome.kind === "rows") return [toRowText(outcome.rows), nothing];
  return [nothing, outcome.kind === "refused" ? toFailureText(outcome.failures) : nothing];
}
