/** Model folders: their files as `ModelFiles`, and the tokenizer in them. @module */

import { basename, join } from "node:path";
import type { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import { ifThere, readAtOnce } from "./atomic_write.ts";
import { type ModelFiles, requireObject } from "./model_files.ts";
import { readText } from "./plain_file.ts";
import { type OpenedTokenizer, tokenizerFrom } from "./read_tokenizer.ts";
import { openSafetensors } from "./safetensors.ts";

/**
 * The files in a folder.
 *
 * @param folder A model in Hugging Face's layout.
 * @returns The files; none is read before it is needed.
 */
export function filesInFolder(folder: string): ModelFiles {
  return {
    folder: basename(folder),
    names: () => Array.from(Deno.readDirSync(folder), ({ name }) => name),
    text: (file) => ifThere(readText(join(folder, file))),
    open: (file) => ifThere(openSafetensors(join(folder, file))),
  };
}

/**
 * Reads a JSON file that must hold an object.
 *
 * @param folder Its folder.
 * @param file Its name.
 * @returns The object.
 * @throws {RangeError} If it is not there, or too large.
 * @throws {TypeError} If it is no plain file.
 * @throws {SyntaxError} If it is not JSON, or not an object.
 */
export async function readJsonObject(
  folder: string,
  file: string,
): Promise<Record<string, unknown>> {
  return await requireObject(filesInFolder(folder), file);
}

/**
 * Reads a tokenizer: `tokenizer.json`, as transformers 5 saves it, or `vocab.txt`, each
 * with `tokenizer_config.json` if that is there.
 *
 * The ids are those of Python's transformers 5.24; whatever would give others is refused
 * by its name.
 *
 * @param folder A model in Hugging Face's layout.
 * @returns The tokenizer.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If it asks for another kind of tokenizer.
 * @throws {RangeError} If a file is missing or too large.
 */
export async function readTokenizer(folder: string): Promise<BertTokenizer> {
  return (await openTokenizer(folder)).tokenizer;
}

/**
 * Does as {@linkcode readTokenizer}, and says where the files contradict one another.
 *
 * As in Python, `tokenizer.json` is followed in all it says if `tokenizer_class` is
 * `PreTrainedTokenizerFast`; of `BertTokenizer` only the pieces and the added tokens are
 * its, and `tokenizer_config.json` has the rest. A `vocab.txt` beside it is not read.
 *
 * @param folder A model in Hugging Face's layout.
 * @returns The tokenizer and the warnings.
 * @throws As {@linkcode readTokenizer} does.
 */
export async function openTokenizer(folder: string): Promise<OpenedTokenizer> {
  return await readAtOnce(
    folder,
    (standing) => tokenizerFrom(filesInFolder(standing)),
  );
}
