/** Where in Kafka something came from. */
export interface Origin {
  readonly partition: number;
  readonly offset: bigint;
}

/** A note that a message carries beside key and value. */
export interface HeaderRow {
  readonly key: string;
  readonly value: string | null;
  readonly value_base64: string | null;
}

/** A row of raw_data. */
export interface RawRow extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly key: string | null;
  readonly key_base64: string | null;
  readonly value: string | null;
  readonly value_base64: string | null;
  readonly headers: readonly HeaderRow[];
}

/** One answer option of a question, as the person left it. */
export interface OptionRow {
  readonly id: string;
  readonly checked: boolean;
  readonly correct: boolean | null;
  readonly submitted: number | null;
  readonly at: number | null;
}

/** A row of questions_pool_data. */
export interface QuestionRow extends Origin {
  readonly user_exam_id: string;
  readonly base_exam_id: string | null;
  readonly exam_name: string | null;
  readonly started_at: number | null;
  readonly question_index: number;
  readonly question_id: string;
  readonly user_result: string | null;
  readonly user_correct: boolean | null;
  readonly user_incomplete: boolean | null;
  readonly user_submitted: boolean | null;
  readonly options: readonly OptionRow[];
}

/** A row of grades_ID. */
export interface GradeRow extends Origin {
  readonly user_exam_id: string;
  readonly base_exam_id: string;
  readonly exam_name: string;
  readonly started_at: number;
  readonly recorded_at: number;
  readonly certification: boolean | null;
  readonly correct: number;
  readonly incorrect: number;
  readonly incomplete: number;
  readonly unanswered: number;
  readonly submitted: number;
  readonly total: number;
  readonly score: number;
  readonly all_correct: boolean;
}

/** A row of course_ID. */
export interface CourseRow {
  readonly exam_name: string;
  readonly attempts: number;
  readonly average_score: number;
  readonly stddev_score: number | null;
  readonly min_score: number;
  readonly max_score: number;
  readonly first_started_at: number;
  readonly last_started_at: number;
}

/** One reason why an event was refused; what is absent is described in words, so nothing here is null. */
export interface FailureRow {
  readonly path: string;
  readonly rule: string;
  readonly expected: string;
  readonly received: string;
}

/** A row of quarantine. */
export interface QuarantineRow extends Origin {
  readonly topic: string;
  readonly timestamp: number | bigint | null;
  readonly table: string;
  readonly failures: readonly FailureRow[];
  readonly value: string | null;
  readonly value_base64: string | null;
}

/** What a row of each table looks like. */
export interface TableRows {
  readonly raw_data: RawRow;
  readonly questions_pool_data: QuestionRow;
  readonly grades_ID: GradeRow;
  readonly course_ID: CourseRow;
  readonly quarantine: QuarantineRow;
}
