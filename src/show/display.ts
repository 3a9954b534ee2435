import { randomBytes } from "node:crypto";
import { findKernel } from "../base/kernel";
import { queueMessages } from "../base/kernel-messages";

if (findKernel()) queueMessages();

/** What is shown, by MIME type; text/plain is what is printed where there is no Jupyter. */
export type Bundle = Readonly<Record<string, unknown>> & { readonly "text/plain": string };

/** One place in a cell's output whose contents are replaced. */
export interface OutputSlot {
  /** Shows this for now; nothing is printed where there is no Jupyter. */
  readonly show: (bundle: Bundle) => void;
  /** Shows this for good. */
  readonly end: (bundle: Bundle) => void;
}

/** Shows something in the output of the cell that runs. */
export function display(bundle: Bundle): void {
  openSlot().end(bundle);
}

/** Opens a place in the output of the cell that runs; nothing is seen of it before something is shown there. */
export function openSlot(): OutputSlot {
  const id = randomBytes(8).toString("hex");
  let isOpen = false;
  const write = (data: Bundle, transient: object): boolean => {
    const send = findKernel()?.lastWriteDisplayData;
    send?.({ data, metadata: toMetadata(data), transient }, isOpen);
    return Boolean(send);
  };
  return {
    show: (bundle) => {
      isOpen = write(bundle, { display_id: id });
    },
    end: (bundle) => {
      const isShown = write(bundle, isOpen ? { display_id: id } : {});
      if (!isShown) process.stdout.write(`${bundle["text/plain"]}\n`);
    },
  };
}

/** The words of a picture, for who can't see it; text/plain has them. */
function toMetadata(data: Bundle): object {
  return "image/svg+xml" in data ? { "image/svg+xml": { alt: data["text/plain"] } } : {};
}
