import { type ExamState, unknownExam } from "./attempts";
import { decodeEvent, examIdOf, hashEvent, hashExamId } from "./decode";
import type { ExamIndex } from "./exam-index";
import { type GradeValues, readGrade } from "./grades";
import { toQuestionRows } from "./questions";
import type { Schema } from "./schema";

/**
 * Notes a message where it is the first, by partition, then offset, that its exam ID is graded by, or that gives its
 * questions. Partitions may come in any order, the messages of one in the order of their offsets. Once all are noted,
 * each can be decided as if they had come in that order: it needs no clock, which producers set as they like.
 */
export function noteFirst(
  message: { readonly partition: number; readonly offset: bigint; readonly value: Uint8Array | null },
  firsts: ExamIndex,
  schema?: Schema<GradeValues>,
): void {
  const decoded = decodeEvent(message.value);
  const examId = decoded.ok ? examIdOf(decoded.event) : undefined;
  if (!decoded.ok || examId === undefined) return;
  const { event } = decoded;
  const { partition } = message;
  const idHash = hashExamId(examId);
  const known = firsts.get(idHash);
  let first = known;
  if (isEarlier(partition, known.gradedIn) && readGrade(event, message, schema).kind === "rows")
    first = { ...first, gradedHash: hashEvent(event), gradedIn: partition };
  if (isEarlier(partition, known.questionsIn) && toQuestionRows(event, message).kind === "rows")
    first = { ...first, questionsTaken: true, questionsIn: partition };
  if (first !== known) firsts.set(idHash, first);
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
