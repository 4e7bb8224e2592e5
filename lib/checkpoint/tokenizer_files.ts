/** Tokenizer files in Hugging Face's layout, read and written. @module */

// deno-lint-ignore-file camelcase -- the names in the files are Hugging Face's

import { basename, join } from "node:path";
import { quoted } from "../printable.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import {
  CLS,
  CONTINUATION,
  MASK,
  PAD,
  parseVocabulary,
  SEP,
  SPECIAL_TOKENS,
  UNK,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";
import { readText } from "./plain_file.ts";
import { readAtOnce } from "./replace.ts";
import { isObject, parseStrictJson } from "./strict_json.ts";

/** More than any of these files nests. */
const MAX_DEPTH = 32;

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
 * Reads a tokenizer: `vocab.txt` with `tokenizer_config.json`, or `tokenizer.json`
 * alone, as transformers 5 saves it.
 *
 * @param folder A model in Hugging Face's layout.
 * @returns The tokenizer.
 * @throws {SyntaxError} If a file is malformed.
 * @throws {TypeError} If it asks for another kind of tokenizer.
 */
export async function readTokenizer(folder: string): Promise<BertTokenizer> {
  return await readAtOnce(folder, readTokenizerFiles);
}

async function readTokenizerFiles(folder: string): Promise<BertTokenizer> {
  const files = await namesIn(folder);
  const settings = files.has("tokenizer_config.json")
    ? await readJsonObject(folder, "tokenizer_config.json")
    : {};
  if (files.has("vocab.txt")) {
    const text = await readText(join(folder, "vocab.txt"));
    const vocabulary = parseVocabulary(text, "vocab.txt");
    return new BertTokenizer(vocabulary, { lowerCase: checkedCase(settings) });
  }
  const { model, normalizer } = await readJsonObject(folder, "tokenizer.json");
  const lowerCase = checkedCase({
    ...settings,
    ...(isObject(normalizer) ? { do_lower_case: normalizer["lowercase"] } : {}),
  });
  return new BertTokenizer(vocabularyOf(model), { lowerCase });
}

/** The vocabulary inside `tokenizer.json`. */
function vocabularyOf(model: unknown): Vocabulary {
  const file = "tokenizer.json";
  if (
    !isObject(model) || model["type"] !== "WordPiece" ||
    !isObject(model["vocab"])
  ) {
    throw new TypeError(
      `Cannot read "${file}": its model must be WordPiece with a vocabulary; ` +
        `found ${quoted(isObject(model) ? model["type"] : model)}`,
    );
  }
  const pieces = new Map<unknown, string>();
  for (const [piece, id] of Object.entries(model["vocab"])) {
    pieces.set(id, piece);
  }
  // An id that is missing leaves an empty line, which no vocabulary may have.
  const lines = Array.from({ length: pieces.size }, (_, id) => pieces.get(id));
  return parseVocabulary(lines.join("\n") + "\n", file);
}

/** Whether to lower-case; refuses settings that this tokenizer does not follow. */
function checkedCase(settings: Record<string, unknown>): boolean {
  const lowerCase = settings["do_lower_case"] ?? true;
  const allowed: Record<string, unknown[]> = {
    do_lower_case: [true, false],
    strip_accents: [null, lowerCase],
    tokenize_chinese_chars: [true],
    do_basic_tokenize: [true],
  };
  for (const [name, values] of Object.entries(allowed)) {
    const value = settings[name];
    if (value === undefined || values.includes(value)) continue;
    throw new TypeError(
      `Cannot read "tokenizer_config.json": "${name}" must be ` +
        `${values.join(" or ")}; found ${quoted(value)}`,
    );
  }
  return lowerCase === true;
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
  const specialTokens = {
    unk_token: UNK,
    sep_token: SEP,
    pad_token: PAD,
    cls_token: CLS,
    mask_token: MASK,
  };
  const settings = {
    do_lower_case: lowerCase,
    ...specialTokens,
    tokenize_chinese_chars: true,
    strip_accents: null,
    tokenizer_class: model.className,
    model_max_length: model.maxLength,
  };
  return {
    "vocab.txt": vocabulary.pieces.join("\n") + "\n",
    "tokenizer.json": JSON.stringify(tokenizerJson(tokenizer)),
    "tokenizer_config.json": JSON.stringify(settings, null, 2) + "\n",
    "special_tokens_map.json": JSON.stringify(specialTokens, null, 2) + "\n",
  };
}

/** The form of Hugging Face's tokenizers library, version 1.0. */
function tokenizerJson({ vocabulary, lowerCase }: BertTokenizer): object {
  const idOf = (token: string): number => vocabulary.idOf.get(token)!;
  const special = (id: string, segment: number): object => ({
    SpecialToken: { id, type_id: segment },
  });
  const sentence = (id: string, segment: number): object => ({
    Sequence: { id, type_id: segment },
  });
  const single = [special(CLS, 0), sentence("A", 0), special(SEP, 0)];
  const flags = { single_word: false, lstrip: false, rstrip: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS
      .map((content) => ({ id: idOf(content), content }))
      .sort((a, b) => a.id - b.id)
      .map((token) => ({
        ...token,
        ...flags,
        normalized: false,
        special: true,
      })),
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: lowerCase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single,
      pair: [...single, sentence("B", 1), special(SEP, 1)],
      special_tokens: Object.fromEntries(
        [CLS, SEP].map((id) => [id, { id, ids: [idOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: "WordPiece", prefix: CONTINUATION, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: UNK,
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.idOf),
    },
  };
}

async function namesIn(folder: string): Promise<Set<string>> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return new Set(entries.map(({ name }) => name));
}
