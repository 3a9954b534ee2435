declare module "jsdom" {
  // only what src/show/svg.ts uses
  /** Keeps what a page would print to itself. */
  export class VirtualConsole {}
  export class JSDOM {
    constructor(html: string, options: object);
    readonly window: Record<string, unknown>;
  }
}
