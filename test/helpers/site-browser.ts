import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Page } from "playwright-core";

/** What a page of the site leads to and what can be led to in it. */
export interface Visit {
  readonly title: string;
  readonly links: readonly string[];
  readonly ids: readonly string[];
  readonly brokenPictures: readonly string[];
}

/** What each page says of itself, once its pictures are there. */
const visitPage = `(async () => {
  const pictures = [...document.images];
  await Promise.all(pictures.map((one) => one.decode().catch(() => undefined)));
  return {
    title: document.title,
    links: [...new Set([...document.querySelectorAll("a[href], area[href]")].map((one) => one.href))],
    ids: [...document.querySelectorAll("[id], a[name]")].flatMap((one) => [one.id, one.name]).filter(Boolean),
    brokenPictures: pictures.filter((one) => one.naturalWidth === 0).map((one) => one.currentSrc || one.src),
  };
})()`;

/** Notes whatever a page asks of another host, and whatever its console calls an error. */
export function watchPage(page: Page): string[] {
  const complaints: string[] = [];
  const note = (words: string) => complaints.push(`${page.url()}: ${words}`);
  page.on("pageerror", (error) => note(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") note(message.text());
  });
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) note(`asks for ${request.url()}`);
  });
  page.on("requestfailed", (request) => note(`did not get ${request.url()}`));
  return complaints;
}

/** Opens every page that links lead to from the first one on; by path in the site. */
export async function crawlSite(page: Page, site: string): Promise<Map<string, Visit>> {
  const visits = new Map<string, Visit>();
  const waiting = ["index.html"];
  const { width, height } = page.viewportSize() ?? { width: 1400, height: 1000 };
  await page.setViewportSize({ width, height: 100 }); // laid out as ever, but little of it is painted
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (visits.has(path)) continue;
    await page.goto(pathToFileURL(join(site, path)).href);
    const visit = await page.evaluate<Visit>(visitPage);
    visits.set(path, visit);
    for (const link of visit.links) if (isPage(link)) waiting.push(pathOf(link, site));
  }
  await page.setViewportSize({ width, height });
  return visits;
}

/** Links whose file or place in it is not there, each with the page that has it. */
export function findBrokenLinks(visits: ReadonlyMap<string, Visit>, site: string): string[] {
  const files = new Set(readdirSync(site, { recursive: true, encoding: "utf8" }));
  const isThere = (link: string): boolean => {
    if (/^https?:/.test(link)) return URL.canParse(link); // a link may lead out; nothing follows it here
    if (!link.startsWith("file:")) return false;
    const [path, anchor] = [pathOf(link, site), decodeURIComponent(new URL(link).hash.slice(1))];
    return files.has(path) && (anchor === "" || Boolean(visits.get(path)?.ids.includes(anchor)));
  };
  return [...visits].flatMap(([path, { links }]) =>
    links.filter((link) => !isThere(link)).map((link) => `${path}: ${link}`),
  );
}

function isPage(link: string): boolean {
  return link.startsWith("file:") && new URL(link).pathname.endsWith(".html");
}

function pathOf(link: string, site: string): string {
  return relative(site, fileURLToPath(link.replace(/[?#].*$/, "")));
}

/**
 * The least contrast (WCAG 2.2, 1.4.3) between text and what lies behind it, over all elements that a selector names.
 */
export function leastContrast(page: Page, selector: string): Promise<number> {
  return page.evaluate<number>(`(${measureContrast})(${JSON.stringify(selector)})`);
}

const measureContrast = `(selector) => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const ratios = [...document.querySelectorAll(selector)].map((element) => {
    const [a, b] = [parse(getComputedStyle(element).color), behind(element)].map(luminance);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  });
  return Math.min(...ratios);
}`;
