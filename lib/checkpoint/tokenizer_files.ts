/** Tokenizer files in Hugging Face's layout, read and written. @module */

// deno-lint-ignore-file camelcase -- the names in the files are Hugging Face's

import { basename, join } from "node:path";
import { quoted } from "../printable.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import {
  CLS,
  MASK,
  PAD,
  parseVocabulary,
  SEP,
  UNK,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";
import { readText } from "./plain_file.ts";
import { readAtOnce } from "./atomic_write.ts";
import { isObject, parseStrictJson } from "./strict_json.ts";
import { tokenizerFromJson, tokenizerJson } from "./tokenizer_json.ts";

/** More than any of these files nests. */
const MAX_DEPTH = 32;

/** What `tokenizer_config.json` calls the special tokens. */
const SPECIAL_TOKEN_SETTINGS = {
  unk_token: UNK,
  sep_token: SEP,
  pad_token: PAD,
  cls_token: CLS,
  mask_token: MASK,
};

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
  let problem = "an object";
  try {
    const text = await readText(join(folder, file));
    const json = parseStrictJson(text, MAX_DEPTH);
    if (isObject(json)) return json;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new RangeError(
        `Cannot read "${file}": it must be in the folder "${
          basename(folder)
        }"; ` +
          `found none; is this a model in Hugging Face's layout?`,
      );
    }
    if (!(error instanceof SyntaxError)) throw error;
    problem = error.message;
  }
  throw new SyntaxError(`Cannot parse "${file}": it must be ${problem}`);
}

/**
 * Reads a tokenizer: `tokenizer.json`, as transformers 5 saves it, or `vocab.txt`, each
 * with `tokenizer_config.json` if that is there.
 *
 * Whatever would give other ids in Python's transformers is refused by its name: a
 * setting that is not followed, or two files that contradict one another.
 *
 * @param folder A model in Hugging Face's layout.
 * @returns The tokenizer.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If it asks for another kind of tokenizer.
 * @throws {RangeError} If a file is missing or too large, or if `vocab.txt` is not the
 * vocabulary of `tokenizer.json`.
 */
export async function readTokenizer(folder: string): Promise<BertTokenizer> {
  return await readAtOnce(folder, readTokenizerFiles);
}

async function readTokenizerFiles(folder: string): Promise<BertTokenizer> {
  const files = await namesIn(folder);
  const settings = files.has("tokenizer_config.json")
    ? await readJsonObject(folder, "tokenizer_config.json")
    : {};
  const vocabulary = files.has("vocab.txt")
    ? parseVocabulary(await readText(join(folder, "vocab.txt")), "vocab.txt")
    : undefined;
  if (vocabulary !== undefined && !files.has("tokenizer.json")) {
    const lowerCase = settings["do_lower_case"] !== false;
    checkSettings(settings, [true, false], CLASSES);
    return new BertTokenizer(vocabulary, { lowerCase });
  }
  const json = await readJsonObject(folder, "tokenizer.json");
  const tokenizer = tokenizerFromJson(json);
  checkSettings(settings, [tokenizer.lowerCase], [
    ...CLASSES,
    "PreTrainedTokenizerFast",
    "TokenizersBackend",
  ]);
  if (vocabulary !== undefined) {
    checkSamePieces(vocabulary, tokenizer.vocabulary);
  }
  return tokenizer;
}

/** The classes in Python's transformers that tokenize as {@linkcode BertTokenizer}. */
const CLASSES = ["Bert", "DistilBert", "Electra"]
  .flatMap((name) => [`${name}Tokenizer`, `${name}TokenizerFast`]);

