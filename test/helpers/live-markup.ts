/** What the tests ask of an element of a page that runs. */
export interface LiveElement {
  readonly textContent: string;
  readonly children: Iterable<LiveElement>;
  readonly style: Readonly<Record<string, string>>;
  readonly dataset: Readonly<Record<string, string>>;
  value: string;
  click(): void;
  getAttribute(name: string): string | null;
  dispatchEvent(event: object): boolean;
}

interface LiveWindow {
  readonly document: { querySelectorAll(selector: string): Iterable<LiveElement> };
  readonly Event: new (name: string, options: object) => object;
}

interface Runner {
  readonly JSDOM: new (markup: string, options: object) => { readonly window: LiveWindow };
  readonly VirtualConsole: new () => { on(name: string, listen: (error: Error) => void): void };
}

/** A page that holds this HTML, with its scripts run; throws what they throw. */
export function runMarkup(html: string) {
  const { JSDOM, VirtualConsole } = require("jsdom") as Runner;
  const virtualConsole = new VirtualConsole();
  const errors: Error[] = [];
  virtualConsole.on("jsdomError", (error) => errors.push(error));
  const { window } = new JSDOM(html, { runScripts: "dangerously", virtualConsole });
  for (const error of errors) throw error;
  const all = (selector: string) => [...window.document.querySelectorAll(selector)];
  return {
    all,
    texts: (selector: string) => all(selector).map((one) => one.textContent),
    /** Writes into a field, as a person does. */
    write: (field: LiveElement, text: string) => {
      field.value = text;
      field.dispatchEvent(new window.Event("input", { bubbles: true }));
    },
  };
}
