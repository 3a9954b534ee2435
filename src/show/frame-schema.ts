import type { DataFrame } from "danfojs-node";
import { impliedColumns } from "../events/implied";
import { inferSchema } from "../events/infer";
import { fromLeaves } from "../events/leaves";
import { listOfStructs } from "../tables/columns";
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
 * with a null is nullable, and one of nothing but nulls is STRING, behind the others.
 *
 * @param lists what one element of the array at a path has, where that is known; other arrays are STRING
 */
export function schemaOfFrame(
  frame: DataFrame,
  lists: Readonly<Record<string, readonly Column[]>> = {},
): readonly Column[] {
  const rows = fromFrame(frame);
  const columns = impliedColumns(inferSchema(rows.map(fromLeaves)));
  const unknown = frame.columns.filter(
    (path) =>
      !frame.columns.some((other) => other !== path && isBelow(other, path)) &&
      !/(\[\]|\{\})$/.test(path) &&
      rows.every((row) => (row[path] ?? null) === null),
  );
  return [...columns, ...unknown.map((path) => toUnknown(path, rows.length))].map((column) => {
    const elements = Object.hasOwn(lists, column.name) ? lists[column.name] : undefined;
    const isList = elements && elements.length > 0 && frame.columns.includes(`${column.name}[]`);
    return isList ? { ...column, type: listOfStructs(elements) } : column;
  });
}

function toUnknown(path: string, count: number): Column {
  return { name: path, type: "STRING", nullable: true, doc: `${path}, null in ${count} of ${count}` };
}

/** Whether a path leads through another: what is null there is an object or an array elsewhere. */
function isBelow(path: string, parent: string): boolean {
  return path.startsWith(parent) && /^[.[{]/.test(path.slice(parent.length));
}
