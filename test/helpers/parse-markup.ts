/** What the tests ask of an element of parsed HTML or SVG. */
export interface Element {
  readonly textContent: string | null;
  readonly children: Iterable<Element>;
  readonly style: { readonly textAlign: string };
  getAttribute(name: string): string | null;
}

interface Document {
  readonly documentElement: Element;
  querySelectorAll(selector: string): Iterable<Element>;
}

interface Parser {
  readonly JSDOM: new (
    markup: string,
    options: { contentType: string },
  ) => { readonly window: { readonly document: Document } };
}

/** Parses HTML or (with the content type image/svg+xml, and then strictly) SVG. */
export function parseMarkup(markup: string, contentType = "text/html") {
  const { JSDOM } = require("jsdom") as Parser;
  const { document } = new JSDOM(markup, { contentType }).window;
  return {
    root: document.documentElement,
    all: (selector: string) => [...document.querySelectorAll(selector)],
  };
}
