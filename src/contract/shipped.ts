// Written by `npm run contract` from data/assessments.odcs.yaml: change that file, not this one.
import type { Contract } from "./model";

/** What a row of each table looks like: TIMESTAMP is ms UTC, DATE days since 1970, INT64 a bigint. */
export interface ContractRows {
  readonly questions_pool_data: {
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
    readonly options: readonly {
      readonly id: string;
      readonly checked: boolean;
      readonly correct: boolean | null;
      readonly submitted: number | null;
      readonly at: number | null;
    }[];
    readonly partition: number;
    readonly offset: bigint;
  };
  readonly grades_ID: {
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
    readonly partition: number;
    readonly offset: bigint;
  };
  readonly course_ID: {
    readonly exam_name: string;
    readonly attempts: number;
    readonly average_score: number;
    readonly stddev_score: number | null;
    readonly min_score: number;
    readonly max_score: number;
    readonly first_started_at: number;
    readonly last_started_at: number;
  };
}

// biome-ignore format: a line for each column
/** The shipped contract. */
export const shippedContract: Contract = {
  id: "assessments",
  version: "1.0.0",
  doc: "Says what an event of the topic assessments must hold, and which rows it gives.",
  source: {"events":"$"},
  identity: {"path":"user_exam_id","counts":"first"},
  unknownPaths: "reported",
  tables: [
    {
      name: "questions_pool_data",
      doc: "One question of one exam ID, from the first event that has its questions.",
      row: "sequences.questions[]",
      rules: [],
      foreignKeys: [{"columns":["partition","offset"],"table":"raw_data","references":["partition","offset"]}],
      columns: [
        {"name":"user_exam_id","type":"STRING","nullable":false,"doc":"The exam ID: one person's attempt at one assessment.","keyPosition":1,"from":"user_exam_id","minLength":1},
        {"name":"base_exam_id","type":"STRING","nullable":true,"doc":"The assessment.","nullMeans":"the event's value does not fit","from":"base_exam_id","misfit":"nulled"},
        {"name":"exam_name","type":"STRING","nullable":true,"doc":"The assessment's name.","nullMeans":"the event's value does not fit","from":"exam_name","misfit":"nulled"},
        {"name":"started_at","type":"TIMESTAMP","nullable":true,"doc":"Start of the attempt.","nullMeans":"the event's value does not fit","from":"started_at","coerce":"instant","misfit":"nulled"},
        {"name":"question_index","type":"INT32","nullable":false,"doc":"Position in the event's questions, from 0.","keyPosition":2,"from":"@index","min":0},
        {"name":"question_id","type":"STRING","nullable":false,"doc":"Identifies the question.","from":"sequences.questions[].id","minLength":1},
        {"name":"user_result","type":"STRING","nullable":true,"doc":"correct, incorrect, missed_some or unanswered.","nullMeans":"not said","from":"sequences.questions[].user_result"},
        {"name":"user_correct","type":"BOOLEAN","nullable":true,"doc":"Whether exactly the right options were ticked.","nullMeans":"not said","from":"sequences.questions[].user_correct"},
        {"name":"user_incomplete","type":"BOOLEAN","nullable":true,"doc":"Whether right options are missing and no wrong one is ticked.","nullMeans":"not said","from":"sequences.questions[].user_incomplete"},
        {"name":"user_submitted","type":"BOOLEAN","nullable":true,"doc":"Whether anything was ticked.","nullMeans":"not said","from":"sequences.questions[].user_submitted"},
        {"name":"options","type":"LIST","nullable":false,"doc":"The options in the event's order.","from":"sequences.questions[].options","items":{"name":"element","type":"STRUCT","nullable":false,"from":"sequences.questions[].options[]","fields":[{"name":"id","type":"STRING","nullable":false,"doc":"Identifies the option within its question.","from":"sequences.questions[].options[].id"},{"name":"checked","type":"BOOLEAN","nullable":false,"doc":"Whether it was ticked when the attempt ended.","from":"sequences.questions[].options[].checked"},{"name":"correct","type":"BOOLEAN","nullable":true,"doc":"True for a right option.","nullMeans":"a wrong option","from":"sequences.questions[].options[].correct"},{"name":"submitted","type":"INT32","nullable":true,"doc":"1 if it was ticked at submission.","nullMeans":"not ticked then","from":"sequences.questions[].options[].submitted"},{"name":"at","type":"TIMESTAMP","nullable":true,"doc":"When it was last touched.","nullMeans":"never touched","from":"sequences.questions[].options[].at","coerce":"instant"}]}},
        {"name":"partition","type":"INT32","nullable":false,"doc":"Partition of the message.","from":"@partition","min":0},
        {"name":"offset","type":"INT64","nullable":false,"doc":"Offset of the message, unique within its partition.","from":"@offset","min":0},
      ],
    },
    {
      name: "grades_ID",
      doc: "The grade of one exam ID.",
      row: "$",
      rules: [{"name":"correct-within-total","doc":"No more questions are answered correctly than there are.","holds":"correct <= total","severity":"error"},{"name":"counts-add-up","doc":"Each question is counted once, as correct, incorrect, incomplete or unanswered.","holds":"correct + incorrect + incomplete + unanswered == total","severity":"warning"}],
      foreignKeys: [{"columns":["partition","offset"],"table":"raw_data","references":["partition","offset"]}],
      columns: [
        {"name":"user_exam_id","type":"STRING","nullable":false,"doc":"The exam ID: one person's attempt at one assessment.","keyPosition":1,"from":"user_exam_id","minLength":1},
        {"name":"base_exam_id","type":"STRING","nullable":false,"doc":"The assessment.","from":"base_exam_id","minLength":1},
        {"name":"exam_name","type":"STRING","nullable":false,"doc":"The assessment's name.","from":"exam_name","references":"course_ID.exam_name","minLength":1},
        {"name":"started_at","type":"TIMESTAMP","nullable":false,"doc":"Start of the attempt.","from":"started_at","coerce":"instant"},
        {"name":"recorded_at","type":"TIMESTAMP","nullable":false,"doc":"When the event was recorded (keen_timestamp).","from":"keen_timestamp","coerce":"unix-seconds"},
        {"name":"certification","type":"BOOLEAN","nullable":true,"doc":"Whether the attempt counts for a certificate.","nullMeans":"not said","from":"certification","coerce":"boolean-text"},
        {"name":"correct","type":"INT32","nullable":false,"doc":"Questions answered correctly.","unit":"questions","from":"sequences.counts.correct","min":0},
        {"name":"incorrect","type":"INT32","nullable":false,"doc":"Questions with a wrong option ticked.","unit":"questions","from":"sequences.counts.incorrect","min":0},
        {"name":"incomplete","type":"INT32","nullable":false,"doc":"Questions with right options missing and no wrong one ticked.","unit":"questions","from":"sequences.counts.incomplete","min":0},
        {"name":"unanswered","type":"INT32","nullable":false,"doc":"Questions with nothing ticked.","unit":"questions","from":"sequences.counts.unanswered","min":0},
        {"name":"submitted","type":"INT32","nullable":false,"doc":"Questions with anything ticked.","unit":"questions","from":"sequences.counts.submitted","min":0},
        {"name":"total","type":"INT32","nullable":false,"doc":"Questions of the attempt, as delivered like the other counts, which may contradict it.","unit":"questions","from":"sequences.counts.total","min":1},
        {"name":"score","type":"DOUBLE","nullable":false,"doc":"correct / total.","unit":"share","derived":"correct / total","min":0,"max":1},
        {"name":"all_correct","type":"BOOLEAN","nullable":false,"doc":"Whether every question was answered correctly, as delivered, so it may contradict the counts.","from":"sequences.counts.all_correct"},
        {"name":"partition","type":"INT32","nullable":false,"doc":"Partition of the message.","from":"@partition","min":0},
        {"name":"offset","type":"INT64","nullable":false,"doc":"Offset of the message, unique within its partition.","from":"@offset","min":0},
      ],
    },
  ],
  summaries: [
    {
      name: "course_ID",
      doc: "One course, that is one exam_name, over all its grades.",
      of: "grades_ID",
      columns: [
        {"name":"exam_name","type":"STRING","nullable":false,"doc":"The course's name.","keyPosition":1},
        {"name":"attempts","type":"INT32","nullable":false,"doc":"Number of graded exam IDs.","unit":"exam IDs","derived":"count()","min":1},
        {"name":"average_score","type":"DOUBLE","nullable":false,"doc":"Mean of score.","unit":"share","derived":"mean(score)","min":0,"max":1},
        {"name":"stddev_score","type":"DOUBLE","nullable":true,"doc":"Sample standard deviation (n - 1) of score.","nullMeans":"attempts = 1","unit":"share","derived":"stddev(score)"},
        {"name":"min_score","type":"DOUBLE","nullable":false,"doc":"Lowest score.","unit":"share","derived":"min(score)","min":0,"max":1},
        {"name":"max_score","type":"DOUBLE","nullable":false,"doc":"Highest score.","unit":"share","derived":"max(score)","min":0,"max":1},
        {"name":"first_started_at","type":"TIMESTAMP","nullable":false,"doc":"Earliest start of an attempt.","derived":"min(started_at)"},
        {"name":"last_started_at","type":"TIMESTAMP","nullable":false,"doc":"Latest start of an attempt.","derived":"max(started_at)"},
      ],
    },
  ],
};
