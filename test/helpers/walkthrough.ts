import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { projectPath } from "user-activity/dist/base/paths";

/** A command of the page and what the page shows of its output. */
export interface Block {
  readonly step: string;
  readonly line: number;
  readonly command: string;
  readonly shown: string | undefined;
  readonly until: string | undefined;
  readonly varies: readonly RegExp[];
}

interface PageModule {
  parsePage(page: string): Block[];
  findDifference(block: Block, output: string): string | undefined;
  cutOutput(output: string, block: Pick<Block, "shown">): string;
  rewritePage(page: string, outputs: readonly string[]): string;
  findUnshownNumbers(page: string): string[];
  refitTables(text: string): string;
  formatHistory(entries: readonly { command: string; startedAt: Date }[]): string;
}

interface RunModule {
  runPage(
    page: string,
    options: { servicesDir: string; onBlock?: (block: Block) => void },
  ): Promise<{ output: string; startedAt: Date }[]>;
}

/** What reads and compares the walkthrough's page; it runs nothing. */
export async function loadPageModule(): Promise<PageModule> {
  return import(pathToFileURL(projectPath("local", "walkthrough", "page.mjs")).href);
}

/** What runs the walkthrough's commands. */
export async function loadRunModule(): Promise<RunModule> {
  return import(pathToFileURL(projectPath("local", "walkthrough", "walkthrough.mjs")).href);
}

/** The page as it is committed. */
export function readPage(): string {
  return readFileSync(projectPath("annotations.md"), "utf8");
}
