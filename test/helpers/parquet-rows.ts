import fc from "fast-check";
import type {
  Column,
  ColumnType,
  CourseRow,
  GradeRow,
  HeaderRow,
  OptionRow,
  QuarantineRow,
  QuestionRow,
  RawRow,
  RowOf,
  ScalarType,
  ShippedName,
  Table,
} from "user-activity/dist/tables/tables";

/** The last ms that a JavaScript Date holds, in either direction. */
export const lastMs = 8_640_000_000_000_000;
/** The last day that it holds, in days from 1970. */
export const lastDay = lastMs / 86_400_000;
const texts = [
  "",
  "plain",
  "žluťoučký kůň",
  "試験 😀👩‍🚀",
  "\0\0",
  "\ufeffwith a byte order mark",
  "\u{10ffff}\uffff",
  "'\"\\\n",
];
const least = { offset: -(2n ** 63n), partition: -(2 ** 31) };
const most = { offset: 2n ** 63n - 1n, partition: 2 ** 31 - 1 };

const raw: RawRow = {
  topic: "t",
  partition: 0,
  offset: 2n ** 53n + 1n,
  timestamp: -1,
  key: null,
  key_base64: null,
  value: null,
  value_base64: null,
  headers: [],
};
const header: HeaderRow = { key: "h", value: "v", value_base64: null };
const question: QuestionRow = {
  user_exam_id: "u",
  base_exam_id: null,
  exam_name: null,
  started_at: null,
  question_index: 0,
  question_id: "q",
  user_result: null,
  user_correct: null,
  user_incomplete: null,
  user_submitted: null,
  options: [],
  partition: 0,
  offset: 0n,
};
const option: OptionRow = { id: "o", checked: false, correct: null, submitted: null, at: null };
const fullOption: OptionRow = { id: "😀", checked: true, correct: true, submitted: -(2 ** 31), at: -lastMs };
const grade: GradeRow = {
  user_exam_id: "u",
  base_exam_id: "b",
  exam_name: "e",
  started_at: -1,
  recorded_at: 0,
  certification: null,
  correct: 2 ** 31 - 1,
  incorrect: -(2 ** 31),
  incomplete: 0,
  unanswered: 0,
  submitted: 0,
  total: 1,
  score: 0.1 + 0.2,
  all_correct: false,
  partition: 0,
  offset: -1n,
};
const course: CourseRow = {
  exam_name: "e",
  attempts: 1,
  average_score: 5e-324,
  stddev_score: null,
  min_score: -0,
  max_score: Number.MAX_VALUE,
  first_started_at: -lastMs,
  last_started_at: lastMs,
};
const quarantine: QuarantineRow = {
  topic: "t",
  partition: 0,
  offset: 0n,
  timestamp: -1,
  table: "events",
  failures: [],
  value: null,
  value_base64: null,
};
const failure = { path: "$", rule: "type", expected: "object", received: "\0" };

/** Rows at the edges of what each table holds. */
export const edgeRows: { readonly [N in ShippedName]: readonly RowOf<N>[] } = {
  raw_data: [
    raw,
    ...texts.map((text) => ({ ...raw, topic: text, key: text, value: text })),
    { ...raw, ...least },
    { ...raw, ...most, timestamp: null },
    { ...raw, key_base64: "/w==", value_base64: "//4=", headers: [{ ...header, key: "" }, header, header] },
    { ...raw, headers: texts.map((text) => ({ key: text, value: null, value_base64: text })) },
  ],
  questions_pool_data: [
    question,
    { ...question, ...most, options: [option] },
    {
      ...question,
      ...least,
      options: [fullOption, option, fullOption],
      started_at: -lastMs,
      user_correct: true,
    },
    {
      ...question,
      options: [],
      user_correct: false,
      user_incomplete: true,
      user_submitted: false,
      started_at: lastMs,
    },
    ...texts.map((text) => ({
      ...question,
      exam_name: text,
      options: texts.map((id) => ({ ...option, id })),
    })),
  ],
  grades_ID: [
    grade,
    { ...grade, ...least, certification: true, all_correct: true },
    { ...grade, ...most, certification: false },
  ],
  course_ID: [
    course,
    { ...course, stddev_score: -1.5, min_score: 1 / 3 },
    ...texts.map((exam_name) => ({ ...course, exam_name })),
  ],
  quarantine: [
    quarantine,
    { ...quarantine, ...least, timestamp: null, failures: [failure] },
    {
      ...quarantine,
      ...most,
      failures: texts.map((received) => ({ ...failure, received })),
      value: "{",
      value_base64: "/w==",
    },
  ],
};

const scalars: { readonly [S in ScalarType]: () => fc.Arbitrary<unknown> } = {
  STRING: () => fc.string({ unit: "binary", maxLength: 40 }),
  INT32: () => fc.integer(),
  INT64: () => fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  DOUBLE: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  BOOLEAN: () => fc.boolean(),
  TIMESTAMP: () => fc.integer({ min: -lastMs, max: lastMs }),
  DATE: () => fc.integer({ min: -lastDay, max: lastDay }),
};

/** Any rows that a table can hold, from its columns; runs of nulls and of values come often. */
export function anyRows<N extends string>(table: Table<N>): fc.Arbitrary<RowOf<N>[]> {
  const one = anyStruct(table.columns);
  const run = fc
    .tuple(one, fc.integer({ min: 1, max: 20 }))
    .map(([row, length]) => Array.from({ length }, () => row));
  return fc.array(run, { maxLength: 12 }).map((runs) => runs.flat() as RowOf<N>[]);
}

function anyStruct(columns: readonly Column[]): fc.Arbitrary<unknown> {
  return fc.record(Object.fromEntries(columns.map((column) => [column.name, anyValue(column)])), {
    noNullPrototype: true,
  });
}

function anyValue({ type, nullable }: Column): fc.Arbitrary<unknown> {
  const present = anyPresent(type);
  return nullable ? fc.option(present, { freq: 2 }) : present;
}

function anyPresent(type: ColumnType): fc.Arbitrary<unknown> {
  if (typeof type === "string") return scalars[type]();
  if ("struct" in type) return anyStruct(type.struct);
  return fc.array(anyValue(type.list), { maxLength: 5 });
}

/** As many questions as asked for, with 0 to 7 options each, no two alike. */
export function manyQuestions(count: number): QuestionRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...question,
    question_index: index,
    offset: BigInt(index) * -(2n ** 40n),
    started_at: index % 3 === 0 ? null : index * 1e6 - 5e9,
    exam_name: index < 6000 ? null : `exam ${index % 11}`,
    options: Array.from({ length: index % 8 }, (_, place) => ({
      id: `${index}/${place}`,
      checked: (index + place) % 2 === 0,
      correct: place === 0 ? true : null,
      submitted: index % 5 === 0 ? 1 : null,
      at: index % 7 < 3 ? null : index + place,
    })),
  }));
}
