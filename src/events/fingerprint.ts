import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json";
import type { Contract } from "../contract/model";
import { shippedContract } from "../contract/shipped";
import { gradeSchema, schemaOfContract } from "./grades";
import { examSchema, optionSchema, questionSchema } from "./questions";

/** Raised where decoding, coercions or decisions take or refuse what they did not before, and no schema says so. */
const rulesVersion = 2;

const known = new WeakMap<Contract, string>();

/** Tells what tables are held to: 16 hexadecimal digits that change with anything a contract asks of an event. */
export function fingerprintRules(contract: Contract): string {
  const found = known.get(contract) ?? digest(writeRules(contract));
  known.set(contract, found);
  return found;
}

/** Tells contracts apart, descriptions included: 16 hexadecimal digits. */
export function fingerprintContract(contract: Contract): string {
  return digest(canonicalJson(contract));
}

/** The shipped contract's are told by its schemas, as they were before there were contracts. */
function writeRules(contract: Contract): string {
  const grades = contract === shippedContract ? gradeSchema : schemaOfContract(contract);
  if (!grades) return canonicalJson([rulesVersion, withoutDocs(contract)]);
  const schemas = [rulesVersion, grades, examSchema, questionSchema, optionSchema];
  return JSON.stringify(schemas, (_, value) => (value instanceof RegExp ? String(value) : value));
}

const ofPeople = new Set(["doc", "nullMeans", "unit", "version", "foreignKeys", "references"]);

function withoutDocs(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, one) => (ofPeople.has(key) ? undefined : one)));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
