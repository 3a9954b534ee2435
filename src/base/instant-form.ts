/** A part of an instant from left to right: what it looks like, and in words what should stand there. */
type Part = readonly [RegExp, string];

const parts: readonly Part[] = [
  [/(?!\s)/y, "nothing before the date"],
  [
    /\d{4}(?:-(?:\d\d-\d\d|[Ww]\d\d-\d|\d{3})|\d{4}|[Ww]\d{3}|\d{3})(?!\d)/y,
    "a date at the start, such as 2018-01-23, its year in four digits",
  ],
  [/(?!$)/y, "a time after the date, such as T14:23:19, and an offset from UTC"],
  [/[Tt ]/y, "a T between date and time"],
  [/\d\d(?::\d\d(?::\d\d)?|\d\d(?:\d\d)?)?(?![\d:])/y, "a time such as 14:23:19 after the T"],
  [/(?:[.,]\d+|(?![.,]))/y, "digits after the point"],
  [/(?!$)/y, "an offset from UTC at the end, such as Z or +01:00"],
  [/[Zz]|[+\-\u2212]\d\d(?::?\d\d)?(?![\d:])/y, "an offset from UTC such as Z or +01:00"],
  [/$/y, "nothing after the offset from UTC"],
];

/** Says in words what should stand at the first part of a text that has not the form of an instant. */
export function describeForm(text: string): string {
  let at = 0;
  for (const [pattern, expected] of parts) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return expected;
    at = pattern.lastIndex;
  }
  return "a date and a time with its offset from UTC, such as 2018-01-23T14:23:19.082Z";
}
