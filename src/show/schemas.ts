import { escapeHtml } from "../base/text";
import { display } from "./display";
import { renderCaption } from "./frame-table";

/** One field of a schema, as showSchemas puts it beside others. */
export interface ShownField {
  /** JSON path, or the column's name. */
  readonly path: string;
  readonly type: string;
  /** Whether it may be null; not said where it is left out. */
  readonly nullable?: boolean;
  /** What else is to be said, in small letters under the type. */
  readonly note?: string;
}

export interface ShowSchemasOptions {
  /** Shown above the table. */
  readonly caption?: string;
}

/**
 * Shows schemas side by side, by their names: a row for each path, a column for each schema. Paths on which they differ
 * in type or in null are marked with ≠, what is off in bold; a path that a schema lacks is a dash.
 */
export function showSchemas(
  schemas: Readonly<Record<string, readonly ShownField[]>>,
  { caption = "" }: ShowSchemasOptions = {},
): void {
  const names = Object.keys(schemas);
  const rows = alignFields(Object.values(schemas));
  const differing = rows.filter(({ isSame }) => !isSame).length;
  const size = `${rows.length} ${rows.length === 1 ? "path" : "paths"}, ${describeDifferences(differing, names.length)}`;
  const head = ["path", ...names].map((name) => `<th scope="col" style="${left}">${escapeHtml(name)}</th>`);
  const html = [
    "<table>",
    renderCaption(caption),
    `<thead><tr>${head.join("")}</tr></thead><tbody>${rows.map(toHtml).join("")}</tbody></table>`,
    `<p><small>${size}</small></p>`,
  ];
  const lines = rows.map(({ path, cells, isSame }) =>
    [`${isSame ? "" : "≠ "}${path}`, ...cells.map(toWords)].join("\t"),
  );
  const plain = [caption, ["path", ...names].join("\t"), ...lines, size].filter((line) => line !== "");
  display({ "text/html": html.join(""), "text/plain": plain.join("\n") });
}

/** What the schemas say of one path; null where a schema lacks it. */
export interface AlignedRow {
  readonly path: string;
  readonly cells: readonly (ShownField | null)[];
  /** Whether all say the same of type and null; notes may differ. */
  readonly isSame: boolean;
}

/** Puts fields of the same path side by side, each path behind the one that it follows in the first schema that has it. */
export function alignFields(schemas: readonly (readonly ShownField[])[]): AlignedRow[] {
  const paths: string[] = [];
  for (const schema of schemas) {
    let place = 0;
    for (const { path } of schema) {
      const known = paths.indexOf(path);
      if (known < 0) paths.splice(place, 0, path);
      place = (known < 0 ? place : known) + 1;
    }
  }
  return paths.map((path) => {
    const cells = schemas.map((schema) => schema.find((field) => field.path === path) ?? null);
    return { path, cells, isSame: new Set(cells.map(toType)).size <= 1 };
  });
}

const left = "text-align:left";

function toHtml({ path, cells, isSame }: AlignedRow): string {
  const mark = isSame ? "" : '<span role="img" aria-label="differs">≠</span> ';
  const columns = cells.map((field) => {
    const type = toTypeHtml(field, isSame);
    const note = field?.note ? `<br><small>${escapeHtml(field.note)}</small>` : "";
    return `<td style="${left}">${type}${note}</td>`;
  });
  return `<tr><th scope="row" style="${left}">${mark}${escapeHtml(path)}</th>${columns.join("")}</tr>`;
}

function toTypeHtml(field: ShownField | null, isSame: boolean): string {
  const type = escapeHtml(toType(field));
  return isSame ? type : `<b>${type}</b>`;
}

function toType(field: ShownField | null): string {
  if (!field) return "–";
  return field.nullable ? `${field.type} or null` : field.type;
}

function toWords(field: ShownField | null): string {
  return field?.note ? `${toType(field)} (${field.note})` : toType(field);
}

function describeDifferences(count: number, schemas: number): string {
  if (schemas < 2) return "one schema";
  if (count === 0) return "the same in all";
  return `${count} ${count === 1 ? "differs" : "differ"} (≠)`;
}
