import type { ContractColumn } from "../contract/model";
import { formatPath, maxSteps, parsePath } from "../contract/paths";
import type { InferredField, InferredSchema } from "./infer";
import { Names } from "./propose-names";
import { describeMixed, kindOf, type Proposed, proposeScalar, type Shape } from "./propose-scalar";

/** The fields of a schema, by the path of what they stand in. */
export interface FieldTree {
  /** The keys of an object, in order. */
  readonly keysOf: (path: string) => readonly InferredField[];
  /** The elements of an array. */
  readonly elementsOf: (path: string) => InferredField | undefined;
  /** The values of an object whose keys are data. */
  readonly entriesOf: (path: string) => InferredField | undefined;
}

/** Lays a schema's fields out as a tree. */
export function toTree({ fields }: InferredSchema): FieldTree {
  const below = new Map<string, InferredField[]>();
  for (const field of fields) below.set(field.parentPath, [...(below.get(field.parentPath) ?? []), field]);
  const part = (path: string, each: string) =>
    below.get(path)?.find((field) => field.key === null && field.path.endsWith(each));
  return {
    keysOf: (path) => (below.get(path) ?? []).filter(({ key }) => key !== null),
    elementsOf: (path) => part(path, "[]"),
    entriesOf: (path) => part(path, "{}"),
  };
}

/** What is repeated in a value that mostly is an array, or an object whose keys are data. */
export function partOf(tree: FieldTree, field: InferredField): InferredField | undefined {
  const kind = kindOf(field)?.kind;
  if (kind === "array") return tree.elementsOf(field.path);
  return kind === "object" ? tree.entriesOf(field.path) : undefined;
}

/** How deep lists and structs of a column are nested at most; the contract takes no more than 16. */
const deepest = 14;

/**
 * Proposes what a column asks for, whatever its values are: scalars, lists, maps, structs. In a list all elements must
 * be alike (`isStrict`).
 */
export function proposeValue(tree: FieldTree, field: InferredField, isStrict = false, depth = 0): Proposed {
  const found = kindOf(field);
  if (!found && !isStrict) return { leftOut: describeMixed(field) + howToTake(field) };
  if (!found || (isStrict && found.others > 0)) return { leftOut: describeMixed(field) };
  if (depth > deepest) return { leftOut: `more than ${deepest} levels within each other` };
  const { kind } = found;
  if (kind !== "array" && kind !== "object") return proposeScalar(field, field.key ?? "", isStrict);
  const [type, each] = kind === "array" ? (["LIST", "[]"] as const) : (["MAP", "{}"] as const);
  const part = partOf(tree, field);
  if (kind === "object" && !part) return proposeStruct(tree, field, depth);
  if (!part) return { leftOut: "nothing but empty arrays" };
  const items = proposeValue(tree, part, true, depth + 1);
  if ("leftOut" in items) return { leftOut: `${each === "[]" ? "elements" : "values"}: ${items.leftOut}` };
  const name = type === "LIST" ? "element" : "value";
  const column = toColumn(name, part, items.shape, part.nullCount > 0);
  return withMisfits({ type, items: column }, found.others, items.notes);
}

function howToTake({ types }: InferredField): string {
  const isMixed = Object.keys(types).filter((type) => type !== "null").length > 1;
  return isMixed ? "; a column of each type with misfit: nulled takes them" : "";
}

function proposeStruct(tree: FieldTree, field: InferredField, depth: number): Proposed {
  const names = new Names();
  const notes: string[] = [];
  const fields = tree.keysOf(field.path).flatMap((part): ContractColumn[] => {
    const proposed = proposeValue(tree, part, false, depth + 1);
    if ("leftOut" in proposed) {
      notes.push(`left out: ${part.path}: ${proposed.leftOut}`);
      return [];
    }
    notes.push(...proposed.notes.map((note) => `${part.path}: ${note}`));
    const isMissing = part.count < part.parentCount || part.nullCount > 0;
    return [toColumn(names.give([part.key ?? ""]), part, proposed.shape, isMissing)];
  });
  if (fields.length === 0) return { leftOut: "nothing but empty objects" };
  return withMisfits({ type: "STRUCT", fields }, kindOf(field)?.others ?? 0, notes);
}

function withMisfits(shape: Shape, others: number, notes: readonly string[]): Proposed {
  if (others === 0) return { shape, notes };
  const note = `decide: ${others} values are not so; null stands for them, without misfit their rows are refused`;
  return { shape: { ...shape, misfit: "nulled" }, notes: [...notes, note] };
}

/** Makes a column of a shape; one whose values that do not fit are null may be null. */
export function toColumn(
  name: string,
  { path }: Pick<InferredField, "path">,
  shape: Shape,
  isMissing: boolean,
): ContractColumn {
  return {
    name,
    nullable: isMissing || shape.misfit !== undefined,
    from: toContractPath(path) ?? path,
    ...shape,
  };
}

/** A path as contracts write it; undefined where it has too many steps. */
export function toContractPath(path: string): string | undefined {
  if (path === "") return "$";
  const steps = parsePath(path);
  return steps && steps.length <= maxSteps ? formatPath(steps) : undefined;
}
