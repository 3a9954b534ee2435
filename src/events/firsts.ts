import { countsLatest } from "../contract/model";
import type { EventPlace } from "../contract/reading";
import { type ExamState, unknownExam } from "./attempts";
import { type HashedEvent, hashOf } from "./decode";
import type { ExamIndex } from "./exam-index";
import { hashIdentity } from "./identity";
import { noteLatest } from "./latest";
import type { EventReaders } from "./readers";

/**
 * Notes a message where it is the first, by partition, then offset, that its exam ID is graded by, or that gives its
 * questions; or the latest, where the contract has that count. Partitions may come in any order, the messages of one in
 * the order of their offsets. Once all are noted, each can be decided as if they had come in that order.
 */
export function noteFirst(
  message: { readonly partition: number; readonly offset: bigint; readonly value: Uint8Array | null },
  firsts: ExamIndex,
  readers: EventReaders,
): void {
  const decoded = readers.decode(message.value);
  if (!decoded.ok) return;
  const { partition, offset } = message;
  for (const [eventIndex, event] of decoded.events.entries()) {
    const identity = readers.readIdentity(event);
    if (identity === undefined) continue;
    const idHash = hashIdentity(identity);
    const known = firsts.get(idHash);
    const place = { partition, offset, eventIndex };
    const hashed = { event, hash: decoded.hash };
    const isByOrder = countsLatest(readers.contract);
    const first = (isByOrder ? noteLatest : noteEarliest)(known, hashed, place, readers);
    if (first !== known) firsts.set(idHash, first);
  }
}

function noteEarliest(
  known: ExamState,
  hashed: HashedEvent,
  place: EventPlace,
  { readMain, readParts }: EventReaders,
): ExamState {
  const { partition } = place;
  let first = known;
  if (isEarlier(partition, known.gradedIn) && readMain(hashed.event, place).kind !== "refused")
    first = { ...first, gradedHash: hashOf(hashed), gradedIn: partition };
  if (isEarlier(partition, known.questionsIn) && readParts(hashed.event, place).kind === "rows")
    first = { ...first, questionsTaken: true, questionsIn: partition };
  return first;
}

function isEarlier(partition: number, first: number | null): boolean {
  return first === null || partition < first;
}

/**
 * What is known of an exam ID before its next delivery in this partition: `first` is what all deliveries come to,
 * `known` what those that were decided so far have given.
 */
export function recallBefore(first: ExamState, known: ExamState, partition: number): ExamState {
  const { gradedHash, gradedIn, questionsIn } = first;
  const isGraded = isBehind(partition, gradedIn, known.gradedHash !== null);
  const isAsked = isBehind(partition, questionsIn, known.questionsTaken);
  return {
    ...unknownExam,
    ...(isGraded ? { gradedHash, gradedIn } : {}),
    ...(isAsked ? { questionsTaken: true, questionsIn } : {}),
  };
}

/** Whether a delivery comes behind the first one, which may be in its own partition: `isTaken` says whether it was met. */
function isBehind(partition: number, firstIn: number | null, isTaken: boolean): boolean {
  if (firstIn === null) return false;
  return partition > firstIn || (partition === firstIn && isTaken);
}
