import { formatCount, formatCountOf } from "../base/text";
import { formatFailure } from "../contract/failures";
import type { LandReport } from "../landing/land";
import type { RefusalGroup } from "../landing/refusals";

type Run = Pick<LandReport, "consumed" | "graded" | "refused">;

/** Whether more than so many percent of a run's messages were refused. */
export function isOver({ consumed, refused }: Run, percent: number): boolean {
  return 100 * refused.messages > percent * consumed;
}

/** How many messages were refused, what most of them were refused for, and where to see all; in one line. */
export function formatRefused({ consumed, graded, refused: { messages, largest } }: Run): string {
  const of = `${formatCount(messages)} of ${formatCountOf(consumed, "message")}`;
  const nothing = graded === 0 ? ", and nothing was graded" : "";
  const group = largest ? `; ${formatGroup(largest)}` : "";
  return `${of}${nothing}${group}; "npx user-activity quarantine" shows all`;
}

function formatGroup({ table, messages, example, hint }: RefusalGroup): string {
  const place = `${example.partition}@${example.offset}`;
  const reason = `${formatCount(messages)} by ${table}, such as ${place}: ${formatFailure(example)}`;
  return hint === undefined ? reason : `${reason} (hint: ${hint})`;
}
