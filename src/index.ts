// What the notebooks use, by the step that they use it in. Everything else is imported from its module,
// as in "user-activity/dist/events/exam-index".

export { type Config, readConfig } from "./base/config";
export { findFile, projectPath } from "./base/paths";
export { profileRows } from "./cli/profile-report";
export { diffContracts } from "./contract/diff";
export { tableOf } from "./contract/model";
export { readContract, readContractFile } from "./contract/read";
export { writeContract } from "./contract/write";
export { schemaOf } from "./events/contract-schemas";
export { decodeEvent } from "./events/decode";
export { EventComparison } from "./events/diff-events";
export { createExamIndex } from "./events/exam-index";
export { contractWith, enforceGrade, gradeSchema } from "./events/grades";
export {
  canBeMissing,
  createInference,
  inferSchema,
  mergeInferences,
  observeEvent,
  toInferredSchema,
} from "./events/infer";
export { fromLeaves, type Leaves, toLeaves } from "./events/leaves";
export { proposeContract } from "./events/propose";
export { toQuestionRows } from "./events/questions";
export { describeField, type Schema } from "./events/schema";
export { formatType, rowsOfColumns, rowsOfSchema, rowsOfTable } from "./events/schema-rows";
export { decideOutcome, toShipped } from "./events/shipped-outcomes";
export { findUnknownPaths } from "./events/unknown-paths";
export { consumeAs, consumeRange, consumeTopic, sampleMessages } from "./kafka/consume";
export { readGroupOffsets, removeGroup } from "./kafka/groups";
export { type Message, type MessageBatch, readHeader } from "./kafka/message";
export { hashKey, partitionOf } from "./kafka/partitions";
export { ensureTopic, readOffsets, resetTopic } from "./kafka/topics";
export { writeCommit } from "./lake/commit";
export { emptyState, nextCommit } from "./lake/commit-file";
export { formatSum } from "./lake/counts";
export {
  listParts,
  openLake,
  readCommits,
  readLastCommit,
  readRows,
  readTable,
  resetLake,
} from "./lake/lake";
export { createLake, listStaged, placeCommit, sweepStaged } from "./lake/placing";
export { stageIndex, stageRows, toCommittedFiles } from "./lake/staging";
export { compact } from "./landing/compact";
export { dryRunReplay } from "./landing/dry-run";
export { follow } from "./landing/follow";
export { readVersions } from "./landing/history";
export { readExamIndex } from "./landing/hold";
export { land } from "./landing/land";
export { recomputeOutcomes } from "./landing/recompute";
export { replay } from "./landing/replay";
export { readLakeStatus, readStatus } from "./landing/status";
export { createTally } from "./landing/tally";
export { verify } from "./landing/verify";
export { createTableFile } from "./parquet/write";
export { ensureEvents, eventsToReplay } from "./publish/ensure-events";
export { publishFile } from "./publish/publish";
export { publishEvents } from "./publish/publish-events";
export { inspectSource, readRecords } from "./publish/source";
export { checkServices } from "./services/services";
export { courseFigure, quartilesOf } from "./show/course-figure";
export { enforceFrame } from "./show/enforce-frame";
export { checkAnswer, notWritten } from "./show/exercise";
export { barFigure, describeEnds, lineFigure, pointFigure, scoreFigure } from "./show/figures";
export { showFilteredBy } from "./show/filtered";
export { busiestCourses, followFrame } from "./show/follow-views";
export { schemaOfFrame, schemaOfFrames } from "./show/frame-schema";
export { fromFrame, toFrame, toInstantText, toRows } from "./show/frames";
export { showLive } from "./show/live";
export { showProgress } from "./show/progress";
export { showQuestion } from "./show/question";
export { showSchemas } from "./show/schemas";
export { showFigure, showFrame } from "./show/show";
export { runSql, sql, sqlAt } from "./show/sql";
export { showRefused, showTree } from "./show/tree";
export { compileDecider } from "./spark/decide";
export { planSpark } from "./spark/plan";
export { landWithSpark, whatSparkLacks } from "./spark/run";
export { simulateCluster } from "./spark/simulate";
export { compareLakes } from "./sql/against";
export { diffVersions } from "./sql/diff";
export { profileTable } from "./sql/profile";
export { query } from "./sql/query";
export { modelOf } from "./tables/lake-model";
export { tables } from "./tables/tables";
