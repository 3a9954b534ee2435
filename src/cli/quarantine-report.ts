import { cutLast, formatTable } from "../base/terminal";
import { cutText, formatCount, formatCountOf, toVisible } from "../base/text";
import { formatFailure } from "../contract/failures";
import { findHintOf } from "../events/hints";
import type { RecordPlace } from "../publish/record-place";
import type { QuarantineGroups, RefusedEvent } from "../sql/quarantine";

const shownCharacters = 400;
const shownFailures = 20;

/** The groups as a table and below it what they add up to; what was received is cut to fit `width` (default: no limit). */
export function formatGroups(report: QuarantineGroups, width = Number.POSITIVE_INFINITY): string {
  const { groups, groupCount, all } = report;
  if (all.refusals === 0) return "quarantine is empty: no event was refused";
  if (groups.length === 0) return `nothing in quarantine is of this kind\n${formatTotals(report)}`;
  const rows = groups.map(({ table, rule, path, events, example }) => {
    const { partition, offset, received } = example;
    return [table, rule, path, formatCount(events), `${partition}@${offset}`, received].map(toVisible);
  });
  const head = ["table", "rule", "path", "events", "example", "received"];
  const more = groups.length < groupCount ? [`the first ${groups.length} of ${groupCount} groups`] : [];
  const table = formatTable(head, cutLast(head, rows, width), [3]);
  return [table, ...more, ...formatHints(groups), formatTotals(report)].join("\n");
}

/** Each guess once, with the first message that it is about. */
function formatHints(groups: QuarantineGroups["groups"]): string[] {
  const first = new Map<string, string>();
  for (const { hint, example } of groups) {
    if (hint !== undefined && !first.has(hint)) first.set(hint, `${example.partition}@${example.offset}`);
  }
  return [...first].map(([hint, place]) => toVisible(`hint for ${place}: ${hint}`));
}

/** Refused events with all their failures, their values cut. */
export function formatEvents(events: readonly RefusedEvent[]): string {
  return events.length === 0 ? "nothing in quarantine is of this kind" : events.map(formatEvent).join("\n\n");
}

function formatEvent({
  topic,
  partition,
  offset,
  timestamp,
  table,
  failures,
  ...event
}: RefusedEvent): string {
  const from = formatRecordPlace(event);
  const stamp = timestamp ?? "no timestamp";
  const where = [
    `${topic}/${partition}@${offset}`,
    ...(from ? [from] : []),
    stamp,
    `refused by ${table}`,
  ].join("  ");
  const reasons = failures.slice(0, shownFailures).map((failure) => `  ${formatFailure(failure)}`);
  const more = failures.length - reasons.length;
  if (more > 0) reasons.push(`  and ${formatCount(more)} more failures`);
  const hint = table === "questions_pool_data" ? undefined : findHintOf(event);
  const hints = hint === undefined ? [] : [`  hint: ${hint}`];
  return [where, ...reasons, ...hints, `  ${formatValue(event)}`].map(toVisible).join("\n");
}

/** As editors take it: the file and its line; for messages that don't say the line, the record. */
function formatRecordPlace({ file, line, record }: RecordPlace): string {
  if (file !== null && line !== null) return `${file}:${line}`;
  return record === null ? "" : `record ${record} of ${file ?? "its file"}`;
}

function formatValue({ value, value_base64 }: Pick<RefusedEvent, "value" | "value_base64">): string {
  if (value !== null) return `value: ${cutText(value, shownCharacters)}`;
  return value_base64 === null
    ? "value: none (a tombstone)"
    : `value in base64: ${cutText(value_base64, shownCharacters)}`;
}

/** An event refused by two tables stands in two rows, and the sum leaves out what only its questions were refused for. */
function formatTotals({ refusals, messages, all, crossingConflicts }: QuarantineGroups): string {
  const ofAll = refusals === all.refusals ? "" : ` of ${formatCount(all.refusals)} in all`;
  const alone = all.messages - all.quarantined;
  const others =
    alone === 0 ? "" : `, ${formatCount(alone)} not: only parts of them, such as questions, were refused`;
  const crossing = `\n${formatCountOf(crossingConflicts, "conflict")} across partitions: where contents differ, the lowest partition counts`;
  return `refusals: ${formatCount(refusals)}${ofAll}, messages: ${formatCount(messages)}
of the ${formatCount(all.messages)} messages in quarantine the sum counts ${formatCount(all.quarantined)} as quarantined${others}${crossingConflicts === 0 ? "" : crossing}`;
}
