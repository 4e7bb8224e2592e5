/** Plain files of a model folder: looked at before they are opened. @module */

import { basename } from "node:path";
import { decodeModelText } from "./model_files.ts";

/** The longest tokenizer.json of a BERT has 10 MB. */
const MAX_TEXT_BYTES = 1 << 26;

/**
 * Refuses what is no plain file: a pipe would be waited for, and a device has no end.
 *
 * @param path The file.
 * @returns Its size in bytes.
 * @throws {TypeError} If it is a folder, a pipe or a device.
 */
export async function checkPlainFile(path: string): Promise<number> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (isFile) return size;
  throw new TypeError(
    `Cannot read "${basename(path)}": it must be a plain file; found ` +
      (isDirectory ? "a folder" : "a pipe or a device"),
  );
}

/**
 * Reads a text of a size that a configuration or a tokenizer may have.
 *
 * @param path The file.
 * @returns Its content, decoded as UTF-8.
 * @throws {TypeError} If it is no plain file.
 * @throws {RangeError} If it is too large; then nothing was read.
 * @throws {SyntaxError} If it is not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  const size = await checkPlainFile(path);
  if (size > MAX_TEXT_BYTES) {
    throw new RangeError(
      `Cannot read "${
        basename(path)
      }": it must have at most ${MAX_TEXT_BYTES} ` +
        `bytes; found ${size}; is it the file of a model?`,
    );
  }
  return decodeModelText(await Deno.readFile(path), basename(path));
}
