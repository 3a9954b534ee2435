// @ts-check
// The walkthrough's page as data: its commands, what it shows of their outputs, and what it leaves open. Nothing is run here.

/**
 * @typedef {object} Block a command of the page and what the page shows of its output
 * @property {string} step "Step 5. Publish"
 * @property {number} line where the command begins, counted from 1
 * @property {string} command one command; it can have several lines
 * @property {string | undefined} shown the lines that the page shows; undefined where a comment says why it shows none
 * @property {number} shownLine where the first of them is
 * @property {RegExp[]} varies what differs from run to run in this output, beside what differs in all
 * @property {string | undefined} until what the command prints before it is ended by Ctrl-C; undefined where it ends by itself
 */

/** What differs from run to run in any output (the events are older than 2020), and what stands for it while comparing. */
export const varyingEverywhere = /** @type {const} */ ([
  [/\b20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, "‹time›"],
  [/\b\d\d:\d\d:\d\d UTC/g, "‹time›"],
  [/\b\d+(\.\d+)? (s|ms|milliseconds)\b/g, "‹duration›"],
  [/\b\d+(\.\d+)? MB of memory/g, "‹memory›"],
  [/(?<=token=)\w+/g, "‹token›"],
]);

const cut = /^… \d[\d,]* more lines?$/;
const widest = 150;

/**
 * Reads the page: every block of commands, in order. Throws where a command has neither an output nor a word why not, or
 * where an output has no command.
 * @param {string} page
 * @returns {Block[]}
 */
export function parsePage(page) {
  const lines = page.split("\n");
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Block | undefined} */
  let open;
  let step = "";
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const where = `annotations.md:${index + 1}`;
    if (/^```./.test(line)) {
      const end = lines.indexOf("```", index + 1);
      const text = lines.slice(index + 1, end).join("\n");
      if (line === "```sh") {
        if (open) throw new Error(`${where}: the command of line ${open.line} has no output`);
        open = {
          step,
          line: index + 2,
          command: text,
          shown: undefined,
          shownLine: 0,
          varies: [],
          until: undefined,
        };
        blocks.push(open);
      } else if (line === "```text") {
        if (!open) throw new Error(`${where}: an output without a command`);
        Object.assign(open, { shown: text, shownLine: index + 2 });
        open = undefined;
      }
      index = end;
    } else if (line.startsWith("<!-- ")) {
      if (!open) throw new Error(`${where}: expected a command before "${line}"`);
      if (readComment(line, open, where)) open = undefined;
    } else if (line.startsWith("## ")) step = line.slice(3);
  }
  if (open) throw new Error(`annotations.md:${open.line}: the command has no output`);
  return blocks;
}

/**
 * Takes a comment between a command and its output into account.
 * @param {string} line @param {Block} block @param {string} where
 * @returns {boolean} whether it says that no output is shown
 */
function readComment(line, block, where) {
  const [, name, value = ""] = /^<!-- (varies|until|not shown): (.+) -->$/.exec(line) ?? [];
  if (name === "varies") block.varies.push(new RegExp(value, "gm"));
  else if (name === "until") block.until = value;
  else if (name !== "not shown")
    throw new Error(`${where}: expected varies, until or not shown, received "${line}"`);
  return name === "not shown";
}

/**
 * What the page is to show of an output: long lines cut, and as many lines at its beginning and end as it shows now.
 * @param {string} output @param {Block} block
 */
export function cutOutput(output, { shown = "" }) {
  const lines = output.trimEnd().split("\n").map(cutLine);
  const now = shown.split("\n");
  const place = now.findIndex((line) => cut.test(line));
  const end = now.length - place - 1;
  const left = lines.length - place - end;
  if (place === -1 || left < 2) return lines.join("\n");
  const note = `… ${left.toLocaleString("en-US")} more lines`;
  return [...lines.slice(0, place), note, ...lines.slice(lines.length - end)].join("\n");
}

/** @param {string} line */
function cutLine(line) {
  const text = line.replaceAll("\t", "  ").trimEnd();
  return text.length > widest ? `${text.slice(0, widest)} …` : text;
}

/**
 * Compares what the page shows with an output; spacing that only aligns is passed over.
 * @param {Block} block @param {string} output
 * @returns {string | undefined} where they differ, with the step; undefined where they don't
 */
export function findDifference(block, output) {
  if (block.shown === undefined) return undefined;
  const expected = toComparable(block.shown, block);
  const received = toComparable(cutOutput(output, block), block);
  const count = Math.max(expected.length, received.length);
  for (let index = 0; index < count; index++) {
    if (expected[index] === received[index]) continue;
    const where = `annotations.md:${block.shownLine + index}: ${block.step}`;
    const [page = "(nothing)", run = "(nothing)"] = [expected[index], received[index]];
    return `${where}: ${firstLine(block.command)}\n  the page shows: ${page}\n  the command said: ${run}`;
  }
  return undefined;
}

