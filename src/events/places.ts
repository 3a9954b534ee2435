/** Where an event stands: in a topic, or among the records of a file, from 0, which begins in a line of it, from 1. */
export type EventPlace =
  | { readonly partition: number; readonly offset: bigint; readonly eventIndex?: number }
  | { readonly record: number; readonly line?: number; readonly eventIndex?: number };

/** A place as JSON has it. */
export type SeenPlace =
  | { readonly partition: number; readonly offset: string; readonly eventIndex?: number }
  | { readonly record: number; readonly line?: number; readonly eventIndex?: number };

/** Orders places: records first, then by partition and offset, then by the event's number in its message. */
export function comparePlaces(a: EventPlace, b: EventPlace): number {
  const [ofA, ofB] = ["record" in a ? -1 : a.partition, "record" in b ? -1 : b.partition];
  if (ofA !== ofB) return ofA - ofB;
  const [atA, atB] = ["record" in a ? a.record : a.offset, "record" in b ? b.record : b.offset];
  if (atA !== atB) return atA < atB ? -1 : 1;
  return (a.eventIndex ?? 0) - (b.eventIndex ?? 0);
}

/** Makes a place what JSON can say: an offset is text there. */
export function toSeenPlace(place: EventPlace): SeenPlace {
  return "record" in place ? place : { ...place, offset: String(place.offset) };
}

/** Writes a place, as in `0@4182` and `record 7 at line 8`, with the event's number where its message has others before it. */
export function formatPlace(place: EventPlace | SeenPlace): string {
  const text = "record" in place ? formatRecord(place) : `${place.partition}@${place.offset}`;
  return place.eventIndex ? `${text} event ${place.eventIndex}` : text;
}

function formatRecord({ record, line }: { readonly record: number; readonly line?: number }): string {
  return line === undefined ? `record ${record}` : `record ${record} at line ${line}`;
}
