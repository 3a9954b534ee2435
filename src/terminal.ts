/** Cuts the last column of a table's rows so that the table is no wider than `width` characters, but leaves it 12. */
export function cutLast(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[][] {
  const lines = [head, ...rows];
  const others = head.slice(0, -1).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const room = width - others.reduce((sum, one) => sum + one + 3, 4);
  return rows.map((row) =>
    row.map((text, at) => (at < row.length - 1 ? text : cutText(text, Math.max(room, 12)))),
  );
}

/** Cuts a text after so many characters, the last of which is then an ellipsis. */
export function cutText(text: string, most: number): string {
  const letters = [...text.slice(0, 2 * Math.min(most, 2 ** 20) + 2)];
  if (letters.length <= most) return text;
  return `${letters.slice(0, most - 1).join("")}…`;
}

/** Writes control and format characters as escapes: a terminal would carry the one out, the others mislead. */
export function toVisible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
