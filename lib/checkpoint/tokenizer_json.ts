/** The file `tokenizer.json` of Hugging Face's tokenizers library, read and written. @module */

// deno-lint-ignore-file camelcase -- the names in the file are Hugging Face's

import { quoted } from "../printable.ts";
import { BertTokenizer } from "../tokenizer/bert_tokenizer.ts";
import {
  CLS,
  CONTINUATION,
  parseVocabulary,
  SEP,
  SPECIAL_TOKENS,
  UNK,
  type Vocabulary,
} from "../tokenizer/vocabulary.ts";
import { MAX_WORD_LENGTH } from "../tokenizer/wordpiece.ts";
import { isObject } from "./strict_json.ts";

const FILE = "tokenizer.json";

/**
 * Makes the tokenizer that a `tokenizer.json` describes.
 *
 * The file must say what {@linkcode tokenizerJson} would write of the tokenizer; what
 * differs is refused by its name, as it would give other ids. Only `truncation` and
 * `padding` are passed over: Python's transformers, too, asks for both at each call.
 *
 * @param json The parsed file.
 * @returns The tokenizer.
 * @throws {TypeError} If it is another kind of tokenizer.
 * @throws {SyntaxError} If its vocabulary is malformed.
 */
export function tokenizerFromJson(
  json: Record<string, unknown>,
): BertTokenizer {
  const { model, normalizer, added_tokens, post_processor } = json;
  const vocabulary = vocabularyOf(model);
  const lowerCase = !isObject(normalizer) || normalizer["lowercase"] !== false;
  const tokenizer = new BertTokenizer(vocabulary, { lowerCase });
  const expected = tokenizerJson(tokenizer);
  // Older files do not name the kind of model, and say the same of accents in two ways.
  const found = {
    ...json,
    truncation: null,
    padding: null,
    added_tokens: Array.isArray(added_tokens)
      ? added_tokens.toSorted((a, b) => a?.id - b?.id)
      : added_tokens,
    normalizer:
      isObject(normalizer) && normalizer["strip_accents"] === lowerCase
        ? { ...normalizer, strip_accents: null }
        : normalizer,
    model: { type: "WordPiece", ...model as object, vocab: null },
  };
  const idOf = (token: string): number => vocabulary.idOf.get(token)!;
  const difference = firstDifference(found, {
    ...expected,
    model: { ...expected["model"] as object, vocab: null },
    ...isObject(post_processor) &&
      post_processor["type"] === "BertProcessing" && {
      // The older name of the same template.
      post_processor: {
        type: "BertProcessing",
        sep: [SEP, idOf(SEP)],
        cls: [CLS, idOf(CLS)],
      },
    },
  });
  if (difference === undefined) return tokenizer;
  const [path, is, must] = difference;
  throw new TypeError(
    `Cannot read "${FILE}": ${quoted(path)} must be ${quoted(must)}; ` +
      `found ${quoted(is)}`,
  );
}

/** Where two JSON values differ first, and what they are there. */
function firstDifference(
  found: unknown,
  expected: unknown,
  path = "",
): [path: string, found: unknown, expected: unknown] | undefined {
  const isLeaf = [found, expected].some((value) =>
    typeof value !== "object" || value === null
  );
  if (isLeaf || Array.isArray(found) !== Array.isArray(expected)) {
    return found === expected ? undefined : [path, found, expected];
  }
  const [a, b] = [found, expected] as Record<string, unknown>[];
  for (const name of Object.keys({ ...b, ...a })) {
    const inside = path === "" ? name : `${path}.${name}`;
    const difference = firstDifference(a![name], b![name], inside);
    if (difference !== undefined) return difference;
  }
}

/** The vocabulary inside `tokenizer.json`. */
function vocabularyOf(model: unknown): Vocabulary {
  const { type = "WordPiece", vocab } = isObject(model) ? model : {};
  if (type !== "WordPiece" || !isObject(vocab)) {
    throw new TypeError(
      `Cannot read "${FILE}": its model must be WordPiece with a vocabulary; ` +
        `found ${quoted(isObject(model) ? model["type"] : model)}`,
    );
  }
  const entries = Object.entries(vocab);
  const pieces = new Map(entries.map(([piece, id]) => [id, piece]));
  // An id that is missing leaves an empty line, which no vocabulary may have.
  const lines = entries.map((_, id) => pieces.get(id));
  return parseVocabulary(lines.join("\n") + "\n", FILE);
}

/**
 * A tokenizer in the form of Hugging Face's tokenizers library, version 1.0.
 *
 * @param tokenizer The tokenizer.
 * @returns An object for `JSON.stringify`.
 */
export function tokenizerJson(
  { vocabulary, lowerCase }: BertTokenizer,
): Record<string, unknown> {
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
      max_input_chars_per_word: MAX_WORD_LENGTH,
      vocab: Object.fromEntries(vocabulary.idOf),
    },
  };
}
