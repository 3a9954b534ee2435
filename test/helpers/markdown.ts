import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { lexer, type Token, type Tokens, walkTokens } from "marked";
import { projectPath } from "user-activity/dist/base/paths";

/** A Markdown file, in the parts that the tests ask about. */
export interface Page {
  /** As seen from the project's folder. */
  readonly path: string;
  readonly text: string;
  /** Targets of links and images, as they are written. */
  readonly links: readonly string[];
  /** What a link's # can name. */
  readonly anchors: ReadonlySet<string>;
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
  /** Code within sentences and cells. */
  readonly spans: readonly string[];
}

const notOurs = new Set(["node_modules", "dist"]);

/** Every Markdown file of the project, those of hidden folders and of what is installed or built aside. */
export function listPages(folder = projectPath()): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return listPages(path);
    return entry.name.endsWith(".md") ? [relative(projectPath(), path)] : [];
  });
}

/** Reads a page of the project; `text` stands in place of what its file holds. */
export function readPage(path: string, text = readFileSync(projectPath(path), "utf8")): Page {
  const tokens = lexer(text);
  const all: Token[] = [];
  walkTokens(tokens, (token) => {
    all.push(token);
  });
  const of = <T extends Token>(...types: string[]) => all.filter(({ type }) => types.includes(type)) as T[];
  const html = of<Tokens.HTML>("html").map(({ text }) => text);
  return {
    path,
    text,
    links: [
      ...of<Tokens.Link>("link", "image").map(({ href }) => href),
      ...html.flatMap((one) => [...one.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, to = ""]) => to)),
    ],
    anchors: toAnchors(
      of<Tokens.Heading>("heading").map((heading) => toPlainText(heading.tokens)),
      html,
    ),
    blocks: of<Tokens.Code>("code").map(({ lang = "", text }) => ({ language: lang, code: text })),
    spans: of<Tokens.Codespan>("codespan").map(({ text }) => text),
  };
}

/** What a reader sees of tokens: no marks, no addresses. */
export function toPlainText(tokens: readonly Token[] = []): string {
  return tokens
    .map((token) =>
      "tokens" in token && token.tokens ? toPlainText(token.tokens) : "text" in token ? token.text : "",
    )
    .join("");
}

/** Headings have the anchors that code-hosting sites give them: the second of the same name ends in -1. */
function toAnchors(headings: readonly string[], html: readonly string[]): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of headings) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  for (const one of html)
    for (const [, name = ""] of one.matchAll(/\b(?:id|name)="([^"]*)"/g)) anchors.add(name);
  return anchors;
}

/** What is wrong with a page's links; files and anchors are looked up, addresses elsewhere are only looked at. */
export function findBrokenLinks(page: Page): string[] {
  return page.links.flatMap((link) => {
    const problem = /^[a-z][a-z\d+.-]*:/i.test(link) ? findAddressProblem(link) : findFileProblem(page, link);
    return problem ? [`${page.path}: ${link}: ${problem}`] : [];
  });
}

function findAddressProblem(link: string): string | undefined {
  if (!URL.canParse(link)) return "no address";
  const { protocol, hostname, username } = new URL(link);
  if (protocol === "http:" && hostname === "127.0.0.1") return undefined;
  if (protocol !== "https:") return "expected https";
  return /^[\w-]+(\.[\w-]+)+$/.test(hostname) && username === "" ? undefined : "no host";
}

function findFileProblem(page: Page, link: string): string | undefined {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : join(page.path, "..", decodeURIComponent(file));
  if (path.startsWith("..") || file.startsWith("/")) return "leads out of the project";
  if (path.split("/").some((part) => notOurs.has(part) || /^\.local$/.test(part))) return "isn't committed";
  if (!existsSync(projectPath(path))) return "there is no such file";
  if (anchor === undefined || !path.endsWith(".md")) return undefined;
  const { anchors } = path === page.path ? page : readPage(path);
  return anchors.has(decodeURIComponent(anchor)) ? undefined : `no heading "${anchor}"`;
}
