/** Thousands with commas, as in 9,310,000. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Things counted, as in "1 file" and "3,280 files". */
export function formatCountOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** Milliseconds as seconds, as in 2.4 s. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes in MB (10^6), as in 9.3 MB. */
export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Cuts a text after so many characters, the last of which is then an ellipsis. */
export function cutText(text: string, most: number): string {
  const letters = [...text.slice(0, 2 * Math.min(most, 2 ** 20) + 2)];
  if (letters.length <= most) return text;
  return `${letters.slice(0, most - 1).join("")}…`;
}

/** Controls, format characters, blanks other than the space, and what fonts draw nothing for. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Writes what can't be seen as JSON's escapes: a terminal would carry out a control, and the others mislead. */
export function toVisible(text: string): string {
  return text.replaceAll(invisible, (one) =>
    Array.from(
      { length: one.length },
      (_, at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** Writes a text for between the tags of HTML, SVG or XML; for an attribute, quotes must be escaped as well. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Writes a text as the value of an attribute in double quotes. */
export function escapeAttribute(text: string): string {
  return escapeHtml(text).replaceAll('"', "&quot;");
}

/** Whether UTF-8 can hold the text: no surrogate stands alone. */
export function isWellFormed(text: string): boolean {
  // Node knows it since version 20, TypeScript by a later library than es2023
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

const numberWords = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** A number as a word, up to ten. */
export function formatNumberWord(count: number): string {
  return numberWords[count] ?? formatCount(count);
}
