// What the scripts of a page ask of it: types alone, since the package is compiled for Node and knows no page.

/** An element of a page. */
export interface PageElement {
  readonly tagName: string;
  readonly style: Record<"cssText" | "minWidth" | "boxSizing" | "opacity" | "textAlign", string>;
  readonly dataset: Record<string, string>;
  readonly offsetWidth: number;
  readonly childNodes: Iterable<PageNode>;
  readonly firstElementChild: PageElement | null;
  readonly previousElementSibling: PageElement | null;
  textContent: string;
  onclick: ((event: PageEvent) => void) | null;
  append(...parts: readonly (PageNode | string)[]): void;
  prepend(...parts: readonly (PageNode | string)[]): void;
  after(...parts: readonly (PageNode | string)[]): void;
  replaceWith(part: PageNode): void;
  replaceChildren(...parts: readonly PageNode[]): void;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getAttribute(name: string): string | null;
  getBBox(): Readonly<Record<"x" | "y" | "width" | "height", number>>;
  focus(): void;
  addEventListener(name: string, listen: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** A text or an element. */
export interface PageNode {
  readonly textContent: string | null;
}

/** A row of a table. */
export interface PageRow extends PageElement {
  readonly cells: Iterable<PageElement>;
}

/** A table. */
export interface PageTable extends PageElement {
  readonly tHead: { readonly rows: readonly [PageRow] };
  readonly tBodies: readonly [PageElement & { readonly rows: Iterable<PageRow> }];
}

/** A field to write in. */
export interface PageInput extends PageElement {
  value: string;
}

/** What a mouse or a keyboard did. */
export interface PageEvent {
  readonly key: string;
  /** 1 while the first button is held. */
  readonly buttons: number;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
}

/** The page. */
export interface PageDocument {
  readonly currentScript: PageElement;
  createElement(tag: string): PageElement;
  createElementNS(namespace: string, tag: string): PageElement;
}

/** What reads markup. */
export type PageParser = new () => {
  parseFromString(markup: string, type: string): { readonly documentElement: PageElement };
};

/** What the page is told of a table. */
export interface ToldTable {
  /** Rows of a page. */
  readonly size: number;
  /** Said below the table, in the place of what is said where no script runs. */
  readonly note: string;
  /** For each column the decimals of its numbers; -1 for text. */
  readonly places: readonly number[];
  /** For each column its cells in the rows that are not in the table yet. */
  readonly cells: readonly ToldCells[];
}

/** A list has a text for each of its lines. */
export type ToldCell = string | number | readonly string[] | null;

/** Each row's cell: one of the different ones, or where `at` is absent the one at its own place. */
export interface ToldCells {
  readonly of: readonly ToldCell[];
  readonly at?: readonly number[];
}
