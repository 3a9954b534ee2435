import { existsSync, readdirSync, readFileSync } from "node:fs";
import { projectPath } from "user-activity/dist/base/paths";
import { buildProgram } from "user-activity/dist/cli/cli";
import type { Page } from "./markdown";

type Command = ReturnType<typeof buildProgram>;

const shells = new Set(["sh", "bash", "shell", "console"]);

/** What is wrong with the commands that a page names, in its blocks and within its sentences; empty where all exist. */
export async function findBrokenCommands(page: Page): Promise<string[]> {
  const blocks = page.blocks.filter(({ language }) => shells.has(language)).map(({ code }) => code);
  const texts = [...blocks.map((code) => ({ code, isWhole: true }))];
  for (const code of page.spans) texts.push({ code, isWhole: false });
  const problems: string[] = [];
  for (const { code, isWhole } of texts) {
    const found = [
      ...findScriptProblems(code),
      ...findFileProblems(code),
      ...(await findCliProblems(code, isWhole)),
      ...(isWhole ? [] : findOptionProblems(code)),
    ];
    problems.push(...found.map((problem) => `${page.path}: ${problem}`));
  }
  return problems;
}

const { scripts } = JSON.parse(readFileSync(projectPath("package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** `npm start`, `npm test`, `npm run NAME`, and the options behind `--`. */
function findScriptProblems(code: string): string[] {
  return [...code.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].flatMap((match) => {
    const name = match[1] ?? match[2] ?? "";
    const script = scripts[name];
    if (script === undefined) return [`npm run ${name}: package.json has no such script`];
    const [, rest] = toWords(code.slice(match.index + match[0].length))
      .join(" ")
      .split(/^-- /);
    const [file] = /\b(?:local|bench)\/[\w-]+\.mjs/.exec(script) ?? [];
    return file ? findUnknownOptions(file, rest ?? "") : [];
  });
}

/** `node local/X.mjs` and other files of the project that are run. */
function findFileProblems(code: string): string[] {
  const files = code.matchAll(/\b(?:node|python3?|bash|sh) ((?:local|data|bench|test|\.ci)\/[\w./-]+)/g);
  return [...files].flatMap(([text, file = ""], index) => {
    if (!existsSync(projectPath(file))) return [`${text}: there is no such file`];
    const rest = toWords(code.slice(code.indexOf(text, index) + text.length)).join(" ");
    return findUnknownOptions(file, rest);
  });
}

/** Options of a script are looked for in what it is made of. */
function findUnknownOptions(file: string, rest: string): string[] {
  const text = readFileSync(projectPath(file), "utf8");
  if (/\bmainClasses\b/.test(text)) return []; // Kafka's or Hadoop's own
  const options = rest.split(" ").flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
  return options.flatMap((name) =>
    text.includes(`--${name}`) ? [] : [`${file}: does not know the option --${name}`],
  );
}

const cliCall = /(?:^|[\s;|&($])(?:npx )?(?:\S*\/\.bin\/)?user-activity(?= )/gm;

/**
 * Every call of the command line is parsed by the command line itself, which knows commands, options and what they take.
 * Within a sentence a command may stand without what it must be given, and without the program's name.
 */
async function findCliProblems(code: string, isWhole: boolean): Promise<string[]> {
  const calls = [...code.matchAll(cliCall)].map(({ index, 0: { length } }) =>
    toWords(code.slice(index + length)),
  );
  const words = toWords(code);
  const isBare = !isWhole && commandNames.has(words[0] ?? "") && words.some((word) => word.startsWith("--"));
  if (isBare) calls.push(words);
  const problems: string[] = [];
  for (const call of calls) {
    const problem = await parse(call, isWhole);
    if (problem) problems.push(`user-activity ${call.join(" ")}: ${problem}`);
  }
  return problems;
}

/** Parses words as the command line does, without doing anything; resolves to what is wrong with them. */
export async function parse(words: readonly string[], isWhole = true): Promise<string | undefined> {
  const program = buildProgram();
  disarm(program);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    const { code, message, exitCode } = error as { code?: string; message: string; exitCode?: number };
    const isPart = code === "commander.missingArgument" || code === "commander.help";
    if (exitCode !== 0 && (isWhole || !isPart)) return message;
  }
  return undefined;
}

/** Commands do nothing and say nothing; what is wrong is thrown. */
function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const one of command.commands) disarm(one);
  if (command.commands.length === 0) command.action(() => undefined);
}

/** Every command of the command line, as it is typed: "services start", "land". */
export function listCommands(): string[] {
  return buildProgram().commands.flatMap((one) =>
    one.commands.length === 0 ? [one.name()] : one.commands.map((inner) => `${one.name()} ${inner.name()}`),
  );
}

const commandNames = new Set(buildProgram().commands.map((one) => one.name()));

/** An option that stands alone within a sentence belongs to a command or to one of the project's scripts. */
function findOptionProblems(code: string): string[] {
  const [, name] = /^(--[a-z][a-z-]+)(?: \S+)?$/.exec(code) ?? [];
  return name && !knownOptions.has(name) ? [`${code}: no command has such an option`] : [];
}

const knownOptions = listOptions();

function listOptions(): ReadonlySet<string> {
  const ofCommand = (command: Command): string[] => [
    ...command.options.map(({ long }) => long ?? ""),
    ...command.commands.flatMap(ofCommand),
  ];
  const files = ["local", "data", "bench"].flatMap((folder) =>
    readdirSync(projectPath(folder), { recursive: true, encoding: "utf8" }).flatMap((name) =>
      name.endsWith(".mjs") ? [`${folder}/${name}`] : [],
    ),
  );
  const ofScripts = files.flatMap((file) => [
    ...(readFileSync(projectPath(file), "utf8").match(/--[a-z][a-z-]+/g) ?? []),
  ]);
  return new Set(["--help", "--version", ...ofCommand(buildProgram()), ...ofScripts]);
}

/** The words of a shell command up to its end: quotes keep theirs together, and a comment, a pipe or a new line ends it. */
export function toWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /\\\n|[ \t]+|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\|;&<>()])+)|([\s\S])/gy;
  for (const [, word, end] of text.matchAll(pattern)) {
    if (end !== undefined || word?.startsWith("#")) break;
    if (word !== undefined) words.push(word.replace(/^(["'])([\s\S]*)\1$/, "$2"));
  }
  return words;
}
