import { afterEach, beforeEach, mock } from "node:test";

/** What is shown, by MIME type. */
export type Shown = Record<string, unknown>;

/** One message to Jupyter. */
export interface KernelMessage {
  readonly data: Shown;
  readonly metadata: Shown;
  readonly transient: { readonly display_id?: string };
  /** Whether it replaces what was shown with the same display_id. */
  readonly isUpdate: boolean;
}

// where the kernel's module for messages is found, were this process the kernel
const kernelPath = "/somewhere/node_modules/tslab/dist/jupyter.js";

/** Makes this process a kernel for the tests of a describe block, and keeps the messages of the test that runs. */
export function fakeKernel(): { readonly messages: KernelMessage[] } {
  const messages: KernelMessage[] = [];
  beforeEach(() => {
    messages.length = 0;
    const write = (message: Omit<KernelMessage, "isUpdate">, isUpdate: boolean) =>
      messages.push({ ...message, isUpdate });
    require.cache[kernelPath] = { exports: { lastWriteDisplayData: write } } as NodeJS.Module;
  });
  afterEach(() => {
    delete require.cache[kernelPath];
  });
  return { messages };
}

/** Runs work in a process that has the kernel's module loaded and runs no cell. */
export function withSilentKernel(work: () => void): void {
  require.cache[kernelPath] = { exports: { lastWriteDisplayData: null } } as NodeJS.Module;
  try {
    work();
  } finally {
    delete require.cache[kernelPath];
  }
}

/** What work prints on stdout. */
export function printed(work: () => void): string {
  const { text, end } = listen();
  try {
    work();
  } finally {
    end();
  }
  return text();
}

/** As printed, for work that takes its time. */
export async function printedBy(work: () => Promise<unknown>): Promise<string> {
  const { text, end } = listen();
  try {
    await work();
  } finally {
    end();
  }
  return text();
}

function listen() {
  let text = "";
  const real = process.stdout.write.bind(process.stdout);
  const write = mock.method(process.stdout, "write", (part: string | Buffer) => {
    if (typeof part !== "string") return real(part); // the test runner's own messages
    text += part;
    return true;
  });
  return { text: () => text, end: () => write.mock.restore() };
}
