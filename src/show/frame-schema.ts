import type { DataFrame } from "danfojs-node";
import { impliedColumns } from "../events/implied";
import { inferSchema } from "../events/infer";
import { fromLeaves } from "../events/leaves";
import type { Column } from "../tables/tables";
import { fromFrame } from "./frames";

/** An event's leaves in three frames: a row an event, a question, an option. */
export interface EventFrames {
  readonly events: DataFrame;
  readonly questions: DataFrame;
  readonly options: DataFrame;
}

/** The columns that the frames of a sample imply: of an event, and of one of its questions. */
export interface ImpliedSchemas {
  readonly event: readonly Column[];
  readonly question: readonly Column[];
}

/**
 * Derives the schema that three frames of leaves imply, which is what impliedColumns gives of the events themselves:
 * options make the list of a question, questions the list of an event.
 */
export function schemaOfFrames({ events, questions, options }: EventFrames): ImpliedSchemas {
  const question = schemaOfFrame(questions, { options: schemaOfFrame(options) });
  return { event: schemaOfFrame(events, { "sequences.questions": question }), question };
}

/**
 * Derives the columns that a frame of leaves implies. Their types follow from the cells, not from the dtypes; a column
 * with a null is nullable.
 *
 * @param lists what one element of the array at a path has, where that is known; other arrays are STRING
 */
export function schemaOfFrame(
  frame: DataFrame,
  lists: Readonly<Record<string, readonly Column[]>> = {},
): readonly Column[] {
  const columns = impliedColumns(inferSchema(fromFrame(frame).map(fromLeaves)));
  return columns.map((column) => {
    const elements = Object.hasOwn(lists, column.name) ? lists[column.name] : undefined;
    const isList = elements && elements.length > 0 && frame.columns.includes(`${column.name}[]`);
    return isList ? { ...column, type: elements } : column;
  });
}
