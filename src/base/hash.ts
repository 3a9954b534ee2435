import { hash } from "node:crypto";

/**
 * Writes the first bytes of a SHA-256, of text by its UTF-8, as many as there is room for; returns where they are. By way of
 * a string: to have Node make a buffer of a hash costs more than a short hash itself.
 */
export function writeHash(content: string | Uint8Array, to: Buffer): Buffer {
  to.write(hash("sha256", content, "binary"), 0, to.length, "latin1");
  return to;
}
