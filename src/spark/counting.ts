import { type Contract, countsLatest } from "../contract/model";

/** In what the two ways differ in which a delivery of an identity may count, as Spark's expressions of what is known of it. */
export interface Counting {
  /** The columns in whose order the delivery that counts is the least, once all are known. */
  readonly order: readonly string[];
  /** Whether a delivery behind one that landed is a duplicate. */
  readonly repeats: string;
  /** Whether the rows and the failures of an event's parts count. */
  readonly parts: string;
  /** Whether the tables have to be rebuilt for a delivery, since it should count in place of one that landed. */
  readonly unsettled: string;
}

const place = ["partition", "offset", "event"];

/** What came in a partition before the one that counted; a later run may bring it. */
const isLate = (group: number) =>
  `(rows_${group} IS NOT NULL AND partition < coalesce(in_${group}, last_in))`;

const landedHash = "coalesce(graded_hash, first_0.hash)";

const first: Counting = {
  order: [...place, "hash"],
  repeats: `hash = ${landedHash}`,
  parts: "kind <> 'duplicates' AND NOT is_behind_1",
  unsettled: `${isLate(0)} OR ${isLate(1)}`,
};

/** `hash` is the event's mark, as `toLeastFirst` has it. */
const latest: Counting = {
  order: ["hash", ...place],
  repeats: "rows_0 IS NOT NULL",
  parts: "lands_0 OR exam IS NULL",
  unsettled: `kind = 'duplicates' AND hash < ${landedHash}`,
};

/** How deliveries count by a contract. */
export function countingOf(contract: Contract): Counting {
  return countsLatest(contract) ? latest : first;
}
