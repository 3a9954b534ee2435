/** What a rule or a derived column is worked out by: numbers, columns, and what joins them. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "binary"; readonly op: Operator; readonly left: Expression; readonly right: Expression };

export type Arithmetic = "+" | "-" | "*" | "/";
export type Comparison = "<=" | ">=" | "<" | ">" | "==" | "!=";
export type Operator = Arithmetic | Comparison;

/** What could not be read of an expression, and where it stands. */
export class ExpressionError extends Error {
  override readonly name: string = "ExpressionError";
}

/** How deep an expression may be nested. */
const maxDepth = 32;

const token = /\s*(?:(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(<=|>=|==|!=|[<>+\-*/(),]))/uy;

/**
 * Reads an expression: columns by their names, numbers, `+ - * /`, brackets, one comparison (`<= >= < > == !=`) at the
 * top, and calls such as `mean(score)`. Throws an ExpressionError.
 */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  const reader = new TokenReader(tokens);
  const left = sumOf(reader, 0);
  const op = reader.take("<=", ">=", "<", ">", "==", "!=");
  const whole = op ? { kind: "binary" as const, op: op as Operator, left, right: sumOf(reader, 0) } : left;
  if (reader.next !== undefined) throw new ExpressionError(`nothing more, at ${JSON.stringify(reader.next)}`);
  return whole;
}

function tokensOf(text: string): string[] {
  const found: string[] = [];
  const trimmed = text.trim();
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const at = token.lastIndex;
    const match = token.exec(trimmed);
    if (!match)
      throw new ExpressionError(`a column, a number or an operator, at ${JSON.stringify(trimmed.slice(at))}`);
    found.push(match[0].trim());
  }
  if (found.length > 200) throw new ExpressionError("at most 200 words");
  return found;
}

class TokenReader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get next(): string | undefined {
    return this.#tokens[this.#at];
  }

  /** Steps over the next token where it is one of these. */
  take(...some: readonly string[]): string | undefined {
    const { next } = this;
    if (next === undefined || !some.includes(next)) return undefined;
    this.#at++;
    return next;
  }

  /** Steps over the next token, whatever it is. */
  shift(): string {
    const { next } = this;
    if (next === undefined) throw new ExpressionError("a column or a number, at the end");
    this.#at++;
    return next;
  }
}

function sumOf(reader: TokenReader, depth: number): Expression {
  let left = productOf(reader, depth);
  for (let op = reader.take("+", "-"); op; op = reader.take("+", "-"))
    left = { kind: "binary", op: op as Operator, left, right: productOf(reader, depth) };
  return left;
}

function productOf(reader: TokenReader, depth: number): Expression {
  let left = atomOf(reader, depth);
  for (let op = reader.take("*", "/"); op; op = reader.take("*", "/"))
    left = { kind: "binary", op: op as Operator, left, right: atomOf(reader, depth) };
  return left;
}

function atomOf(reader: TokenReader, depth: number): Expression {
  if (depth === maxDepth) throw new ExpressionError(`at most ${maxDepth} brackets within each other`);
  if (reader.take("(")) {
    const inner = sumOf(reader, depth + 1);
    close(reader);
    return inner;
  }
  const word = reader.shift();
  if (/^\d/.test(word)) return { kind: "number", value: Number(word) };
  if (!/^[\p{L}_]/u.test(word)) throw new ExpressionError(`a column or a number, at ${JSON.stringify(word)}`);
  return reader.take("(")
    ? { kind: "call", name: word, args: argsOf(reader, depth + 1) }
    : { kind: "column", name: word };
}

function argsOf(reader: TokenReader, depth: number): Expression[] {
  if (reader.take(")")) return [];
  const args = [sumOf(reader, depth)];
  while (reader.take(",")) args.push(sumOf(reader, depth));
  close(reader);
  return args;
}

function close(reader: TokenReader): void {
  if (!reader.take(")"))
    throw new ExpressionError(`a closing bracket, at ${JSON.stringify(reader.next ?? "the end")}`);
}

/** The names of the columns in an expression, each once. */
export function columnsIn(expression: Expression): string[] {
  const { kind } = expression;
  if (kind === "column") return [expression.name];
  if (kind === "number") return [];
  const parts = kind === "call" ? expression.args : [expression.left, expression.right];
  return [...new Set(parts.flatMap(columnsIn))];
}

/** Whether an expression says yes or no. */
export function isComparison(expression: Expression): boolean {
  return expression.kind === "binary" && ["<=", ">=", "<", ">", "==", "!="].includes(expression.op);
}
