import fc from "fast-check";
import type { Column, ColumnType, ScalarType, ShippedName, Table } from "user-activity/dist/tables/tables";

/** Every scalar type. */
export const scalarTypes: readonly ScalarType[] = [
  "STRING",
  "INT32",
  "INT64",
  "DOUBLE",
  "BOOLEAN",
  "TIMESTAMP",
  "DATE",
];

/** A table of these columns, under a name that the lake does not know. */
export function tableOf(columns: readonly Column[]): Table {
  return { name: "any" as ShippedName, doc: "One row.", columns };
}

/** A column that never holds null; `?` behind its name makes it one that does. */
export function column(name: string, type: ColumnType): Column {
  const nullable = name.endsWith("?");
  return { name: nullable ? name.slice(0, -1) : name, type, nullable };
}

/** A list of elements that are never null, or with "?" may be. */
export function listOf(type: ColumnType, mark: "" | "?" = ""): ColumnType {
  return { list: column(`element${mark}`, type) };
}

/** A struct of these fields, `?` behind those that may be null. */
export function structOf(fields: Readonly<Record<string, ColumnType>>): ColumnType {
  return { struct: Object.entries(fields).map(([name, type]) => column(name, type)) };
}

/** A map's entries, as a list. */
export function mapOf(type: ColumnType, mark: "" | "?" = ""): ColumnType {
  return listOf(structOf({ key: "STRING", [`value${mark}`]: type }));
}

/** Each scalar by itself, in a list, in a struct and in a map, each where null may stand and where it may not. */
export const everyScalar: Table = tableOf(
  scalarTypes.flatMap((type) => {
    const name = type.toLowerCase();
    return [
      column(name, type),
      column(`${name}_null?`, type),
      column(`${name}_list`, listOf(type)),
      column(`${name}_list_null?`, listOf(type, "?")),
      column(`${name}_struct`, structOf({ a: type, "b?": type })),
      column(`${name}_struct_null?`, structOf({ a: type, "b?": type })),
      column(`${name}_map`, mapOf(type)),
      column(`${name}_map_null?`, mapOf(type, "?")),
    ];
  }),
);

/** Lists of lists of structs of maps, and structs of structs, three levels deep and more. */
export const deepTable: Table = tableOf([
  column("cube", listOf(listOf(listOf("INT32", "?"), "?"), "?")),
  column(
    "places?",
    listOf(listOf(structOf({ "days?": mapOf(listOf("DATE", "?"), "?"), at: "TIMESTAMP" }), "?")),
  ),
  column("person?", structOf({ "name?": structOf({ "first?": structOf({ text: "STRING" }) }), id: "INT64" })),
  column("flags", structOf({ on: listOf(structOf({ "is?": "BOOLEAN" })) })),
]);

/** Rows of deepTable that hold each level absent, empty, null and there. */
export const deepRows: readonly Readonly<Record<string, unknown>>[] = [
  { cube: [], places: null, person: null, flags: { on: [] } },
  { cube: [null], places: [], person: { name: null, id: -1n }, flags: { on: [{ is: null }] } },
  {
    cube: [[], null, [null, []], [[null], [1, null, 2], null]],
    places: [[], [null, { days: null, at: -1 }]],
    person: { name: { first: null }, id: 2n ** 63n - 1n },
    flags: { on: [{ is: true }, { is: null }, { is: false }] },
  },
  {
    cube: [[[7]]],
    places: [
      [
        { days: [], at: 0 },
        {
          days: [
            { key: "", value: null },
            { key: "k", value: [] },
          ],
          at: 1,
        },
        { days: [{ key: "😀", value: [null, -1, 17_554] }], at: 1_516_717_399_082 },
      ],
      [null],
    ],
    person: { name: { first: { text: "Ann" } }, id: 0n },
    flags: { on: [] },
  },
];

const { type: anyType } = fc.letrec<{ type: ColumnType; list: ColumnType; struct: ColumnType }>((tie) => {
  const part = fc.record({ type: tie("type"), nullable: fc.boolean() });
  return {
    list: part.map((element) => ({ list: { name: "element", ...element } })),
    struct: fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((fields) => ({ struct: fields.map((field, index) => ({ name: `f${index}`, ...field })) })),
    type: fc.oneof(
      { maxDepth: 4, depthSize: "large" },
      fc.constantFrom(...scalarTypes),
      tie("list"),
      tie("struct"),
    ),
  };
});

/** Tables of one to three columns of any type, four levels deep at most. */
export const anyTable: fc.Arbitrary<Table> = fc
  .array(fc.record({ type: anyType, nullable: fc.boolean() }), { minLength: 1, maxLength: 3 })
  .map((columns) => tableOf(columns.map((one, index) => ({ name: `c${index}`, ...one }))));