/** Refuses settings of `tokenizer_config.json` that this tokenizer does not follow. */
function checkSettings(
  settings: Record<string, unknown>,
  cases: readonly boolean[],
  classes: readonly string[],
): void {
  const lowerCase = settings["do_lower_case"] ?? cases[0];
  const allowed: Record<string, readonly unknown[]> = {
    do_lower_case: cases,
    strip_accents: [null, lowerCase],
    tokenize_chinese_chars: [true],
    do_basic_tokenize: [true],
    never_split: [null],
    additional_special_tokens: [null],
    extra_special_tokens: [null],
    ...Object.fromEntries(
      Object.entries(SPECIAL_TOKEN_SETTINGS)
        .map(([name, token]) => [name, [token]]),
    ),
    tokenizer_class: [null, ...classes],
    padding_side: ["right"],
    truncation_side: ["right"],
  };
  for (const [name, values] of Object.entries(allowed)) {
    let value = settings[name];
    if (isObject(value) && "content" in value) value = value["content"];
    const isEmpty = typeof value === "object" && value !== null &&
      Object.keys(value).length === 0;
    if (value === undefined || values.includes(isEmpty ? null : value)) {
      continue;
    }
    throw new TypeError(
      `Cannot read "tokenizer_config.json": "${name}" must be ` +
        `${values.map(quoted).join(" or ")}; found ${quoted(value)}`,
    );
  }
}

/** Refuses a `vocab.txt` that an older model left, or a newer one. */
function checkSamePieces({ pieces }: Vocabulary, json: Vocabulary): void {
  const ids = Math.max(pieces.length, json.pieces.length);
  for (let id = 0; id < ids; id++) {
    if (pieces[id] === json.pieces[id]) continue;
    throw new RangeError(
      `Cannot read "vocab.txt": it must have the pieces of "tokenizer.json"; found ` +
        `${quoted(pieces[id])} and ${quoted(json.pieces[id])} for id ${id}; ` +
        `remove the file that is not of this model`,
    );
  }
}

/**
 * A warning of what may be wrong with a tokenizer although every file is well formed.
 *
 * @param tokenizer The tokenizer.
 * @returns A sentence, or undefined.
 */
export function tokenizerWarning(
  { vocabulary, lowerCase }: BertTokenizer,
): string | undefined {
  const cased = vocabulary.pieces.filter((piece) => /^(##)?[A-Z]/.test(piece));
  if (!lowerCase || cased.length === 0) return undefined;
  return `The vocabulary has ${cased.length} pieces with capitals, such as ` +
    `${quoted(cased[0])}, that a tokenizer which lower-cases never uses; ` +
    `set "do_lower_case" to false in tokenizer_config.json`;
}

/**
 * The files from which Python's transformers, and {@linkcode readTokenizer}, open
 * a tokenizer.
 *
 * @param tokenizer The tokenizer.
 * @param model The longest sequence of its model, in tokens, and the class of its
 * tokenizer in Python.
 * @returns Content by file name.
 * @throws {TypeError} If it is not BERT's.
 */
export function tokenizerFiles(
  tokenizer: Tokenizer,
  model: { maxLength: number; className: string },
): Record<string, string> {
  if (!(tokenizer instanceof BertTokenizer)) {
    throw new TypeError(
      `Cannot save a tokenizer: it must be a BertTokenizer; found another one`,
    );
  }
  const { vocabulary, lowerCase } = tokenizer;
  const settings = {
    do_lower_case: lowerCase,
    ...SPECIAL_TOKEN_SETTINGS,
    tokenize_chinese_chars: true,
    strip_accents: null,
    tokenizer_class: model.className,
    model_max_length: model.maxLength,
  };
  return {
    "vocab.txt": vocabulary.pieces.join("\n") + "\n",
    "tokenizer.json": JSON.stringify(tokenizerJson(tokenizer)),
    "tokenizer_config.json": JSON.stringify(settings, null, 2) + "\n",
    "special_tokens_map.json": JSON.stringify(SPECIAL_TOKEN_SETTINGS, null, 2) +
      "\n",
  };
}

async function namesIn(folder: string): Promise<Set<string>> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return new Set(entries.map(({ name }) => name));
}
