// What the notebooks use, by the step that they use it in. Everything else is imported from its module,
// as in "user-activity/dist/exam-index".

export { writeCommit } from "./commit";
export { emptyState, formatSum, nextCommit } from "./commits";
export { compact } from "./compact";
export { type Config, readConfig } from "./config";
export { courseFigure, quartilesOf } from "./course-figure";
export { enforceFrame } from "./enforce-frame";
export { ensureEvents, eventsToReplay } from "./ensure-events";
export { decodeEvent } from "./events";
export { createExamIndex } from "./exam-index";
export { checkAnswer, notWritten } from "./exercise";
export { barFigure, describeEnds, lineFigure, pointFigure, scoreFigure } from "./figures";
export { follow } from "./follow";
export { busiestCourses, followFrame } from "./follow-views";
export { schemaOfFrame, schemaOfFrames } from "./frame-schema";
export { fromFrame, toFrame, toInstantText, toRows } from "./frames";
export { enforceGrade, gradeSchema } from "./grades";
export { draftSchema, impliedColumns } from "./implied";
export { canBeMissing, createInference, inferSchema, observeEvent, toInferredSchema } from "./infer";
export { listParts, openLake, readCommits, readLastCommit, readRows, readTable, resetLake } from "./lake";
export { land } from "./land";
export { readExamIndex } from "./landing";
export { fromLeaves, type Leaves, toLeaves } from "./leaves";
export { showLive } from "./live";
export { decideOutcome } from "./outcomes";
export { createTableFile } from "./parquet";
export { hashKey, partitionOf } from "./partitions";
export { findFile, projectPath } from "./paths";
export { profileTable } from "./profile";
export { profileRows } from "./profile-report";
export { publishFile } from "./publish";
export { publishEvents } from "./publish-events";
export { listStaged, makeLake, publishCommit, sweepStaged } from "./publishing";
export { optionSchema, questionSchema, toQuestionRows } from "./questions";
export { recomputeOutcomes } from "./recompute";
export { describeField, type Schema } from "./schema";
export { formatType, rowsOfColumns, rowsOfSchema, rowsOfTable } from "./schema-rows";
export { checkServices } from "./services";
export { showFigure, showFrame } from "./show";
export { showFilteredBy } from "./show-filtered";
export { showProgress } from "./show-progress";
export { showQuestion } from "./show-question";
export { showSchemas } from "./show-schemas";
export { showRefused, showTree } from "./show-tree";
export { inspectSource, readRecords } from "./source";
export { runSql, sql } from "./sql";
export { stageIndex, stageRows, toCommittedFiles } from "./staging";
export { readLakeStatus, readStatus } from "./status";
export {
  consumeAs,
  consumeRange,
  consumeTopic,
  ensureTopic,
  type Message,
  type MessageBatch,
  readGroupOffsets,
  readOffsets,
  removeGroup,
  resetTopic,
  sampleMessages,
} from "./stream";
export { tables } from "./tables";
export { createTally } from "./tally";
export { findUnknownPaths } from "./unknown-paths";
export { verify } from "./verify";