/**
 * @param {string} text @param {Block} block
 * @returns {string[]} its lines with what varies taken out
 */
function toComparable(text, { varies }) {
  let masked = text;
  for (const pattern of varies) masked = masked.replaceAll(pattern, "‹varies›");
  for (const [pattern, name] of varyingEverywhere) masked = masked.replaceAll(pattern, name);
  return masked.split("\n").map((line) => line.replaceAll(/ +/g, " ").replaceAll(/─+/g, "─"));
}

/** @param {string} command */
function firstLine(command) {
  const [first = "", ...rest] = command.split("\n");
  return rest.length > 0 ? `${first} …` : first;
}

/**
 * The page with these outputs, one for each of its blocks, in place of those that it shows.
 * @param {string} page @param {readonly string[]} outputs
 */
export function rewritePage(page, outputs) {
  const lines = page.split("\n");
  for (const [index, block] of [...parsePage(page).entries()].reverse()) {
    if (block.shown === undefined) continue;
    const text = cutOutput(outputs[index] ?? "", block).split("\n");
    const first = block.shownLine - 1;
    lines.splice(first, lines.indexOf("```", first) - first, ...text); // there may be no line yet
  }
  return lines.join("\n");
}

/**
 * Numbers of the prose that no command or output of their step shows; those that vary show nothing.
 * @param {string} page
 * @returns {string[]} the step and the number
 */
export function findUnshownNumbers(page) {
  const [head = "", ...steps] = page.split(/^(?=## )/m);
  const blocks = parsePage(page);
  return [head, ...steps].flatMap((text) => {
    const step = /^## (.*)/.exec(text)?.[1] ?? "";
    const own = blocks.filter((block) => block.step === step);
    const shown = own.flatMap((block) => [
      block.command,
      ...(block.shown ? toComparable(block.shown, block) : []),
    ]);
    const known = new Set(numbersIn(shown.join("\n")));
    return numbersIn(proseOf(text))
      .filter((number) => !known.has(number))
      .map((number) => `${step || "the head"}: ${number}`);
  });
}

/** @param {string} text */
function proseOf(text) {
  return text
    .replaceAll(/^```.*?^```$/gms, "")
    .replaceAll(/^(#|<!--).*$/gm, "")
    .replaceAll(/\]\([^)]*\)/g, "]")
    .replaceAll(/\b([Ss]teps?|[Nn]otebooks?) \d+\w?( (to|and) \d+\w?)?/g, "");
}

/** @param {string} text */
function numbersIn(text) {
  return [...text.matchAll(/(?<![\w.])\d[\d,]*(\.\d+)?/g)].map(([number]) => number.replaceAll(",", ""));
}

/**
 * Draws tables anew after their texts have changed, each column as wide as its widest cell.
 * @param {string} text
 */
export function refitTables(text) {
  return text.replaceAll(/^┌.*\n(?:[│├].*\n)+└.*$/gm, (table) => {
    const lines = table.split("\n");
    const rows = lines.map((line) => (line.startsWith("│") ? line.slice(1, -1).split("│") : undefined));
    const cells = rows.filter((row) => row !== undefined);
    const isRight = (cells[0] ?? []).map((_, column) =>
      cells.some((row) => /^ {2,}\S.* $/.test(row[column] ?? "")),
    );
    const widths = isRight.map((_, column) =>
      Math.max(...cells.map((row) => row[column]?.trim().length ?? 0)),
    );
    return lines
      .map((line, index) => {
        const row = rows[index];
        if (!row) return drawRule(line, widths);
        const texts = row.map((cell, column) => {
          const width = widths[column] ?? 0;
          return isRight[column] ? cell.trim().padStart(width) : cell.trim().padEnd(width);
        });
        return `│ ${texts.join(" │ ")} │`;
      })
      .join("\n");
  });
}

/** @param {string} line @param {readonly number[]} widths */
function drawRule(line, widths) {
  const between = line.replaceAll("─", "");
  return between[0] + widths.map((width, column) => "─".repeat(width + 2) + between[column + 1]).join("");
}

/**
 * What was run, as a shell's history has it with HISTTIMEFORMAT="%F %T  ", in UTC.
 * @param {readonly {command: string, startedAt: Date}[]} entries
 */
export function formatHistory(entries) {
  const lines = entries.map(({ command, startedAt }, index) => {
    const time = startedAt.toISOString().slice(0, 19).replace("T", " ");
    return `${String(index + 1).padStart(5)}  ${time}  ${command}\n`;
  });
  return lines.join("");
}
