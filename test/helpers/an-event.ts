const counts = {
  correct: 1,
  incorrect: 0,
  incomplete: 0,
  unanswered: 1,
  submitted: 1,
  total: 2,
  all_correct: false,
};

const questions = [
  { id: "q-1", options: [{ id: "o-1", checked: true, correct: true }], user_result: "correct" },
  { id: "q-2", options: [{ id: "o-2", checked: false }] },
];

/** Makes a sound event with two questions, its sequences changed as told (undefined leaves a key out). */
export function anEvent(sequences: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const event = {
    user_exam_id: "a-1",
    base_exam_id: "b-1",
    exam_name: "Reading Tea Leaves",
    started_at: "2018-01-23T14:23:19.082Z",
    keen_timestamp: "1516717442.735266",
    certification: "false",
    sequences: { questions, counts, ...sequences },
  };
  return JSON.parse(JSON.stringify(event));
}

/** Makes the event that grades_ID refuses and questions_pool_data takes. */
export function withoutCounts(): Record<string, unknown> {
  return anEvent({ counts: undefined });
}
