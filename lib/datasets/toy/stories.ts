/** Story documents of this project, for pretraining. @module */

/**
 * Reads documents: a sentence a line, and an empty line between two documents.
 *
 * @example
 * ```ts
 * import { parseDocuments } from "bertbook/datasets/toy/stories.ts";
 * import assert from "node:assert/strict";
 *
 * const documents = parseDocuments("It rains.\nWe stay.\n\nBread rises.\n");
 * assert.deepEqual(documents, [["It rains.", "We stay."], ["Bread rises."]]);
 * ```
 *
 * @param text The file.
 * @returns The sentences of each document.
 */
export function parseDocuments(text: string): string[][] {
  return text.split(/\r?\n(?:[ \t]*\r?\n)+/)
    .map((document) =>
      document.split(/\r?\n/).map((line) => line.trim())
        .filter((line) => line !== "")
    )
    .filter((sentences) => sentences.length > 0);
}
