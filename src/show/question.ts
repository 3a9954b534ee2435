import { UsageError } from "../base/errors";
import { escapeHtml } from "../base/text";
import { display } from "./display";
import { renderCaption } from "./frame-table";
import { isOption, type Option, parseList, rightMark, tickMark } from "./nested";

export interface ShowQuestionOptions {
  /** Shown above the options. */
  readonly caption?: string;
  /** Whether options are called A, B and so on, in order of their ids, in place of these; default false. */
  readonly letters?: boolean;
}

/**
 * Shows a row of questions_pool_data, as a query or a table gives it: its options one by one, ticked or not (☑ ☐), right
 * or wrong (✓ ✗), with the result beneath. Throws a UsageError where the row has no options.
 */
export function showQuestion(row: object, { caption = "", letters = false }: ShowQuestionOptions = {}): void {
  const options = readOptions(row);
  const summary = describeAnswer(row as Named);
  const head = `<tr>${["ticked", "option", "would be"].map((name) => cell(name, "th")).join("")}</tr>`;
  const ids = options.map(({ id }) => id).sort();
  const toName = ({ id }: Option) => (letters ? String.fromCharCode(65 + ids.indexOf(id)) : id);
  const lines = options.map((option) => [tickMark(option), toName(option), describeRight(option)]);
  const body = lines.map((texts) => `<tr>${texts.map((text) => cell(text, "td")).join("")}</tr>`);
  const html = [
    "<table>",
    renderCaption(caption),
    `<thead>${head}</thead><tbody>${body.join("")}</tbody></table>`,
    summary ? `<p><small>${escapeHtml(summary)}</small></p>` : "",
  ];
  const words = [caption, ...lines.map((texts) => texts.join(" ")), summary].filter((line) => line !== "");
  display({ "text/html": html.join(""), "text/plain": words.join("\n") });
}

type Named = Partial<Readonly<Record<"exam_name" | "question_id" | "user_result", string | null>>>;

function readOptions(row: object): readonly Option[] {
  const { options } = row as { readonly options?: unknown };
  const list = parseList(options) ?? options;
  if (Array.isArray(list) && list.every(isOption)) return list;
  const received = Object.keys(row).join(", ") || "nothing";
  throw new UsageError(
    `question: expected a row with its options, received ${received}; select the column "options" of questions_pool_data too`,
  );
}

function describeRight(option: Option): string {
  return `${rightMark(option)} ${option.correct ? "right" : "wrong"}`;
}

function describeAnswer({ exam_name, question_id, user_result }: Named): string {
  const question = question_id ? `question ${question_id}` : "";
  const place = [exam_name, question].filter((text) => text).join(", ");
  return [place, user_result].filter((text) => text).join(": ");
}

function cell(text: string, tag: "td" | "th"): string {
  return `<${tag} style="text-align:left">${escapeHtml(text)}</${tag}>`;
}
