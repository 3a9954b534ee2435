import type { ContractCoercion } from "./model";

/** Of every element: what other tools read, and nothing here follows from. */
const forOthers = ["id", "businessName", "authoritativeDefinitions", "tags"];

/** The standard's keys by element (ODCS 3.1.0), but for those that would promise what nobody holds an event to. */
export const keysOf = {
  document: [
    ...["apiVersion", "kind", "id", "name", "version", "status", "description", "schema", "customProperties"],
    ...["tenant", "tags", "servers", "dataProduct", "domain", "support", "price", "team", "roles"],
    ...["slaDefaultElement", "slaProperties", "authoritativeDefinitions", "contractCreatedTs"],
  ],
  table: [
    ...["name", "description", "logicalType", "physicalName", "physicalType", "dataGranularityDescription"],
    ...["properties", "relationships", "quality", "customProperties", ...forOthers],
  ],
  column: [
    ...[
      "name",
      "description",
      "logicalType",
      "logicalTypeOptions",
      "physicalType",
      "physicalName",
      "required",
    ],
    ...[
      "primaryKey",
      "primaryKeyPosition",
      "transformSourceObjects",
      "transformLogic",
      "transformDescription",
    ],
    ...["relationships", "quality", "customProperties", "items", "properties", "examples", "classification"],
    ...["criticalDataElement", ...forOthers],
  ],
  quality: [
    ...[
      "name",
      "description",
      "type",
      "engine",
      "implementation",
      "severity",
      "metric",
      "arguments",
      "mustBe",
    ],
    ...["query", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan"],
    ...["mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween", "businessImpact", "customProperties"],
    ...["dimension", "method", "schedule", "scheduler", "unit", "rule", ...forOthers],
  ],
  relationship: ["type", "from", "to", "customProperties"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The options of each logical type that an event is held to. */
export const optionsOf: Readonly<Record<string, readonly string[]>> = {
  string: ["minLength", "maxLength", "pattern"],
  integer: ["minimum", "maximum", "format"],
  number: ["minimum", "maximum", "format"],
  timestamp: ["minimum", "maximum", "timezone"],
  date: ["minimum", "maximum"],
  boolean: [],
  array: [],
  object: [],
};

/** The customProperties of each element. */
export const customOf = {
  document: ["source", "identity", "unknownPaths"],
  table: ["row", "summaryOf"],
  column: ["coercion", "misfit", "nullMeans", "unit", "severity", "map"],
} as const;

/** The closed list of coercions, each with the types that it leads to. */
export const coercionTypes: Readonly<Record<ContractCoercion, readonly string[]>> = {
  instant: ["TIMESTAMP"],
  "unix-seconds": ["TIMESTAMP"],
  "unix-milliseconds": ["TIMESTAMP"],
  date: ["DATE"],
  duration: ["DOUBLE"],
  "boolean-text": ["BOOLEAN"],
  "number-text": ["INT32", "INT64", "DOUBLE"],
  "json-text": ["LIST", "STRUCT", "MAP"],
};

/** What a physicalType may be called where it is given, by our own type; it says nothing more than that. */
export const physicalTypes: Readonly<Record<string, readonly string[]>> = {
  STRING: ["STRING", "VARCHAR", "TEXT"],
  INT32: ["INTEGER", "INT", "INT32"],
  INT64: ["BIGINT", "LONG", "INT64"],
  DOUBLE: ["DOUBLE", "FLOAT64"],
  BOOLEAN: ["BOOLEAN"],
  TIMESTAMP: ["TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"],
  DATE: ["DATE"],
};
